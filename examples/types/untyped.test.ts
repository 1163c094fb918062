// From JavaScript, or through a cast: what a provider lacks is refused before any request, whichever way it is called.
import { createBalance } from '@disburse/balance-adapter';
import { type AnyPayoutProvider, assertSupports, reasonAgainst, type Payout, PayoutError, supports } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { describe, expect, it } from 'vitest';

type Untyped = AnyPayoutProvider & Readonly<Record<string, (...of: readonly unknown[]) => Promise<unknown>>>;
const OPTIONAL = ['update', 'reverse', 'balances'] as const;

let sent = 0;
const fetch: typeof globalThis.fetch = async () => {
  sent += 1;
  return new Response('{}');
};
const mollie = { token: 'access_1', testmode: true, balanceId: 'bal_1', acceptScheduleSideEffect: true, fetch } as const;

/** What each provider has of what not all have. */
const MATRIX: readonly (readonly [name: string, provider: AnyPayoutProvider, has: readonly string[]])[] = [
  ['Stripe', createStripe({ apiKey: 'sk_test_1', fetch }), ['update', 'reverse', 'balances']],
  ['Stripe, for a connected account', createStripe({ apiKey: 'sk_test_1', fetch }).forAccount('acct_1'), ['update', 'reverse', 'balances']],
  ['Stripe Treasury', createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1', fetch }), ['balances']],
  [
    'Stripe Treasury, for a connected account',
    createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1', fetch }).forAccount('acct_1'),
    ['balances'],
  ],
  ['Mollie', createBalance(mollie), []],
  ['Mollie that may read balances', createBalance({ ...mollie, readBalances: true }), ['balances']],
];

describe.each(MATRIX)('%s', (_, provider, has) => {
  const untyped = provider as Untyped;

  it.each(OPTIONAL)('%s: the data, supports() and assertSupports() say the same', (operation) => {
    const there = has.includes(operation);
    expect(provider.capabilities.operations.includes(operation)).toBe(there);
    expect(supports(provider, operation)).toBe(there);
    expect(reasonAgainst(provider, operation) === null).toBe(there);
    const asserting = (): void => assertSupports(provider, operation);
    if (there) expect(asserting).not.toThrow();
    else expect(asserting).toThrow(expect.objectContaining({ code: 'unsupported', outcome: 'rejected' }));
    expect(Object.keys(provider).includes(operation), 'listed among its members').toBe(there);
  });

  it.each(OPTIONAL.filter((operation) => !has.includes(operation)))(
    '%s is a stub that rejects, names what there is, and sends nothing',
    async (operation) => {
      const before = sent;
      const error: unknown = await untyped[operation]?.('po_1', { metadata: {} }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PayoutError);
      expect(error).toMatchObject({ code: 'unsupported', outcome: 'rejected', provider: provider.name });
      expect((error as Error).message).toContain(provider.capabilities.operations.join(', '));
      expect(sent).toBe(before);
    },
  );

  it('a stub cannot be replaced by accident, and a copy of the provider has none', () => {
    const lacking = OPTIONAL.filter((operation) => !has.includes(operation));
    for (const operation of lacking) {
      expect(() => Object.assign(provider, { [operation]: async () => 'done' })).toThrow(TypeError);
      expect({ ...provider }).not.toHaveProperty(operation);
    }
    expect(lacking.length + has.length).toBe(OPTIONAL.length);
  });

  it.each(['account', 'destination', 'statementDescriptor', 'metadata', 'fullBalance'] as const)(
    '%s in a create is as the data says',
    async (feature) => {
      const takes = provider.capabilities.request[feature];
      const extra = feature === 'fullBalance' ? { money: 'full_balance' } : { [feature]: feature === 'metadata' ? { a: 'b' } : 'x' };
      const request = { reference: 'r', money: { amount: '1.00', currency: 'USD' }, ...extra } as never;
      const prepared: unknown = await provider.prepare(request).catch((thrown: unknown) => thrown);
      if (takes) expect(prepared).not.toMatchObject({ code: 'unsupported' });
      else expect(prepared).toMatchObject({ code: 'unsupported', outcome: 'rejected' });
    },
  );

  it('a payout of another provider can neither be canceled nor reversed', () => {
    const payout = { id: 'x_1', provider: 'another', name: 'another', status: 'pending', cancelable: true, reversedBy: null } as Payout;
    expect(reasonAgainst(provider, 'cancel', payout)).toBe(`x_1 belongs to another, not to ${provider.name}.`);
  });
});

it('nothing of all that was sent', () => expect(sent).toBe(0));
