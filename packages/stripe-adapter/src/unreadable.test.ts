// A row that this version cannot read, such as a payout in `usdc`: it names itself, and hides neither the others nor the way on.
import type { UnreadableRow } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { scriptedFetch } from './__fixtures__/scripted-fetch.ts';
import { createStripe } from './index.ts';

const row = (id: string, more: object = {}): object => ({
  id,
  object: 'payout',
  amount: 1100,
  currency: 'usd',
  created: 1_700_000_000,
  livemode: false,
  status: 'paid',
  ...more,
});
const page = (data: readonly object[], has_more = false): object => ({ object: 'list', url: '/v1/payouts', has_more, data });
const answering = (...bodies: readonly object[]) => {
  let asked = 0;
  const { fetch, requests } = scriptedFetch(() => ({ status: 200, body: bodies[Math.min(asked++, bodies.length - 1)] ?? {} }));
  const stripe = createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime() });
  const heard: UnreadableRow[] = [];
  return { stripe, requests, heard, onUnreadable: (unread: UnreadableRow): void => void heard.push(unread) };
};

describe('a list', () => {
  it.each([
    ['a new currency', { currency: 'usdc' }, 'row 2 (po_2): answered with something that is not a payout (currency usdc).'],
    [
      'no word of a currency',
      { currency: 'DE89370400440532013000' },
      'row 2 (po_2): answered with something that is not a payout (currency).',
    ],
    ['a member of another type', { amount: '11' }, 'row 2 (po_2): answered with something that is not a payout (amount).'],
  ])('with %s says so', async (_, more, told) => {
    const { stripe, heard, onUnreadable } = answering(page([row('po_1'), row('po_2', more), row('po_3')]));
    await expect(stripe.list()).rejects.toMatchObject({ payoutId: 'po_2', message: expect.stringContaining(told) as string });
    expect((await stripe.list({}, { onUnreadable })).payouts.map(({ id }) => id)).toEqual(['po_1', 'po_3']);
    expect(heard.map(({ id }) => id)).toEqual(['po_2']);
  });

  it.each([
    ['forwards', {}, 'starting_after=po_2'],
    ['backwards', { providerOptions: { stripe: { endingBefore: 'po_9' } } }, 'ending_before=po_1'],
  ])('goes on from a row that could not be read, %s', async (_, query, next) => {
    const hidden = { currency: 'usdc' };
    const { stripe, requests, onUnreadable } = answering(page([row('po_1', hidden), row('po_2', hidden)], true), page([row('po_3')]));
    const ids: string[] = [];
    for await (const { id } of stripe.listAll(query, { onUnreadable })) ids.push(id);
    expect(ids).toEqual(['po_3']);
    expect(requests[1]?.path).toContain(next);
  });

  it('that goes on after a row without an id is no list: nobody knows where to go on', async () => {
    const { stripe, onUnreadable } = answering(page([row('po_1'), { object: 'payout' }], true));
    await expect(stripe.list({}, { onUnreadable })).rejects.toMatchObject({ code: 'unexpected_response' });
  });
});

describe('a balance', () => {
  const balance = (of: object): object => ({ object: 'balance', livemode: false, available: [], pending: [], ...of });
  const usd = { amount: 100, currency: 'usd', source_types: { card: 100 } };
  const usdc = { amount: 1, currency: 'usdc' };

  it('in a new currency names it, and the others are read', async () => {
    const { stripe, heard, onUnreadable } = answering(balance({ available: [usdc, usd], pending: [usd] }));
    const told = 'a balance cannot be read: row 1 (usdc): answered with something that is not an entry of a balance (currency usdc).';
    await expect(stripe.balances()).rejects.toMatchObject({ message: expect.stringContaining(told) as string });
    expect(await stripe.balances({ onUnreadable })).toMatchObject([{ source: 'usd:card', available: { amount: '1.00', currency: 'USD' } }]);
    expect(heard).toMatchObject([{ id: 'usdc', position: 1 }]);
  });

  it('whose available part cannot be read is not told as zero', async () => {
    const { stripe, onUnreadable } = answering(balance({ available: [{ ...usd, amount: 'many' }], pending: [usd] }));
    expect(await stripe.balances({ onUnreadable })).toEqual([]);
  });

  it('with nothing available is zero', async () => {
    const { stripe } = answering(balance({ pending: [usd] }));
    expect(await stripe.balances()).toMatchObject([{ available: { amount: '0.00' }, pending: { amount: '1.00' } }]);
  });
});
