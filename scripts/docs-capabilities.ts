// docs/capabilities.md: what each provider can do, side by side, from the providers themselves.
import { createBalance } from '@disburse/balance-adapter';
import { type AnyPayoutProvider, type Capabilities, isPayoutError, supports } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { OPTIONS as STRIPE_OPTIONS } from '../packages/stripe-adapter/src/options.ts';
import { OPTIONS as TREASURY_OPTIONS } from '../packages/stripe-treasury-adapter/src/options.ts';
import { codes, documentOf, GENERATED, table } from './docs-markdown.ts';

type Correlation = Capabilities['lookup'];
interface Column {
  readonly name: string;
  readonly provider: AnyPayoutProvider;
  readonly withCorrelation: (correlation: never) => AnyPayoutProvider;
  readonly options: Readonly<Record<string, unknown>>;
  readonly settings: unknown;
  readonly secrets: readonly string[];
  /** In words, where the provider does not document it. */
  readonly refusalsStored?: string;
}

// Credentials of no account: nothing is sent.
const stripe = { apiKey: 'sk_test_docs' };
const treasury = { ...stripe, financialAccount: 'fa_docs' };
const mollie = { token: 'access_docs', testmode: true, balanceId: 'bal_docs', acceptScheduleSideEffect: true } as const;

const COLUMNS: readonly Column[] = [
  {
    name: 'Stripe',
    provider: createStripe(stripe),
    withCorrelation: (correlation) => createStripe({ ...stripe, correlation }),
    options: STRIPE_OPTIONS,
    settings: createStripe.settings,
    secrets: createStripe.secrets,
  },
  {
    name: 'Stripe Treasury',
    provider: createStripeTreasury(treasury),
    withCorrelation: (correlation) => createStripeTreasury({ ...treasury, correlation }),
    options: TREASURY_OPTIONS,
    settings: createStripeTreasury.settings,
    secrets: createStripeTreasury.secrets,
  },
  {
    name: 'Mollie Balances',
    provider: createBalance(mollie),
    withCorrelation: (correlation) => createBalance({ ...mollie, correlation }),
    options: {},
    settings: createBalance.settings,
    secrets: createBalance.secrets,
    refusalsStored: 'not documented: the library sends a refused create once more to find out',
  },
];
const reading = createBalance({ ...mollie, readBalances: true });

const NAMES = COLUMNS.map(({ name }) => name);
const each = (cell: (column: Column) => string): string[] => COLUMNS.map(cell);
const yes = (there: boolean): string => (there ? 'yes' : '–');

function operations(): string {
  const all = [...new Set([...COLUMNS.map(({ provider }) => provider), reading].flatMap(({ capabilities }) => capabilities.operations))];
  const cell = ({ provider, name }: Column, operation: (typeof all)[number]): string => {
    const withReads = name === 'Mollie Balances' && reading.capabilities.operations.includes(operation);
    if (provider.capabilities.operations.includes(operation)) return 'yes';
    return withReads ? 'with `readBalances: true`' : '–';
  };
  const rows = all.map((operation) => [`\`${operation}\``, ...each((column) => cell(column, operation))]);
  return table(['operation', ...NAMES], [...rows, ['`forAccount`', ...each(({ provider }) => yes(supports(provider, 'forAccount')))]]);
}

function requestFields(): string {
  const fields = ['account', 'destination', 'statementDescriptor', 'metadata', 'fullBalance'] as const;
  const label = {
    account: '`account`',
    destination: '`destination`',
    statementDescriptor: '`statementDescriptor`',
    metadata: '`metadata`',
    fullBalance: "`money: 'full_balance'`",
  };
  return table(
    ['in a create', ...NAMES],
    fields.map((field) => [label[field], ...each(({ provider }) => yes(provider.capabilities.request[field]))]),
  );
}

function correlations({ provider, withCorrelation }: Column): string {
  const taken = (['metadata', 'description', 'none'] as const).filter((correlation) => {
    try {
      return withCorrelation(correlation as never).capabilities.lookup === correlation;
    } catch (error) {
      if (isPayoutError(error)) return false;
      throw error;
    }
  });
  const shown = (correlation: Correlation): string =>
    `\`${correlation}\`${correlation === provider.capabilities.lookup ? ' (default)' : ''}`;
  return taken.map(shown).join(', ');
}

