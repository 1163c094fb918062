// R1, R16: a refusal of a submission that nobody kept frees no reference that somebody else has kept meanwhile.
import { expect, it } from 'vitest';
import { acmeWorld, answerLost, RENT } from '../__tests__/acme-world.ts';
import { HOUR_MS, NINE } from '../__tests__/manual-time.ts';
import { table } from '../__tests__/table.ts';
import { nextAttempt, type PayoutOutcome } from '../payout/outcome.ts';

/** A journal holds a submission whose process died before it was kept; a day later somebody looks into it. */
async function journalled() {
  const world = acmeWorld({ submissions: table(), correlation: 'none', maxResends: 0 });
  const journal = await world.acme.prepare(RENT);
  world.time.jump(NINE + 30 * HOUR_MS);
  return { ...world, journal, other: world.restarted() };
}

const HOWS = ['lookup', 'resolve'] as const;
type Journalled = Awaited<ReturnType<typeof journalled>>;
const seenBy = ({ acme, journal }: Journalled, how: (typeof HOWS)[number]): Promise<PayoutOutcome> =>
  how === 'lookup' ? acme.lookup(journal) : acme.resolve(journal, { absent: true });

it.each(HOWS)('%s says unknown when another process creates the reference while the list is read', async (how) => {
  const world = await journalled();
  let theirs: PayoutOutcome | undefined;
  world.onRead(async (arrive) => {
    const asItWas = await arrive();
    world.onCreate(answerLost);
    theirs = await world.other.createPayout(RENT);
    return asItWas;
  });
  expect(await seenBy(world, how)).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  expect(theirs).toMatchObject({ outcome: 'unknown' });
  expect(await world.other.submit(theirs?.submission as never)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
  expect(world.bank.payouts).toHaveLength(1);
});

it.each(HOWS)('%s says rejected when nobody does, and whoever creates it now needs the next attempt', async (how) => {
  const world = await journalled();
  const rejected = await seenBy(world, how);
  expect(rejected).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  expect(await world.other.createPayout(RENT)).toMatchObject({ outcome: 'rejected' });
  const attempt = nextAttempt(rejected as never);
  expect(await world.other.createPayout({ ...RENT, attempt })).toMatchObject({ outcome: 'accepted' });
  expect(world.bank.payouts).toHaveLength(1);
});

it('with a store that cannot keep it says unknown', async () => {
  const down = async (): Promise<never> => Promise.reject(new Error('down'));
  const world = acmeWorld({ submissions: table({ putIfAbsent: down }), correlation: 'none' });
  const journal = await world.acme.prepare(RENT);
  world.time.jump(NINE + 30 * HOUR_MS);
  expect(await world.acme.lookup(journal)).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
});
