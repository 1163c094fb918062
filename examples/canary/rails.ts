// The three providers, each with credentials and people that can be recognised wherever they turn up.
import { createBalance } from '@disburse/balance-adapter';
import type { AnyPayoutProvider, CommonSettings, PayoutOutcome } from '@disburse/core';
import {
  createVirtualClock,
  type Faults,
  type JsonObject,
  simulateMollie,
  simulateStripe,
  simulateStripeTreasury,
} from '@disburse/simulator';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { ACCOUNT, CREDENTIALS, PERSON } from './canaries.ts';
import { type PatientTime, patientTime } from './time.ts';

export const RAILS = ['stripe', 'stripe-treasury', 'balance'] as const;
export type RailName = (typeof RAILS)[number];

export type Settings = Pick<CommonSettings, 'onTelemetry' | 'submissions' | 'maxResends'>;

/** A delivery as a provider would send it. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One provider of one world. */
export interface Rail {
  readonly provider: AnyPayoutProvider;
  readonly faults: Faults;
  readonly now: () => number;
  /** Its API credential. */
  readonly key: string;
  readonly webhookSecret: string;
  create(reference: string, amount?: string): Promise<PayoutOutcome>;
  /** Deliveries of what happened, signed. */
  deliveries(): Promise<readonly Delivery[]>;
  /** Answers 401 from now on. */
  readonly lockOut: () => void;
  /** Does what it is asked from now on, and never answers. */
  readonly fallSilent: () => void;
  /** Does what it is asked from now on, and throws an error with the whole request in it. */
  readonly throwUp: () => void;
}

export async function railOf(name: RailName, settings: Settings): Promise<Rail> {
  if (name === 'stripe') return stripeRail(settings);
  return name === 'balance' ? balanceRail(settings) : treasuryRail(settings);
}

type Endpoint = (to: { deliver(delivery: Delivery): Promise<{ status: number }> }) => Promise<unknown>;

async function listening(add: Endpoint, resolve: () => Promise<unknown>): Promise<Rail['deliveries']> {
  const arrived: Delivery[] = [];
  await add({
    deliver: async ({ headers, body }) => {
      arrived.push({ headers, body });
      return { status: 200 };
    },
  });
  return async () => {
    await resolve();
    return arrived;
  };
}

/** What stands between a provider and its world: it may refuse the credential, and repeat it, or let every answer go astray. */
function line(fetch: typeof globalThis.fetch, time: PatientTime) {
  const happens = { locked: false, silent: false, throwing: false };
  const through: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const body = await request.clone().text();
    if (happens.locked) {
      const message = `Invalid API Key provided: ${request.headers.get('authorization')}`;
      const body = { error: { type: 'invalid_request_error', message }, status: 401, title: 'Unauthorized', detail: message };
      return Response.json(body, { status: 401 });
    }
    const answer = await fetch(request);
    if (happens.throwing) throw holding({ url: request.url, headers: Object.fromEntries(request.headers), body });
    if (!happens.silent) return answer;
    time.meetDeadlines();
    return new Promise<never>(() => undefined);
  };
  const lockOut = (): void => void (happens.locked = true);
  const fallSilent = (): void => void (happens.silent = true);
  const throwUp = (): void => void (happens.throwing = true);
  return { fetch: through, lockOut, fallSilent, throwUp };
}

/** An error as libraries throw them: what it is about is in the message, in members, and in an error below it. */
export function holding(what: object): Error {
  const text = JSON.stringify(what);
  const below = Object.assign(new Error(`below: ${text}`), { what, code: 'ECONNRESET' });
  return Object.assign(new TypeError(`failed: ${text}`, { cause: below }), { what, detail: text, code: text });
}

async function stripeRail(settings: Settings): Promise<Rail> {
  const clock = createVirtualClock();
  const world = simulateStripe({ clock, webhookSecret: CREDENTIALS.stripeWebhook });
  world.acceptApiKey(CREDENTIALS.stripeKey);
  const destination = world.account().addBankAccount({ currency: 'usd' }).id;
  const time = patientTime(clock.now());
  const { fetch, ...moods } = line(world.fetch, time);
  const provider = createStripe({
    ...settings,
    apiKey: CREDENTIALS.stripeKey,
    webhookSecrets: [CREDENTIALS.stripeWebhook],
    fetch,
    runtime: time,
  });
  return {
    provider,
    faults: world.faults,
    now: time.now,
    key: CREDENTIALS.stripeKey,
    webhookSecret: CREDENTIALS.stripeWebhook,
    ...moods,
    deliveries: await listening(
      (to) => world.webhooks.add(to),
      () => world.webhooks.settle(),
    ),
    create: (reference, amount = '12.00') =>
      provider.createPayout({
        reference,
        money: { amount, currency: 'USD' },
        description: PERSON.description,
        metadata: { note: PERSON.metadata },
        destination,
      }),
  };
}

