// The table of a submission's row: what a keep, a refusal and a settlement make of it, as the rules have it.
import { type RecordedRefusal, type Submission, type SubmissionStore } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { describe, expect, it } from 'vitest';
import { type Durable, durable, openTable } from './durable.ts';

const REASON = {
  code: 'authentication',
  message: 'no',
  providerCode: null,
  requestId: null,
  at: '2026-11-23T09:00:00.000Z',
  by: 'provider',
} as const;
const same: RecordedRefusal = { rejected: true, retry: 'same_attempt', reason: REASON };
const next: RecordedRefusal = { rejected: true, retry: 'next_attempt', reason: REASON };

type Refusing = SubmissionStore & Required<Pick<SubmissionStore, 'refuse' | 'open'>>;

async function given(): Promise<{
  readonly table: Durable;
  readonly store: Refusing;
  readonly one: Submission;
  readonly other: Submission;
}> {
  const provider = createStripe({ apiKey: 'sk_test_1' });
  const prepare = (amount: string) => provider.prepare({ reference: 'r1', money: { amount, currency: 'USD' } });
  const table = durable(true);
  return { table, store: openTable(table) as Refusing, one: await prepare('1.00'), other: await prepare('2.00') };
}
const stateOf = ({ rows }: Durable): string | undefined => [...rows.values()][0]?.state;
async function opened(store: Refusing): Promise<number> {
  let count = 0;
  for await (const _ of store.open()) count += 1;
  return count;
}

describe('a row', () => {
  it('is held by the call that keeps it, and that alone can refuse it', async () => {
    const { table, store, one } = await given();
    expect((await store.putIfAbsent(one, 'a')).submission).toBe(one);
    expect(stateOf(table)).toBe('held');
    expect(await store.refuse(one, 'b', same)).toBe(false);
    expect(await store.refuse(one, '', same)).toBe(false);
    expect(await store.refuse(one, 'a', same)).toBe(true);
    expect(await store.refuse(one, 'a', same)).toBe(true); // Its answer was lost.
    expect((await store.find(one))?.refused).toEqual(same);
    expect(await opened(store)).toBe(1);
  });

  it('that nobody holds is taken over by the next hold, alone, and refused by that one only', async () => {
    const { store, one } = await given();
    await store.putIfAbsent(one, 'a');
    await store.refuse(one, 'a', same);
    const taken = await store.putIfAbsent({ ...one }, 'b');
    expect(taken).toMatchObject({ alone: true, shared: false, resolution: null });
    expect(taken.submission).not.toBe(one);
    expect(await store.refuse(one, 'a', same)).toBe(false);
    expect(await store.refuse(one, 'b', next)).toBe(true);
    expect((await store.find(one))?.resolution).toEqual(next);
    expect(await opened(store)).toBe(0);
  });

  it.each<[string, (store: Refusing, one: Submission, other: Submission) => Promise<unknown>]>([
    ['another hold', (store, one) => store.putIfAbsent(one, 'b')],
    ['no hold', (store, one) => store.putIfAbsent(one)],
    [
      'another request, once it is refused',
      async (store, one, other) => {
        await store.refuse(one, 'a', same);
        return store.putIfAbsent(other, 'b');
      },
    ],
  ])('is shared by %s: no refusal proves anything', async (_, share) => {
    const { table, store, one, other } = await given();
    await store.putIfAbsent(one, 'a');
    await share(store, one, other);
    expect(stateOf(table)).toBe('shared');
    expect((await store.find(one))?.shared).toBe(true);
    expect([await store.refuse(one, 'a', same), await store.refuse(one, 'b', same)]).toEqual([false, false]);
  });

  it('keeps its hold when the same call asks again, for its answer was lost', async () => {
    const { store, one } = await given();
    await store.putIfAbsent(one, 'a');
    expect((await store.putIfAbsent(one, 'a')).submission).toBe(one);
    expect(await store.refuse(one, 'a', same)).toBe(true);
  });

  it('that is paid stays so, and a payout wins over a rejection', async () => {
    const { table, store, one } = await given();
    await store.putIfAbsent(one, 'a');
    await store.setResolution(one, { rejected: true });
    await store.setResolution(one, { payoutId: 'po_1' });
    await store.setResolution(one, { rejected: true });
    expect([stateOf(table), (await store.find(one))?.resolution, await store.refuse(one, 'a', next)]).toEqual([
      'accepted',
      { payoutId: 'po_1' },
      false,
    ]);
  });
});

it('a table that does not refuse knows no holds', async () => {
  const store = openTable(durable());
  expect([store.refuse, store.open]).toEqual([undefined, undefined]);
});
