import type { Balance, Money, Payout } from '@disburse/core';
import Table from 'cli-table3';
import type { Output } from './host.ts';
import { type Paint, printable, STATUS_COLOURS } from './style.ts';

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

/** A cell whose colours are ours; any other is text of somebody's, without any. */
export interface Painted {
  readonly painted: string;
}
type Cell = string | Painted;

/** Rows under a heading, without lines around them: it stays readable in a log. */
export function table(head: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): readonly string[] {
  const printed = new Table({
    head: head.map((title) => paint('dim', title)),
    chars: NO_LINES,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  printed.push(...rows.map((row) => row.map(printableCell)));
  return trimmed(printed.toString());
}

/** One thing, a line for each of its properties; those without a value are left out. */
export function facts(pairs: readonly (readonly [string, Cell | null | undefined])[], paint: Paint): readonly string[] {
  const rows = pairs.flatMap(([name, value]) =>
    value == null || value === '' ? [] : [[{ painted: paint('dim', printable(name)) }, value]],
  );
  const printed = new Table({ chars: NO_LINES, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } });
  printed.push(...rows.map((row) => row.map(printableCell)));
  return trimmed(printed.toString());
}

/** How wide running text is for a stream: some terminals say that they have no columns, and one line across a wide one is hard to read. */
export const widthOf = ({ columns }: Output): number => Math.min(columns === undefined || columns < 20 ? 80 : columns, 100);

/** Text of somebody's in lines of a width; all but the first are indented. A word that is longer has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(/ +/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width || line.trim() === '') line = longer;
    else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line];
}

const trimmed = (text: string): readonly string[] => text.split('\n').map((line) => line.trimEnd());

const printableCell = (cell: Cell): string => (typeof cell === 'string' ? printable(cell) : cell.painted);

export function moneyText(money: Money | 'full_balance' | null): string {
  if (money === null) return 'not fixed yet';
  return money === 'full_balance' ? 'the full balance' : `${money.amount} ${money.currency}`;
}

/** The provider's code is often our own word for it. */
const failureText = ({ reason, code, message }: NonNullable<Payout['failure']>): string =>
  [...new Set([reason, code, message])].filter((part) => part !== null).join(': ');

/** @param account The connected account that it was read of. */
export function payoutFacts(payout: Payout, paint: Paint, account?: string | null): readonly string[] {
  const { status, providerStatus, failure } = payout;
  return facts(
    [
      ['payout', payout.id],
      [
        'status',
        { painted: `${paint(STATUS_COLOURS[status], status)}${status === providerStatus ? '' : ` (${printable(providerStatus)})`}` },
      ],
      ['failure', failure === null ? null : failureText(failure)],
      ['amount', moneyText(payout.money)],
      ['fee', payout.fee === null ? null : moneyText(payout.fee)],
      ['provider', `${payout.name} (${payout.provider}), ${payout.live ? 'live' : 'test'}`],
      ['account', account],
      ['reference', payout.reference],
      ['destination', payout.destination],
      ['description', payout.description],
      ['on the statement', payout.statementDescriptor],
      ['created', payout.createdAt],
      ['expected', payout.expectedArrival],
      ['trace', payout.trackingReference],
      ['reverses', payout.reverses],
      ['reversed by', payout.reversedBy],
      ['made by', payout.automatic ? "the provider's schedule" : null],
      ...Object.entries(payout.metadata).map(([key, value]) => [`metadata ${key}`, value] as const),
    ],
    paint,
  );
}

export function payoutTable(payouts: readonly Payout[], paint: Paint): readonly string[] {
  const rows = payouts.map(({ id, status, money, createdAt, reference, failure, automatic }) => [
    id,
    { painted: paint(STATUS_COLOURS[status], status) },
    moneyText(money),
    createdAt,
    reference ?? (automatic ? '(automatic)' : ''),
    failure?.reason ?? '',
  ]);
  return table(['id', 'status', 'amount', 'created', 'reference', 'failure'], rows, paint);
}

export function balanceTable(balances: readonly Balance[], paint: Paint): readonly string[] {
  const shown = (money: Money | null): string => (money === null ? '' : moneyText(money));
  const rows = balances.map(({ source, available, pending, reserved, instant }) => [
    source,
    shown(available),
    shown(pending),
    shown(reserved),
    shown(instant),
  ]);
  return table(['source', 'available', 'pending', 'reserved', 'instant'], rows, paint);
}