async function treasuryRail(settings: Settings): Promise<Rail> {
  const clock = createVirtualClock();
  const world = simulateStripeTreasury({ clock, webhookSecret: CREDENTIALS.treasuryWebhook });
  world.acceptApiKey(CREDENTIALS.treasuryKey);
  const time = patientTime(clock.now());
  const { fetch, ...moods } = line(world.fetch, time);
  const provider = createStripeTreasury({
    ...settings,
    apiKey: CREDENTIALS.treasuryKey,
    financialAccount: world.account().financialAccount().id,
    webhookSecrets: [CREDENTIALS.treasuryWebhook],
    fetch,
    runtime: time,
  });
  return {
    provider,
    faults: world.faults,
    now: time.now,
    key: CREDENTIALS.treasuryKey,
    webhookSecret: CREDENTIALS.treasuryWebhook,
    ...moods,
    deliveries: await listening(
      (to) => world.webhooks.add(to),
      () => world.webhooks.settle(),
    ),
    create: (reference, amount = '12.00') =>
      provider.createPayout({
        reference,
        money: { amount, currency: 'USD' },
        description: PERSON.description,
        metadata: { note: PERSON.metadata },
        providerOptions: {
          'stripe-treasury': {
            destinationPaymentMethodData: {
              type: 'us_bank_account',
              billingDetails: { name: PERSON.holderName, email: PERSON.email },
              usBankAccount: {
                accountHolderType: 'individual',
                routingNumber: PERSON.routingNumber,
                accountNumber: ACCOUNT.accountNumber,
              },
            },
            endUserDetails: { present: true, ipAddress: PERSON.ipAddress },
          },
        },
      }),
  };
}

const WEEK_MS = 7 * 86_400_000;

async function balanceRail(settings: Settings): Promise<Rail> {
  const clock = createVirtualClock();
  const world = simulateMollie({ clock });
  world.acceptCredential({ token: CREDENTIALS.mollieToken });
  const time = patientTime(clock.now());
  const { fetch, ...moods } = line(world.fetch, time);
  const arrived: Delivery[] = [];
  const endpoint = await world.webhooks.add({
    deliver: async ({ headers, body }) => {
      arrived.push({ headers, body });
      return { status: 200 };
    },
  });
  const provider = createBalance({
    ...settings,
    token: CREDENTIALS.mollieToken,
    balanceId: world.test.balance().id,
    acceptScheduleSideEffect: true,
    webhookSecrets: [CREDENTIALS.mollieWebhook, endpoint.secret ?? ''],
    fetch,
    runtime: time,
  });
  return {
    provider,
    faults: world.faults,
    now: time.now,
    key: CREDENTIALS.mollieToken,
    webhookSecret: endpoint.secret ?? '',
    ...moods,
    deliveries: async () => {
      await clock.advance(WEEK_MS); // Mollie tells what became of a payout, not that it was made.
      await world.webhooks.settle();
      return arrived;
    },
    create: (reference, amount = '12.00') =>
      provider.createPayout({ reference, money: { amount, currency: 'EUR' }, description: PERSON.description }),
  };
}

// ---- What goes wrong -------------------------------------------------------------------------------------------------

/** Everything that one provider could know, and so could repeat. */
const echoOf = (key: string): string => [key, ...Object.values(ACCOUNT), ...Object.values(PERSON)].join(' | ');

/** A refusal that repeats it wherever a refusal has room. */
function refusalOf(echo: string): JsonObject {
  const error = { type: 'invalid_request_error', code: echo, decline_code: echo, param: echo, message: echo, request_log_url: echo };
  return { error, status: 422, title: echo, detail: echo, field: echo };
}

type Happens = (rail: Rail) => void;
const CREATE = { method: 'POST' } as const;

const answers =
  (matcher: { readonly method?: 'GET' | 'POST' }, status: number, body: (echo: string) => string | JsonObject): Happens =>
  ({ faults, key }) => {
    const echo = echoOf(key);
    const headers = { 'request-id': echo, 'x-request-id': echo, 'content-type': 'application/json' };
    faults.on(matcher, { answer: { status, headers, body: body(echo) }, at: 'before' }, 40);
  };

const page = (echo: string): string => `<html><body>${echo}</body></html>`;

/** Every way in which the calls of this test may go. */
export const SCENARIOS: Readonly<Record<string, Happens>> = {
  'a success': () => undefined,
  'a credential that is refused, and repeated': (rail) => rail.lockOut(),
  'a lost answer': ({ faults }) => faults.on(CREATE, { reset: 'after' }, 40),
  'a lost request': ({ faults }) => faults.on(CREATE, { reset: 'before' }, 40),
  'a timeout': (rail) => rail.fallSilent(),
  'a fetch that throws what it holds': (rail) => rail.throwUp(),
  'a success cut off': ({ faults }) => faults.on(CREATE, { truncate: 90 }, 40),
  'a success that is a page': answers(CREATE, 200, page),
  'a success that is something else': answers(CREATE, 200, (echo) => ({ id: echo, status: echo, amount: echo })),
  'a refusal that repeats everything': answers(CREATE, 422, refusalOf),
  'a bad request that repeats everything': answers(CREATE, 400, refusalOf),
  'a refusal whose code, parameter and id are the account': ({ faults }) => {
    const { accountNumber } = ACCOUNT;
    const error = {
      type: 'invalid_request_error',
      code: accountNumber,
      param: `us_bank_account[${accountNumber}]`,
      message: accountNumber,
    };
    const body = { error, status: 422, title: accountNumber, detail: accountNumber, field: accountNumber };
    const headers = { 'request-id': accountNumber, 'x-request-id': accountNumber, 'content-type': 'application/json' };
    faults.on(CREATE, { answer: { status: 422, headers, body }, at: 'before' }, 40);
  },
  'a conflict that repeats everything': answers(CREATE, 409, refusalOf),
  'a server error that repeats everything': answers({}, 500, refusalOf),
  'a gateway that repeats everything': answers({}, 502, page),
  'reads that repeat everything': answers({ method: 'GET' }, 200, refusalOf),
};
