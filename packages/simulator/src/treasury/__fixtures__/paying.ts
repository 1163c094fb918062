import { expect } from 'vitest';
import { asking, type Ask, type Reply } from '../../__fixtures__/asking.ts';
import { simulateStripeTreasury, type SimulatedStripeTreasury, type SimulateStripeTreasuryOptions } from '../../index.ts';

/** The path of payments. */
export const PAYMENTS = '/v1/treasury/outbound_payments';
/** The path of the test helpers. */
export const TEST_HELPERS = '/v1/test_helpers/treasury/outbound_payments';
/** A body that works, to the token's bank account. */
export const TO_TOKEN = 'amount=1100&currency=usd&financial_account=fa_1&customer=cus_1&destination_payment_method=pm_usBankAccount';

/** An error as `errorOf` shows it. */
export const invalid = (code: string | undefined, message: unknown, param?: string): object => ({
  status: 400,
  type: 'invalid_request_error',
  code,
  message,
  param,
});
/** Any text with this in it. */
export const text = (part: string): unknown => expect.stringContaining(part);
/** The parameter of inline destinations. */
export const DATA = 'destination_payment_method_data';
/** The parameter that chooses the network. */
export const NETWORK = 'destination_payment_method_options[us_bank_account][network]';
/** A body without a destination. */
export const BASE = 'amount=1100&currency=usd&financial_account=fa_1';
/** The name of the recipient. */
export const NAME = `${DATA}[billing_details][name]=Jane%20Doe`;
/** The bank account of an inline destination. */
export const bank = (number = '000123456789', routing = '110000000'): string =>
  `${DATA}[us_bank_account][account_number]=${number}&${DATA}[us_bank_account][routing_number]=${routing}`;
/** Inline, by ach. */
export const ACH = `${BASE}&${DATA}[type]=us_bank_account&${NAME}&${bank()}`;
/** Over the stripe network. */
export const TO_ACCOUNT = `${BASE}&${DATA}[type]=financial_account&${DATA}[financial_account]=fa_2`;
/** A complete address. */
export const LINES = { line1: '123%20Main%20St', city: 'San%20Francisco', state: 'CA', postal_code: '94111', country: 'US' };
/** The address as parameters, but for one line. */
export const address = (without = ''): string =>
  Object.entries(LINES)
    .filter(([line]) => line !== without)
    .map(([line, value]) => `&${DATA}[billing_details][address][${line}]=${value}`)
    .join('');
/** Inline, by wire. */
export const WIRE = `${ACH}${address()}&${NETWORK}=us_domestic_wire`;

/** A world with the ids of the contract's golden requests: `fa_1`, `fa_2` (the recipient's), `cus_1` and `pm_1` in what is asked. */
export interface Paying {
  readonly world: SimulatedStripeTreasury;
  readonly ask: Ask;
  /** Creates with this body. */
  pay(body?: string, key?: string): Promise<Reply>;
  /** Cash and outbound_pending of `fa_1`, in cents. */
  money(): readonly [cash: number, pending: number];
  /** The payment as it is now. */
  now(id: string): SimulatedStripeTreasury['payouts'][number] | undefined;
}

/** Makes such a world. */
export function paying(options: SimulateStripeTreasuryOptions = {}): Paying {
  const world = simulateStripeTreasury(options);
  const account = world.account();
  const ids: Readonly<Record<string, string>> = {
    fa_1: account.financialAccount().id,
    fa_2: world.recipient.financialAccount().id,
    cus_1: account.customers[0] ?? '',
    pm_1: account.addPaymentMethod().id,
  };
  const named = (text: string): string => text.replace(/\b(fa_1|fa_2|cus_1|pm_1)\b/g, (name) => ids[name] ?? name);
  const plain = asking(world);
  const ask: Ask = (what, question = {}) =>
    plain(named(what), { ...question, ...(question.body === undefined ? {} : { body: named(question.body) }) });
  return {
    world,
    ask,
    pay: (body = TO_TOKEN, key) => ask(`POST ${PAYMENTS}`, { body, key }),
    money: () => {
      const { cash, outbound_pending } = account.financialAccount().balance;
      return [cash.usd, outbound_pending.usd];
    },
    now: (id) => world.payouts.find((payment) => payment.id === id),
  };
}