const hours = (ms: number): string => (ms === 3_600_000 ? '1 hour' : `${ms / 3_600_000} hours`);

/** Where the documentation is silent, `storesRefusals` only makes core send again: the mark of a replay says whether the refusal was stored. */
const refusals = ({ provider, refusalsStored }: Column): string => refusalsStored ?? yes(provider.capabilities.key.storesRefusals);

const PROOFS = { by_list: 'a list that was read to its end', never: 'nothing: a person decides' } as const;

function safety(): string {
  const states = (column: Column, operation: 'cancel' | 'reverse'): string => codes(column.provider.capabilities.states[operation] ?? []);
  return table(
    ['', ...NAMES],
    [
      ['key retention', ...each(({ provider }) => hours(provider.capabilities.key.retentionMs))],
      ['the provider stores refusals under the key', ...each(refusals)],
      ['a lookup recognises our payouts by (setting `correlation`)', ...each(correlations)],
      ['what proves that a payout does not exist', ...each(({ provider }) => PROOFS[provider.capabilities.absence])],
      ['can be canceled while', ...each((column) => states(column, 'cancel'))],
      ['can be reversed while', ...each((column) => states(column, 'reverse'))],
      ['lasting side effects of a create', ...each(({ provider }) => provider.capabilities.sideEffects.join('; ') || '–')],
    ],
  );
}

function lists(): string {
  const filters = ['status', 'createdFrom', 'createdTo', 'destination'] as const;
  return table(
    ['list', ...NAMES],
    [
      ...filters.map((filter) => [`filter \`${filter}\``, ...each(({ provider }) => `by ${provider.capabilities.filters[filter]}`)]),
      ['largest page', ...each(({ provider }) => `${provider.capabilities.listLimit}`)],
      ['nothing is listed from before', ...each(({ provider }) => provider.capabilities.listFloor?.slice(0, 10) ?? '–')],
    ],
  );
}

function entriesOf(schema: unknown): string[] {
  const entries = typeof schema === 'object' && schema !== null && 'entries' in schema ? schema.entries : null;
  return typeof entries === 'object' && entries !== null ? Object.keys(entries) : [];
}

function options(): string {
  const names = [...new Set(COLUMNS.flatMap((column) => Object.keys(column.options)))];
  const rows = names.map((operation) => [
    `\`${operation}\``,
    ...each((column) => codes(entriesOf(Object.hasOwn(column.options, operation) ? column.options[operation] : null))),
  ]);
  return table(['`providerOptions` of', ...NAMES], rows);
}

function settings(): string {
  const all = COLUMNS.map((column) => entriesOf(column.settings));
  const common = (all[0] ?? []).filter((setting) => all.every((others) => others.includes(setting)));
  const secrets = new Set(COLUMNS.flatMap((column) => column.secrets));
  const shown = (names: readonly string[]): string =>
    names.map((setting) => (secrets.has(setting) ? `\`${setting}\` (secret)` : `\`${setting}\``)).join(', ');
  const own = all.map((names) => shown(names.filter((setting) => !common.includes(setting))));
  return table(
    ['settings', ...NAMES],
    [
      ['for all', ...NAMES.map(() => shown(common))],
      ['of its own', ...own],
    ],
  );
}

export function capabilitiesDocument(): string {
  return documentOf(
    '# What each provider can do',
    GENERATED,
    'A provider that you make in code has exactly the operations of its adapter: a call of any other does not compile. If a configuration chose the ' +
      'provider, ask `supports(provider, operation)` or `assertSupports(provider, operation)`. Untyped code gets an error before any request. ' +
      '`reasonAgainst(provider, operation, payout)` says whether an operation is possible now, and why not. `provider.capabilities` has all of ' +
      'this as data.',
    '## Operations',
    operations(),
    '## A create',
    requestFields(),
    '## What safety depends on',
    safety(),
    'The library sends a submission only during key retention, less a safety margin. After that it looks the payout up. ' +
      "With `correlation: 'none'` a person may have to look after a lost response, once the provider has forgotten the key.",
    '## Lists',
    lists(),
    'Core applies the filters that a provider lacks while it reads the pages. It stops early where the order of the list allows that.',
    '## Options and settings',
    'A typing error fails before any request.',
    options(),
    settings(),
  );
}
