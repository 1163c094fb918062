import type { Job, Measured } from './child.ts';

/** A figure of a measurement; `better` says which way is. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  readonly of: (measured: Measured) => number;
}

const CPU: Figure = { name: 'CPU', unit: 'µs each', better: 'less', of: ({ cpuMs, items }) => (cpuMs * 1000) / items };
const RATE: Figure = { name: 'rate', unit: '/s', better: 'more', of: ({ wallMs, items }) => (items * 1000) / wallMs };
const MEMORY: Figure = { name: 'peak memory', unit: 'MB', better: 'less', of: ({ peakBytes }) => peakBytes / 2 ** 20 };
const TIME: Figure = { name: 'time', unit: 'ms', better: 'less', of: ({ wallMs }) => wallMs };

/** A row of the table of targets. */
export interface Target {
  readonly client: string;
  readonly figure: string;
  readonly ratio: number;
}

/** One thing that is measured, of several clients in turn. */
export interface Measure {
  readonly name: string;
  readonly measure: Job['measure'];
  readonly server: 'fast' | 'slow';
  readonly inFlight: number;
  readonly count: number;
  /** In the order of a round. A name may end in ` parallel N`. */
  readonly clients: readonly string[];
  /** The ratios are to this one. */
  readonly against: string;
  readonly figures: readonly Figure[];
  readonly rounds: number;
  readonly targets: readonly Target[];
}

/** How long and how often: all of it, or a look. */
export interface Effort {
  readonly rounds: number;
  readonly slowRounds: number;
  readonly creates: number;
  readonly payouts: number;
  readonly slowPayouts: number;
}

export const FULL: Effort = { rounds: 7, slowRounds: 1, creates: 4000, payouts: 100_000, slowPayouts: 100_000 };
export const QUICK: Effort = { rounds: 3, slowRounds: 1, creates: 1500, payouts: 20_000, slowPayouts: 10_000 };

export const SLOW_MS = 50;
const STRIPE_SHAPED = ['disburse-stripe', 'stripe', 'fetch', 'node-http'];
const OURS = 'disburse-stripe';

/** Everything that is measured in child processes. */
export function measuresOf({ rounds, slowRounds, creates, payouts, slowPayouts }: Effort): readonly Measure[] {
  const base = { server: 'fast', inFlight: 1, rounds, against: 'stripe', clients: STRIPE_SHAPED, targets: [] } as const;
  const create = (inFlight: number): Measure => ({
    ...base,
    name: `create, ${inFlight} in flight`,
    measure: 'create',
    inFlight,
    count: inFlight === 1 ? Math.ceil(creates / 2) : creates,
    figures: [CPU, RATE],
    targets:
      inFlight === 1
        ? []
        : [
            { client: OURS, figure: 'CPU', ratio: 1 },
            { client: OURS, figure: 'rate', ratio: 1 },
          ],
  });
  const mollie = (inFlight: number): Measure => ({
    ...create(inFlight),
    name: `create at Mollie, ${inFlight} in flight`,
    clients: ['disburse-balance', 'mollie'],
    against: 'mollie',
    targets: [{ client: 'disburse-balance', figure: 'CPU', ratio: 0.3 }],
  });
  return [
    ...[1, 16, 64].map(create),
    ...[1, 16, 64].map(mollie),
    { ...base, name: 'list, a page of 100', measure: 'page', count: Math.ceil(creates / 8), figures: [CPU, RATE] },
    {
      ...base,
      name: `listAll of ${payouts}`,
      measure: 'all',
      count: payouts,
      figures: [CPU, RATE, MEMORY],
      targets: [
        { client: OURS, figure: 'rate', ratio: 1 },
        { client: OURS, figure: 'peak memory', ratio: 1.1 },
      ],
    },
    {
      ...base,
      name: `listAll of ${slowPayouts}, ${SLOW_MS} ms away`,
      measure: 'all',
      server: 'slow',
      count: slowPayouts,
      rounds: slowRounds,
      clients: [`${OURS} parallel 8`, ...STRIPE_SHAPED],
      figures: [RATE, MEMORY],
      targets: [{ client: `${OURS} parallel 8`, figure: 'rate', ratio: 5 }],
    },
    {
      ...base,
      name: 'webhook: verify and normalize',
      measure: 'webhook',
      count: creates * 2,
      clients: [OURS, 'stripe'],
      figures: [CPU, RATE],
      targets: [{ client: OURS, figure: 'rate', ratio: 1 }],
    },
    {
      ...base,
      name: 'cold import',
      measure: 'import',
      count: 1,
      rounds: rounds * 3,
      clients: [OURS, 'stripe'],
      figures: [TIME, MEMORY],
      targets: [{ client: OURS, figure: 'time', ratio: 0.6 }],
    },
  ];
}

/** Programs whose bundles are compared. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  'disburse-stripe': "export * from '@disburse/core'; export * from '@disburse/stripe-adapter';",
  'disburse-stripe, createStripe only': "import { createStripe } from '@disburse/stripe-adapter'; export const pay = createStripe;",
  stripe: "export * from 'stripe'; export { default } from 'stripe';",
};
export const BUNDLE_TARGET: Target = { client: 'disburse-stripe', figure: 'gzip', ratio: 0.85 };
