// Secrets in wrong places of a configuration, bad input and hostile deliveries: none of it is repeated by what is said about it.
import { createBalance } from '@disburse/balance-adapter';
import { type PayoutEvent, registryFromConfig, type TelemetryEvent, webhookHandler } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ACCOUNT, CREDENTIALS, everythingOf, foundIn, PERSON, printed } from './canary/canaries.ts';
import { type Delivery, RAILS, railOf } from './canary/rails.ts';

const FACTORIES = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };

/** What each adapter needs beside its credential. */
const REST = {
  stripe: {},
  'stripe-treasury': { financialAccount: 'fa_1' },
  balance: { balanceId: 'bal_1', acceptScheduleSideEffect: true },
} as const;

const SECRET = CREDENTIALS.mollieToken;
const KEY = { stripe: 'apiKey', 'stripe-treasury': 'apiKey', balance: 'token' } as const;

function thrownBy(work: () => unknown): unknown {
  try {
    work();
    return null;
  } catch (error) {
    return error;
  }
}

describe.each(RAILS)('a mistake in the configuration of %s', (name) => {
  const key = KEY[name];
  it.each<readonly [string, Readonly<Record<string, unknown>>]>([
    ['the secret itself', { [key]: SECRET }],
    ['the secret as the name of a variable', { [key]: { env: SECRET } }],
    ['the secret beside the name of its variable', { [key]: { env: 'A_KEY', value: SECRET } }],
    ['a misspelled setting', { [`${key}s`]: SECRET }],
    ['in the address', { [key]: { env: 'A_KEY' }, baseUrl: `https://${SECRET}@api.test` }],
    ['for the address', { [key]: { env: 'A_KEY' }, baseUrl: SECRET }],
    ['for a number', { [key]: { env: 'A_KEY' }, timeoutMs: SECRET }],
    ['for a list', { [key]: { env: 'A_KEY' }, webhookSecrets: SECRET }],
    ['in a list', { [key]: { env: 'A_KEY' }, webhookSecrets: [SECRET] }],
    ['for a function', { [key]: { env: 'A_KEY' }, onTelemetry: SECRET }],
    ['a variable with a line break in it', { [key]: { env: 'A_BROKEN_KEY' } }],
    ['a variable with another secret in it', { [key]: { env: 'ANOTHER_KEY' } }],
    ['all of it in a list', { [key]: [{ env: SECRET }, SECRET] }],
  ])('%s', (_, entry) => {
    const env = { A_KEY: 'sk_test_1', A_BROKEN_KEY: `${SECRET}\n${SECRET}`, ANOTHER_KEY: `pk ${SECRET}` };
    const config = { providers: { eu: { adapter: name, ...REST[name], ...entry } } };
    const error = thrownBy(() => registryFromConfig(config, FACTORIES, { env }).select('eu'));
    expect(error).toMatchObject({ code: 'invalid_settings' });
    expect(foundIn(everythingOf(error), CREDENTIALS)).toEqual([]);
    const direct = thrownBy(() => FACTORIES[name]({ ...REST[name], ...entry } as never));
    expect(foundIn(everythingOf(direct), CREDENTIALS)).toEqual([]);
  });

  it.each([
    ['a text'],
    [SECRET],
    [[SECRET]],
    [{ providers: SECRET }],
    [{ providers: { eu: SECRET } }],
    [{ secrets: SECRET, providers: {} }],
    [{ default: SECRET, providers: {} }],
    [{ providers: { eu: { adapter: SECRET } } }],
    [{ providers: { eu: { adapter: { env: SECRET } } } }],
  ])('in a configuration that is none: %#', (config) => {
    const error = thrownBy(() => registryFromConfig(config, FACTORIES, { env: {} }));
    expect(error).toMatchObject({ code: 'invalid_settings' });
    expect(foundIn(everythingOf(error), CREDENTIALS)).toEqual([]);
  });
});

describe.each(RAILS)('input that %s does not take', (name) => {
  it.each<readonly [string, object]>([
    ['a misspelled field', { acount: ACCOUNT.accountNumber, [PERSON.holderName]: 1 }],
    ['an account number for the amount', { money: { amount: ACCOUNT.accountNumber, currency: PERSON.holderName } }],
    ['a person for the reference', { reference: `${PERSON.holderName} ${PERSON.email}` }],
    ['an account for the destination', { destination: { iban: ACCOUNT.accountNumber } }],
    ['a description that is none', { description: { text: PERSON.description, of: ACCOUNT.accountNumber } }],
    ['metadata that is none', { metadata: { note: { text: PERSON.metadata, of: ACCOUNT.accountNumber } } }],
    ['options in a bag of nobody', { providerOptions: { nobody: { accountNumber: ACCOUNT.accountNumber } } }],
    ['options that are none', { providerOptions: { [name]: { accountNumber: ACCOUNT.accountNumber, ip: PERSON.ipAddress } } }],
    ['options that are a text', { providerOptions: { [name]: ACCOUNT.accountNumber } }],
  ])('%s', async (_, wrong) => {
    const { provider } = await railOf(name, {});
    const request = { reference: 'r', money: { amount: '1.00', currency: name === 'balance' ? 'EUR' : 'USD' }, ...wrong };
    const outcome = await provider.createPayout(request as never);
    expect(outcome).toMatchObject({ outcome: 'rejected', submission: null });
    expect(foundIn(printed(outcome), { ...CREDENTIALS, ...ACCOUNT, email: PERSON.email, ip: PERSON.ipAddress })).toEqual([]);
  });
});

