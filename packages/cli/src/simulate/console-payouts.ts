import type { Command } from 'commander';
import { moneyText } from '../tables.ts';
import { plainTable, type Say } from './console-options.ts';
import type { BrokenBank, Move, Rail } from './rail.ts';
import type { SimulatedRails } from './simulated-rails.ts';

interface MoveLine {
  readonly description: string;
  /** Whether it may say why. */
  readonly code: boolean;
}

const MOVES: Readonly<Record<Move, MoveLine>> = {
  pay: { description: 'let a payout arrive now', code: false },
  fail: { description: 'let a payout fail', code: true },
  return: { description: 'let the bank return a payout, where the provider has a word for that', code: true },
  bounce: { description: 'let the money of a paid payout come back', code: true },
};

/** The lines about payouts: what exists, what happens to one, and what that broke. */
export function addPayouts(root: Command, { rails }: SimulatedRails, say: Say): void {
  root
    .command('payouts')
    .description('list all payouts, with their amounts and references')
    .action(() => say(payoutsText(rails)));
  for (const [move, { description, code: takesCode }] of Object.entries(MOVES)) {
    const line = root.command(move).description(description).argument('<id>', 'of the payout');
    if (takesCode) line.argument('[code]', "why: a code of the provider's");
    line.action((id: string, ...[code]: readonly unknown[]) => {
      movePayout(railOf(rails, id), id, move as Move, takesCode && typeof code === 'string' ? code : undefined, say);
    });
  }
  root
    .command('repair')
    .description('let bank accounts take payouts again, after one to them failed or bounced')
    .argument('[id]', 'of the payout or of the bank account; default: all of them')
    .action((id: string | undefined) => repair(rails, id, say));
}

function payoutsText(rails: readonly Rail[]): string {
  const rows = rails.flatMap((rail) =>
    rail
      .payouts()
      .map(({ id, status, money, reference, account }) => [rail.adapter, id, status, moneyText(money), reference ?? '', account ?? '']),
  );
  return rows.length === 0 ? 'no payouts yet' : plainTable(['adapter', 'id', 'status', 'amount', 'reference', 'account'], rows);
}

function movePayout(rail: Rail, id: string, move: Move, code: string | undefined, say: Say): void {
  const before = new Set(rail.broken().map((bank) => bank.id));
  const status = rail.move(id, move, code);
  say(`${id} is ${status}`);
  for (const bank of rail.broken()) {
    if (!before.has(bank.id)) say(`${bank.id} takes no payouts from now on: repair ${bank.id} changes that`);
  }
}

function railOf(rails: readonly Rail[], id: string): Rail {
  const rail = rails.find((candidate) => candidate.payouts().some((payout) => payout.id === id));
  if (rail === undefined) throw new Error(`there is no payout ${id}; payouts lists them.`);
  return rail;
}

interface Broken extends BrokenBank {
  readonly rail: Rail;
}

function repair(rails: readonly Rail[], id: string | undefined, say: Say): void {
  const broken = brokenOf(rails, id);
  for (const { rail, ...bank } of broken) {
    rail.repair(bank);
    say(`${bank.id} of ${bank.account} takes payouts again`);
  }
  if (broken.length === 0) say('nothing is broken');
}

/** What an id stands for: a bank account, or the one that a payout went to. Without an id everything. */
function brokenOf(rails: readonly Rail[], id: string | undefined): readonly Broken[] {
  const all = rails.flatMap((rail) => rail.broken().map((bank) => ({ ...bank, rail })));
  if (id === undefined) return all;
  const bank = all.filter((one) => one.id === id);
  if (bank.length > 0) return bank;
  const payouts = rails.flatMap((rail) => rail.payouts());
  const meant = payouts.filter((payout) => payout.id === id || payout.destination === id);
  if (meant.length === 0) throw new Error(`there is no payout and no broken bank account ${id}; payouts lists what exists.`);
  return all.filter((one) => meant.some(({ destination }) => destination === one.id));
}
