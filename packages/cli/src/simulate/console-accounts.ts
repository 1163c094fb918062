import type { Money } from '@disburse/core';
import type { Command } from 'commander';
import { type AdapterOption, chosenOf, onlyThere, plainTable, type Say } from './console-options.ts';
import type { Rail } from './rail.ts';
import type { SimulatedRails } from './simulated-rails.ts';

/** The lines about accounts and balances: make one, list them, put money into them. */
export function addAccounts(root: Command, { rails }: SimulatedRails, say: Say): void {
  root
    .command('account')
    .description('make a connected account, with money: account acct_1')
    .argument('<id>', 'acct_ and letters, digits or _')
    .addOption(onlyThere())
    .action((id: string, { adapter }: AdapterOption) => {
      if (!/^acct_\w{1,60}$/.test(id)) throw new Error('a connected account is called acct_ and letters, digits or _.');
      const chosen = chosenOf(rails, adapter).filter(({ connect }) => connect !== undefined);
      if (chosen.length === 0) throw new Error(`${adapter ?? 'nobody'} has no connected accounts.`);
      for (const { adapter: name, connect } of chosen) say([name, ...(connect?.(id) ?? [])].join('  '));
    });
  root
    .command('accounts')
    .description('list all accounts and balances, with what is available in them')
    .addOption(onlyThere())
    .action(({ adapter }: AdapterOption) => say(accountsText(chosenOf(rails, adapter))));
  root
    .command('fund')
    .description('put money into accounts and balances: fund 100.00 USD')
    .argument('<amount>', 'with the decimals of the currency: 100.00')
    .argument('<currency>', 'ISO 4217: USD')
    .argument('[id]', "acct_..., fa_... or bal_...; default: each provider's own that holds the currency")
    .addOption(onlyThere())
    .action((amount: string, currency: string, id: string | undefined, { adapter }: AdapterOption) =>
      fund(chosenOf(rails, adapter), { amount, currency: currency.toUpperCase() }, id, say),
    );
}

function accountsText(rails: readonly Rail[]): string {
  const rows = rails.flatMap((rail) =>
    rail.accounts().map(({ ids: [id = '', ...more], available }) => [rail.adapter, id, more.join(' '), available.join(', ')]),
  );
  return plainTable(['adapter', 'id', 'with', 'available'], rows);
}

/** Into all that can take it; where none can, all of them say why. */
function fund(rails: readonly Rail[], money: Money, id: string | undefined, say: Say): void {
  const tried = rails.map((rail) => ({ adapter: rail.adapter, result: rail.fund(money, id) }));
  for (const { adapter, result } of tried) {
    if (result.ok) say(`${adapter}  ${result.id} has ${result.available} now`);
  }
  const reasons = tried.flatMap(({ result }) => (result.ok ? [] : [result.why]));
  if (reasons.length === tried.length) throw new Error([...new Set(reasons), 'accounts lists what there is.'].join('\n'));
}