describe.each(RAILS)('a webhook of %s', (name) => {
  /** Everything that a whole endpoint says, and what it hands on. */
  async function endpoint() {
    const events: TelemetryEvent[] = [];
    const handled: PayoutEvent[] = [];
    const errors: unknown[] = [];
    const rail = await railOf(name, { onTelemetry: (event) => void events.push(event) });
    const handle = webhookHandler({
      provider: rail.provider,
      onEvent: (event) => void handled.push(event),
      onError: (error) => void errors.push(error),
    });
    const answers: string[] = [];
    const receive = async ({ headers, body }: Delivery): Promise<void> => {
      const response = await handle(new Request('https://app.test/hooks', { method: 'POST', headers, body }));
      answers.push(`${response.status} ${JSON.stringify(Object.fromEntries(response.headers))} ${await response.text()}`);
    };
    const signed = (body: string): Delivery => ({ headers: signatureOf(name, rail.webhookSecret, body, rail.now()), body });
    return { rail, receive, signed, handled, said: () => [errors, events, answers], events };
  }

  it('that is believed is handed on without a credential or an account number, and told without anything of a person', async () => {
    const { rail, receive, handled, said, events } = await endpoint();
    await rail.create('r');
    for (const delivery of await rail.deliveries()) await receive(delivery);
    expect(handled.length).toBeGreaterThan(0);
    expect(foundIn(everythingOf(handled), { ...CREDENTIALS, ...ACCOUNT })).toEqual([]);
    expect(foundIn(printed(said()), { ...CREDENTIALS, ...ACCOUNT, ...PERSON })).toEqual([]);
    expect(events.some((event) => event.type === 'end' && event.operation === 'parseWebhook')).toBe(true);
  });

  it.each([
    ['is not signed', (hook: Delivery): Delivery => ({ ...hook, headers: {} })],
    ['is signed by somebody else', (hook: Delivery): Delivery => ({ ...hook, body: `${hook.body} ` })],
    ['has a secret for a signature', (hook: Delivery): Delivery => ({ ...hook, headers: wrongHeaders(hook) })],
  ])('that %s is refused in words of ours', async (_, spoil) => {
    const { receive, signed, said, handled } = await endpoint();
    await receive(spoil(signed(HOSTILE)));
    expect(handled).toEqual([]);
    expect(foundIn(everythingOf(said()), { ...CREDENTIALS, ...ACCOUNT, ...PERSON })).toEqual([]);
  });

  it.each([
    ['holds what is no event', HOSTILE],
    ['is no JSON', `${HOSTILE} and more`],
    [
      'has secrets for types',
      JSON.stringify({ id: SECRET, object: 'event', type: `${SECRET} ${ACCOUNT.accountNumber}`, data: { object: {} } }),
    ],
    [
      'is a payout that is none',
      JSON.stringify({
        id: 'evt_1',
        object: 'event',
        type: 'payout.paid',
        livemode: false,
        data: { object: { id: ACCOUNT.accountNumber, object: 'payout', amount: PERSON.holderName } },
      }),
    ],
  ])('that is signed and %s is told in words of ours', async (_, body) => {
    const { receive, signed, said } = await endpoint();
    await receive(signed(body));
    expect(foundIn(everythingOf(said()), { ...CREDENTIALS, ...ACCOUNT, ...PERSON })).toEqual([]);
  });
});

const HOSTILE = JSON.stringify({ ...CREDENTIALS, ...ACCOUNT, ...PERSON });

const wrongHeaders = ({ headers }: Delivery): Delivery['headers'] =>
  Object.fromEntries(Object.keys(headers).map((header) => [header, Object.values(CREDENTIALS).join(', ')]));

function signatureOf(name: (typeof RAILS)[number], secret: string, body: string, now: number): Delivery['headers'] {
  const sign = (text: string): string => createHmac('sha256', secret).update(text).digest('hex');
  if (name === 'balance') return { 'x-mollie-signature': `sha256=${sign(body)}` };
  const seconds = Math.floor(now / 1000);
  return { 'stripe-signature': `t=${seconds},v1=${sign(`${seconds}.${body}`)}` };
}
