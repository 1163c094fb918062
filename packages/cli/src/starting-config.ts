import type { AdapterId } from './factories.ts';

/** What `init` calls each provider. */
export const STARTING_NAMES: Readonly<Record<AdapterId, string>> = { stripe: 'us', 'stripe-treasury': 'parties', balance: 'eu' };

/** An adapter that was chosen, and the word for it: `mollie` and `balance` are one. */
export interface ChosenAdapter {
  readonly id: AdapterId;
  readonly word: string;
}

type Entry = Readonly<Record<string, unknown>>;

const env = (name: string): { readonly env: string } => ({ env: name });

/** One provider of a configuration, without its adapter. What else it may say is in the schema, where editors find it. */
const LIVE: Readonly<Record<AdapterId, Entry>> = {
  stripe: { apiKey: env('STRIPE_SECRET_KEY') },
  'stripe-treasury': { apiKey: env('STRIPE_SECRET_KEY'), financialAccount: 'fa_...', customer: 'cus_...', destination: 'pm_...' },
  balance: { token: env('MOLLIE_TOKEN'), balanceId: 'bal_...', acceptScheduleSideEffect: true },
};

const SIMULATED: Readonly<Record<AdapterId, Entry>> = {
  stripe: {
    apiKey: env('DISBURSE_SIMULATED_STRIPE_KEY'),
    webhookSecrets: [env('DISBURSE_SIMULATED_STRIPE_WEBHOOK_SECRET')],
    baseUrl: env('DISBURSE_SIMULATED_STRIPE_URL'),
  },
  'stripe-treasury': {
    apiKey: env('DISBURSE_SIMULATED_TREASURY_KEY'),
    financialAccount: env('DISBURSE_SIMULATED_TREASURY_ACCOUNT'),
    customer: env('DISBURSE_SIMULATED_TREASURY_CUSTOMER'),
    destination: 'pm_usBankAccount', // One of Stripe's test tokens: it takes the money. pm_usBankAccount_accountClosed sends it back.
    webhookSecrets: [env('DISBURSE_SIMULATED_TREASURY_WEBHOOK_SECRET')],
    baseUrl: env('DISBURSE_SIMULATED_TREASURY_URL'),
  },
  balance: {
    token: env('DISBURSE_SIMULATED_MOLLIE_TOKEN'),
    testmode: true,
    balanceId: env('DISBURSE_SIMULATED_MOLLIE_BALANCE'),
    readBalances: true,
    acceptScheduleSideEffect: true,
    webhookSecrets: [env('DISBURSE_SIMULATED_MOLLIE_WEBHOOK_SECRET')],
    baseUrl: env('DISBURSE_SIMULATED_MOLLIE_URL'),
  },
};

/**
 * A configuration for real accounts.
 *
 * @param schema Where editors find its schema.
 */
export function liveConfig(adapters: readonly ChosenAdapter[], schema: string): string {
  return document(adapters, { schema, submissions: '.disburse/submissions', entries: LIVE });
}

/** A configuration for `disburse simulate`, which leaves these variables in .disburse/simulator.env. */
export function simulatedConfig(adapters: readonly ChosenAdapter[], schema: string): string {
  return document(adapters, { schema, submissions: '.disburse/simulated', entries: SIMULATED });
}

interface Parts {
  readonly schema: string;
  /** A folder for each world: what was paid at a simulator says nothing about real money. */
  readonly submissions: string;
  readonly entries: typeof LIVE;
}

function document(adapters: readonly ChosenAdapter[], { schema, submissions, entries }: Parts): string {
  const providers = adapters.map(({ id, word }) => [STARTING_NAMES[id], { adapter: word, ...entries[id] }] as const);
  const [first] = providers;
  const config = { $schema: schema, default: first?.[0], submissions, providers: Object.fromEntries(providers) };
  return `${onOneLine(JSON.stringify(config, null, 2))}\n`;
}

/** A reference to the environment, alone or in a list, is easier to read on one line. */
function onOneLine(text: string): string {
  return text.replaceAll(/\{\s+("env": "\w+")\s+\}/g, '{ $1 }').replaceAll(/\[\s+(\{ "env": "\w+" \})\s+\]/g, '[$1]');
}
