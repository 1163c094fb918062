import type { Money } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same, the } from '../must.ts';
import { changed } from '../line.ts';
import { errorOf, exist, rejectedOf, type Stage } from '../stage.ts';

/** Exact amounts, in both directions. */
export const moneyChecks: readonly Check[] = [
  {
    id: 'money/sent-exactly',
    promise: 'Promise 5',
    forgot: "The bytes hold the provider's own form: its exponent for this currency, its case, no rounding, no floating point.",
    run: async (stage) => {
      must(stage.subject.amounts.length > 0, 'the world has no amounts to try');
      for (const [index, { money, wire }] of stage.subject.amounts.entries()) {
        const { request, money: kept } = await stage.provider.prepare(stage.request(`exact-${index}`, { money }));
        same(stage.subject.sentMoney(request.body), wire, `${money.amount} ${money.currency} on the wire`);
        same(kept, money, 'the money of the submission');
      }
    },
  },
  {
    id: 'money/read-exactly',
    promise: 'Promise 5',
    forgot: "Read with the profile's fromWire: ISO 4217 digits, upper-case code, no floating point on the way.",
    run: async (stage) => {
      const { id } = await stage.accepted('read');
      for (const { money, wire } of stage.subject.amounts) {
        stage.line.next(changed((json) => stage.subject.edits.money(json, wire)));
        same((await stage.provider.retrieve(id)).money, money, `${wire.amount} ${wire.currency} as read`);
      }
    },
  },
  {
    id: 'money/round-trip',
    promise: 'Promise 5',
    forgot: 'What was asked for is what the payout shows, in the same form.',
    run: async (stage) => {
      const payout = await stage.accepted('round-trip');
      const { money } = await stage.provider.retrieve(payout.id);
      same(money?.currency, asked(stage).currency, 'the currency');
      must(/^[A-Z]{3}$/.test(money?.currency ?? ''), `the currency is ${money?.currency ?? ''}, not an upper-case ISO 4217 code`);
      same(money, payout.money, 'the money that is read again');
    },
  },
  {
    id: 'money/never-rounded',
    promise: 'Promise 5',
    forgot: 'An amount that the provider cannot take exactly is refused before it is sent, never rounded or cut.',
    run: async (stage) => {
      const refused: readonly unknown[] = [...stage.subject.refusedAmounts, ...malformed(asked(stage))];
      for (const money of refused) {
        const outcome = rejectedOf(await stage.create('refused', { money }));
        must(outcome.submission === null, `${JSON.stringify(money)} was prepared`);
        await errorOf(() => stage.provider.prepare(stage.request('refused', { money })), `prepare of ${JSON.stringify(money)}`);
      }
      must(stage.line.requests.length === 0, 'a refused amount was sent');
      exist(stage, 0, 'after refused amounts');
    },
  },
];

function asked({ world }: Stage): Money {
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
