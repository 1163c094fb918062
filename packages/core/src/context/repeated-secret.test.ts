// A provider, or somebody before it, that sends the credential back: in an id, a code, a sentence or a header.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { acmeWorld, answered, changed, RENT } from '../__tests__/acme-world.ts';
import { createAcme } from '../__tests__/acme.ts';
import { mismatchError } from './match-payout.ts';
import { registryFromConfig } from '../registry/config.ts';
import { errorOf } from './outcome-errors.ts';
import { nameOfThrown, PayoutError } from '../errors.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import { createPayoutRegistry } from '../registry/registry.ts';
import { memorySubmissions } from '../stores/submission.ts';

const everything = (value: unknown): string => `${JSON.stringify(value)} ${inspect(value, { depth: 9, showHidden: true })}`;
const bare = (id: string): Payout => ({ id }) as Payout;

describe('is told nowhere', () => {
  it('as the id of a payout, nor by what is told of the call', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(changed((payout) => ({ ...payout, id: ACME_TOKEN })));
    const outcome = await world.acme.createPayout(RENT);
    expect(everything([outcome, world.events])).not.toContain(ACME_TOKEN);
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('as an id that another id is compared with', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    world.onRead(changed((payout) => ({ ...payout, id: `ac_${ACME_TOKEN}` })));
    const error: unknown = await world.acme.retrieve('ac_1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unexpected_response', payoutId: null });
    expect(everything(error)).not.toContain(ACME_TOKEN);
  });

  it('in a refusal, as a code or a sentence', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(answered(400, { code: ACME_TOKEN, message: `you sent ${ACME_TOKEN}` }));
    expect(everything(await world.acme.createPayout(RENT))).not.toContain(ACME_TOKEN);
  });

  it('in an error that an adapter made of what is not redacted', () => {
    const { context } = acmeWorld();
    const answer = { status: 400, headers: new Headers(), text: '', json: undefined };
    const refusal = {
      code: 'invalid_request',
      message: 'no.',
      providerCode: ACME_TOKEN,
      providerMessage: `you sent ${ACME_TOKEN}`,
      outcome: 'rejected',
      keyState: 'maybe_stored',
    } as const;
    const error = errorOf(context, refusal, answer, 'rejected');
    expect([error.providerCode, error.providerMessage]).toEqual([null, 'you sent [redacted]']);
    expect(everything(mismatchError(context, bare(ACME_TOKEN), 'it is in USD'))).not.toContain(ACME_TOKEN);
  });

  it('in a diagnostic', () => {
    const { context, events } = acmeWorld();
    context.telemetry.emit({ type: 'diagnostic', code: 'webhook_refused', message: `of ${ACME_TOKEN}` });
    expect(events).toMatchObject([{ message: 'of [redacted]' }]);
  });
});

const HOOK = 'whsec_canary_of_the_hook';
const OTHER = 'acme_key_of_the_other_bank';
/** As JSON may write it: every second letter as its code. */
const escaped = (text: string): string =>
  text.replaceAll(/(.)(.?)/g, (_, sign: string, next: string) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}${next}`);
const codeIn = (outcome: PayoutOutcome): unknown => (outcome.outcome === 'rejected' ? outcome.error.providerCode : outcome.outcome);
const refusal = (secret: string): Response => new Response(`{"code":"${secret}","message":"you sent ${secret}"}`, { status: 400 });

describe('of the provider itself', () => {
  it('in a refusal, however JSON writes its letters', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(() => refusal(escaped(ACME_TOKEN)));
    const outcome = await world.acme.createPayout(RENT);
    expect(codeIn(outcome)).toBe(null);
    expect(everything([outcome, world.events])).not.toContain(ACME_TOKEN);
  });

  it('the secret of its webhooks is not told either', async () => {
    const world = acmeWorld({ maxResends: 0, webhookSecrets: [HOOK] });
    world.onCreate(() => refusal(HOOK));
    const outcome = await world.acme.createPayout(RENT);
    expect(codeIn(outcome)).toBe(null);
    expect(everything([outcome, world.events])).not.toContain(HOOK);
  });
});

describe('of another provider of the same registry', () => {
  const settings = { fetch: async () => refusal(OTHER), maxResends: 0, submissions: memorySubmissions() };
  const config = {
    default: 'one',
    providers: {
      one: { adapter: 'acme', token: { env: 'ONE' } },
      other: { adapter: 'acme', token: { env: 'TWO' }, webhookSecrets: [{ env: 'HOOK' }] },
    },
  };

  it.each([
    ['configured', OTHER],
    ['configured, its webhook secret', HOOK],
  ])('is not told: %s', async (_, secret) => {
    const submissions = memorySubmissions();
    const env = { ONE: ACME_TOKEN, TWO: OTHER, HOOK };
    const registry = registryFromConfig(
      config,
      { acme: createAcme },
      { env, settings: { submissions, fetch: async () => refusal(secret) } },
    );
    const outcome = await registry.createPayout(RENT);
    expect(codeIn(outcome)).toBe(null);
    expect(everything([outcome, await submissions.find({ namespace: '', reference: RENT.reference, attempt: 1 })])).not.toContain(secret);
  });

  it('is not told: handed over, and for a connected account', async () => {
    const one = createAcme({ ...settings, name: 'one', token: ACME_TOKEN });
    const before = await one.createPayout({ ...RENT, reference: 'before' });
    const registry = createPayoutRegistry({ one, other: createAcme({ ...settings, name: 'other', token: OTHER }) }, { default: 'one' });
    expect(codeIn(before)).toBe(OTHER);
    const told = [await registry.createPayout(RENT), await one.forAccount('acct_1').createPayout({ ...RENT, reference: 'bound' })];
    expect(told.map(codeIn)).toEqual([null, null]);
    expect(everything(told)).not.toContain(OTHER);
  });
});

it.each([['po_1\nlevel=info'], ['x'.repeat(129)], ['Jane Doe'], ['']])('an error has no id that looks like none: %j', (id) => {
  const error = new PayoutError('unsupported', 'no.', { payoutId: id, requestId: id });
  expect([error.payoutId, error.requestId]).toEqual([null, null]);
});

it.each(['000123456789', '4242-4242-4242-4242', 'DE89370400440532013000'])(
  'an error has no id that may be the number of an account: %s',
  (id) => {
    const error = new PayoutError('unsupported', 'no.', { payoutId: id, requestId: id });
    expect([error.payoutId, error.requestId]).toEqual([null, null]);
  },
);

it.each(['0001 2345 6789', 'DE89 3704 0044 0532 0130 00', '12-34-56', 'account 000123456789'])(
  'an error has no code that may be the number of an account: %s',
  (providerCode) => {
    expect(new PayoutError('unsupported', 'no.', { providerCode }).providerCode).toBeNull();
  },
);

it.each([
  ['TypeError', 'TypeError'],
  ['ThrottlingException', 'ThrottlingException'],
  ['SECRET', 'Error'],
  ['sk_live_canary', 'Error'],
  ['Error of 000123456789', 'Error'],
])('an error of others that is called %s is told as %s', (name, told) => {
  expect(nameOfThrown(Object.assign(new Error('x'), { name }))).toBe(told);
});
