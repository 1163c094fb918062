// The official SDK's types prove ours: what Stripe sends fits, no field is missing, no parameter is unknown.
import type Stripe from 'stripe';
import { describe, expectTypeOf, it } from 'vitest';
import type { TreasuryBags, TreasuryPaymentObject, TreasuryTracking } from './index.ts';
import type { OutboundPaymentParameters } from './wire.ts';

type Payment = Stripe.Treasury.OutboundPayment;
type Create = Stripe.Treasury.OutboundPaymentCreateParams;
type Ours<K extends keyof TreasuryPaymentObject> = NonNullable<TreasuryPaymentObject[K]>;
type Theirs<K extends keyof Payment> = NonNullable<Payment[K]>;

describe('the OutboundPayment object', () => {
  it('takes every payment of the SDK', () => {
    expectTypeOf<Payment>().toExtend<TreasuryPaymentObject>();
    expectTypeOf<Stripe.ApiList<Payment>['data'][number]>().toExtend<TreasuryPaymentObject>();
  });

  it('has exactly its fields', () => {
    expectTypeOf<keyof TreasuryPaymentObject>().toEqualTypeOf<keyof Payment>();
    expectTypeOf<keyof Ours<'destination_payment_method_details'>>().toEqualTypeOf<keyof Theirs<'destination_payment_method_details'>>();
    type OurDetails = Ours<'destination_payment_method_details'>;
    type TheirDetails = Theirs<'destination_payment_method_details'>;
    type In<T, K extends keyof T> = keyof NonNullable<T[K]>;
    expectTypeOf<In<OurDetails, 'us_bank_account'>>().toEqualTypeOf<In<TheirDetails, 'us_bank_account'>>();
    expectTypeOf<In<OurDetails, 'financial_account'>>().toEqualTypeOf<In<TheirDetails, 'financial_account'>>();
    expectTypeOf<In<OurDetails, 'billing_details'>>().toEqualTypeOf<In<TheirDetails, 'billing_details'>>();
    expectTypeOf<In<NonNullable<OurDetails['billing_details']>, 'address'>>().toEqualTypeOf<
      In<TheirDetails['billing_details'], 'address'>
    >();
    expectTypeOf<keyof Ours<'tracking_details'>>().toEqualTypeOf<keyof Theirs<'tracking_details'>>();
    expectTypeOf<keyof NonNullable<Ours<'tracking_details'>['us_domestic_wire']>>().toEqualTypeOf<
      keyof NonNullable<Theirs<'tracking_details'>['us_domestic_wire']>
    >();
    expectTypeOf<keyof Ours<'returned_details'>>().toEqualTypeOf<keyof Theirs<'returned_details'>>();
    expectTypeOf<keyof Ours<'status_transitions'>>().toEqualTypeOf<keyof Theirs<'status_transitions'>>();
    expectTypeOf<keyof Ours<'end_user_details'>>().toEqualTypeOf<keyof Theirs<'end_user_details'>>();
  });

  it('is not taken from another object', () => {
    expectTypeOf<Omit<Payment, 'id'>>().not.toExtend<TreasuryPaymentObject>();
    expectTypeOf<Stripe.Treasury.OutboundTransfer>().not.toExtend<TreasuryPaymentObject>();
  });
});

/** What is left of a parameter once those that are left out are left out. */
type Sent<T> = T extends readonly string[]
  ? string[]
  : T extends object
    ? { [K in keyof T as undefined extends T[K] ? never : K]: Sent<T[K]> } & {
        [K in keyof T as undefined extends T[K] ? K : never]?: Sent<Exclude<T[K], undefined>>;
      }
    : T;

type Snake<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${Snake<Tail>}`
    : `_${Lowercase<Head>}${Snake<Tail>}`
  : Name;

type Data = NonNullable<TreasuryBags['create']['destinationPaymentMethodData']>;
type KeysOf<T> = T extends unknown ? keyof T : never;
type BillingDetails = NonNullable<Data['billingDetails']>;
type BankAccount = Extract<Data, { type: 'us_bank_account' }>['usBankAccount'];

describe('what is sent', () => {
  it('is what the SDK takes', () => {
    // The form writes the amount as digits.
    expectTypeOf<Sent<Omit<OutboundPaymentParameters, 'amount' | 'financial_account'>>>().toExtend<
      Omit<Create, 'amount' | 'financial_account'>
    >();
  });

  it('has exactly its parameters', () => {
    expectTypeOf<keyof OutboundPaymentParameters>().toEqualTypeOf<keyof Create>();
    type TheirData = NonNullable<Create['destination_payment_method_data']>;
    expectTypeOf<Snake<KeysOf<Data>>>().toEqualTypeOf<keyof TheirData>();
    expectTypeOf<Snake<keyof BankAccount>>().toEqualTypeOf<keyof NonNullable<TheirData['us_bank_account']>>();
    expectTypeOf<Snake<keyof BillingDetails>>().toEqualTypeOf<keyof NonNullable<TheirData['billing_details']>>();
    expectTypeOf<Snake<KeysOf<NonNullable<TreasuryBags['create']['endUserDetails']>>>>().toEqualTypeOf<
      keyof NonNullable<Create['end_user_details']>
    >();
  });
});

describe('the options', () => {
  it('and the common fields are exactly the parameters of a create', () => {
    type Common = 'amount' | 'currency' | 'description' | 'destination_payment_method' | 'metadata' | 'statement_descriptor';
    expectTypeOf<Snake<keyof TreasuryBags['create']> | Common>().toEqualTypeOf<keyof Create>();
  });

  it('and the common fields are exactly the parameters of a list', () => {
    expectTypeOf<Snake<keyof TreasuryBags['list']> | 'limit' | 'status'>().toEqualTypeOf<keyof Stripe.Treasury.OutboundPaymentListParams>();
  });

  it('of the others are exactly their parameters', () => {
    expectTypeOf<keyof TreasuryBags['retrieve']>().toEqualTypeOf<keyof Stripe.Treasury.OutboundPaymentRetrieveParams>();
    expectTypeOf<keyof TreasuryBags['cancel']>().toEqualTypeOf<keyof Stripe.Treasury.OutboundPaymentCancelParams>();
    expectTypeOf<Exclude<keyof TreasuryBags['balances'], 'financialAccount'>>().toEqualTypeOf<
      keyof Stripe.Treasury.FinancialAccountRetrieveParams
    >();
  });

  it('of tracking are those of the test helper', () => {
    type Update = Stripe['testHelpers']['treasury']['outboundPayments']['update'];
    type Tracking = Parameters<Update>[1]['tracking_details'];
    expectTypeOf<Snake<KeysOf<TreasuryTracking>>>().toEqualTypeOf<keyof Tracking>();
  });
});
