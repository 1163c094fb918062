// What a create says is read back from its own bytes: all that is encoded, and nothing that never is (NEVER-TWICE R4).
import { createStripeTreasury } from './provider.ts';
import { decodeSubmission, parseSubmission } from '@disburse/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCreate } from './create.ts';
import type { TreasuryCreateOptions } from './options.ts';

const provider = createStripeTreasury({ apiKey: 'sk_test_1', financialAccount: 'fa_1', destination: 'pm_saved', customer: 'cus_1' });

const text = fc
  .string({ unit: fc.constantFrom(...Array.from('aZ09 &=+%?#/;~!*()é😀')), minLength: 1, maxLength: 10 })
  .filter((one) => /\S/.test(one));
const maybe = <T>(of: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(of, { nil: undefined });
const metadata = maybe(fc.dictionary(text, text, { maxKeys: 3 }));
const address = maybe(
  fc.record({
    line1: maybe(text),
    city: maybe(text),
    state: maybe(text),
    postalCode: maybe(text),
    country: maybe(text),
    line2: maybe(text),
  }),
);
const billingDetails = fc.record({ name: text, email: maybe(text), phone: maybe(text), address });
const data = maybe(
  fc.oneof(
    fc.record({
      type: fc.constant('us_bank_account' as const),
      billingDetails,
      usBankAccount: fc.record({
        accountHolderType: fc.constant('individual' as const),
        accountType: maybe(fc.constant('savings' as const)),
        routingNumber: fc.constant('110000000'),
        accountNumber: fc.constant('000123456789'),
      }),
      metadata,
    }),
    fc.record({ type: fc.constant('financial_account' as const), financialAccount: fc.constant('fa_2'), billingDetails, metadata }),
  ),
);

it('reads back whatever it encodes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        cents: fc.integer({ min: 1, max: 99_999_999 }),
        description: maybe(text),
        destination: maybe(fc.constant('pm_2')),
        metadata,
        account: maybe(fc.constant('acct_1')),
        destinationPaymentMethodData: data,
        financialAccount: maybe(fc.constant('fa_3')),
        endUserDetails: maybe(fc.constant({ present: true, ipAddress: '203.0.113.7' } as const)),
        expand: maybe(fc.constant(['transaction'])),
      }),
      async ({ cents, description, destination, metadata: own, account, ...bag }) => {
        const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
        const options: TreasuryCreateOptions = bag;
        const { destinationPaymentMethodData: inline } = options;
        const asked = { reference: 'r', money: { amount, currency: 'USD' }, description, metadata: own };
        const saved = inline === undefined ? { destination } : {};
        const prepared = await provider.prepare({ ...asked, ...saved, account, providerOptions: { 'stripe-treasury': options } });
        const home = account === undefined ? provider : provider.forAccount(account);
        expect(await decodeSubmission(home, parseSubmission(JSON.stringify(prepared)))).toEqual({
          money: { amount, currency: 'USD' },
          source: options.financialAccount ?? 'fa_1',
          destination: inline === undefined ? (destination ?? 'pm_saved') : inline.type === 'financial_account' ? 'fa_2' : null,
          account: account ?? null,
          live: null,
          token: prepared.key,
        });
      },
    ),
    { seed: 20_261_130, numRuns: 300 },
  );
});

describe('what is never sent is not read', () => {
  it.each([
    [
      'a bank account beside another one',
      '&destination_payment_method_data[us_bank_account][account_number]=1&destination_payment_method_data[us_bank_account][account_number]=2',
    ],
    ['a field of no payment', '&on_behalf_of=acct_2'],
    ['a field of no bank account', '&destination_payment_method_data[us_bank_account][iban]=1'],
    ['a second source', '&financial_account=fa_2'],
  ])('%s', async (_, more) => {
    const { request } = await provider.prepare({ reference: 'r', money: { amount: '1.00', currency: 'USD' } });
    expect(decodeCreate(request)).toMatchObject({ source: 'fa_1', destination: 'pm_saved' });
    expect(decodeCreate({ ...request, body: `${request.body}${more}` })).toBeNull();
  });
});
