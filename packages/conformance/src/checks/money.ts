import type { Money } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same, the } from '../must.ts';
import { changed } from '../fault-proxy.ts';
import { errorOf, exist, rejectedOf, type Harness } from '../harness.ts';

/** Exact amounts, in both directions. */
export const moneyChecks: readonly Check[] = [
  {
    id: 'money/sent-exactly',
    promise: 'Promise 5',
    forgot: "The bytes hold the provider's own form: its exponent for this currency, its case, no rounding, no floating point.",
    run: async (harness) => {
      must(harness.subject.amounts.length > 0, 'the world has no amounts to try');
      for (const [index, { money, wire }] of harness.subject.amounts.entries()) {
        const { request, money: kept } = await harness.provider.prepare(harness.request(`exact-${index}`, { money }));
        same(harness.subject.sentMoney(request.body), wire, `${money.amount} ${money.currency} on the wire`);
        same(kept, money, 'the money of the submission');
      }
    },
  },
  {
    id: 'money/read-exactly',
    promise: 'Promise 5',
    forgot: "Read with the profile's fromWire: ISO 4217 digits, upper-case code, no floating point on the way.",
    run: async (harness) => {
      const { id } = await harness.accepted('read');
      for (const { money, wire } of harness.subject.amounts) {
        harness.proxy.next(changed((json) => harness.subject.edits.money(json, wire)));
        same((await harness.provider.retrieve(id)).money, money, `${wire.amount} ${wire.currency} as read`);
      }
    },
  },
  {
    id: 'money/round-trip',
    promise: 'Promise 5',
    forgot: 'What was asked for is what the payout shows, in the same form.',
    run: async (harness) => {
      const payout = await harness.accepted('round-trip');
      const { money } = await harness.provider.retrieve(payout.id);
      same(money?.currency, asked(harness).currency, 'the currency');
      must(/^[A-Z]{3}$/.test(money?.currency ?? ''), `the currency is ${money?.currency ?? ''}, not an upper-case ISO 4217 code`);
      same(money, payout.money, 'the money that is read again');
    },
  },
  {
    id: 'money/never-rounded',
    promise: 'Promise 5',
    forgot: 'An amount that the provider cannot take exactly is refused before it is sent, never rounded or cut.',
    run: async (harness) => {
      const refused: readonly unknown[] = [...harness.subject.refusedAmounts, ...malformed(asked(harness))];
      for (const money of refused) {
        const outcome = rejectedOf(await harness.create('refused', { money }));
        must(outcome.submission === null, `${JSON.stringify(money)} was prepared`);
        await errorOf(() => harness.provider.prepare(harness.request('refused', { money })), `prepare of ${JSON.stringify(money)}`);
      }
      must(harness.proxy.requests.length === 0, 'a refused amount was sent');
      exist(harness, 0, 'after refused amounts');
    },
  },
];

function asked({ world }: Harness): Money {
  return the(world.request['money'] as Money | undefined, 'money in the request of the world');
}

/** One amount in all the ways in which it must not be written. */
function malformed({ amount, currency }: Money): readonly unknown[] {
  const forms = [
    `${amount}${amount.includes('.') ? '5' : '.5'}`,
    `-${amount}`,
    `+${amount}`,
    ` ${amount}`,
    `0${amount}`,
    '0',
    '0.00',
    '1e3',
    'NaN',
    '',
    '1,000.00',
  ];
  return [
    ...forms.map((form) => ({ amount: form, currency })),
    { amount, currency: currency.toLowerCase() },
    { amount, currency: 'QQQ' },
    { amount: Number(amount), currency },
  ];
}
