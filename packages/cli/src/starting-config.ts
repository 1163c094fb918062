import { readConfigText } from '@disburse/core/node';
import type { AdapterId } from './factories.ts';

/** What `init` calls each provider. */
export const STARTING_NAMES: Readonly<Record<AdapterId, string>> = { stripe: 'us', 'stripe-treasury': 'parties', balance: 'eu' };

/** One provider of a configuration, with its comments. */
const LIVE: Readonly<Record<AdapterId, string>> = {
  stripe: `    // Stripe Payouts: your own balance to your own bank account or card.
    "us": {
      "adapter": "stripe",
      "apiKey": { "env": "STRIPE_SECRET_KEY" }
      // "stripeAccount": "acct_...",         a connected account
      // "destination": "ba_...",             default: Stripe's own for the currency
      // "webhookSecrets": [{ "env": "STRIPE_WEBHOOK_SECRET" }]
    }`,
  'stripe-treasury': `    // Stripe Treasury OutboundPayments: a financial account to somebody else.
    "parties": {
      "adapter": "stripe-treasury",
      "apiKey": { "env": "STRIPE_SECRET_KEY" },
      "financialAccount": "fa_...",
      "customer": "cus_...",
      "destination": "pm_..."
      // "webhookSecrets": [{ "env": "STRIPE_TREASURY_WEBHOOK_SECRET" }]
    }`,
  balance: `    // Mollie Balances: a balance to the bank account that it is configured with.
    "eu": {
      "adapter": "balance",
      "token": { "env": "MOLLIE_TOKEN" },
      "balanceId": "bal_...",
      // A payout of your own pauses the schedule of the balance; you say here that you know.
      "acceptScheduleSideEffect": true
      // "testmode": true,                    for tokens whose prefix does not tell
      // "readBalances": true,                for tokens that may read balances
      // "webhookSecrets": [{ "env": "MOLLIE_WEBHOOK_SECRET" }]
    }`,
};

const SIMULATED: Readonly<Record<AdapterId, string>> = {
  stripe: `    "us": {
      "adapter": "stripe",
      "apiKey": { "env": "DISBURSE_SIMULATED_STRIPE_KEY" },
      "webhookSecrets": [{ "env": "DISBURSE_SIMULATED_STRIPE_WEBHOOK_SECRET" }],
      "baseUrl": { "env": "DISBURSE_SIMULATED_STRIPE_URL" }
    }`,
  'stripe-treasury': `    "parties": {
      "adapter": "stripe-treasury",
      "apiKey": { "env": "DISBURSE_SIMULATED_TREASURY_KEY" },
      "financialAccount": { "env": "DISBURSE_SIMULATED_TREASURY_ACCOUNT" },
      "customer": { "env": "DISBURSE_SIMULATED_TREASURY_CUSTOMER" },
      // One of Stripe's test tokens: it takes the money. pm_usBankAccount_accountClosed sends it back.
      "destination": "pm_usBankAccount",
      "webhookSecrets": [{ "env": "DISBURSE_SIMULATED_TREASURY_WEBHOOK_SECRET" }],
      "baseUrl": { "env": "DISBURSE_SIMULATED_TREASURY_URL" }
    }`,
  balance: `    "eu": {
      "adapter": "balance",
      "token": { "env": "DISBURSE_SIMULATED_MOLLIE_TOKEN" },
      "testmode": true,
      "balanceId": { "env": "DISBURSE_SIMULATED_MOLLIE_BALANCE" },
      "readBalances": true,
      // A payout of your own pauses the schedule of the balance; you say here that you know.
      "acceptScheduleSideEffect": true,
      "webhookSecrets": [{ "env": "DISBURSE_SIMULATED_MOLLIE_WEBHOOK_SECRET" }],
      "baseUrl": { "env": "DISBURSE_SIMULATED_MOLLIE_URL" }
    }`,
};

/** A configuration for real accounts. */
export function liveConfig(adapters: readonly AdapterId[]): string {
  return document(adapters, {
    intro: '  // Which provider pays a new reference. A reference that was submitted stays with the provider that it was submitted to.',
    submissions: '.disburse/submissions',
    entries: LIVE,
    note: '  // Secrets come from the environment, never from this file.',
  });
}

/** A configuration for `disburse simulate`, which leaves these variables in .disburse/simulator.env. */
export function simulatedConfig(adapters: readonly AdapterId[]): string {
  return document(adapters, {
    intro: '  // Which provider pays a new reference: write "eu" or "parties", and the same command pays through another.',
    submissions: '.disburse/simulated',
    entries: SIMULATED,
    note: '  // What disburse simulate leaves in .disburse/simulator.env.',
  });
}

interface Parts {
  readonly intro: string;
  /** A folder for each world: what was paid at a simulator says nothing about real money. */
  readonly submissions: string;
  readonly entries: typeof LIVE;
  readonly note: string;
}

function document(adapters: readonly AdapterId[], { intro, submissions, entries, note }: Parts): string {
  const [first = 'stripe'] = adapters;
  const providers = adapters.map((adapter) => entries[adapter]).join(',\n');
  const kept = `  // What was sent, kept before it is sent: one folder for this command and for your program (loadConfig).\n  "submissions": "${submissions}",`;
  return `{\n${intro}\n  "default": "${STARTING_NAMES[first]}",\n${kept}\n${note}\n  "providers": {\n${providers}\n  }\n}\n`;
}

export function withoutComments(text: string): string {
  return `${JSON.stringify(readConfigText(text).value, null, 2)}\n`;
}
