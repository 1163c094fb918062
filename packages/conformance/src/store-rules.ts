// The rules of SubmissionStore (NEVER-TWICE R1, R7) as a table, for every store that anybody writes.
import type { StoredSubmission, RefusalReason, Resolution, Submission, SubmissionStore } from '@disburse/core';
import { holdRules } from './store-holds.ts';
import { must, shown, type StorePlace, type SubmissionStoreRule, submissionToKeep } from './store-rule.ts';

export { type Optional, type StorePlace, type SubmissionStoreRule, submissionToKeep, type WalkOptions } from './store-rule.ts';

/** What a careless way of storing would change, too. */
const REASON: RefusalReason = {
  code: 'insufficient_funds',
  message: "there is not enough “money”: Zoë \\ 'quoted' \u2028",
  providerCode: null,
  requestId: 'req_1',
  at: '2026-11-20T09:00:01.000Z',
  by: 'person',
};

/** Every rule that a store must keep. */
export const submissionStoreRules: readonly SubmissionStoreRule[] = [
  rule('answers the very object, unresolved, to the call that stored it', async (store) => {
    const mine = submissionToKeep();
    const kept = await store.putIfAbsent(mine);
    must(kept.submission === mine, 'a copy was answered, so the first send will never count as the first');
    must(kept.resolution === null, `resolved is ${shown(kept.resolution)} and not null`);
  }),
  rule('answers what is kept, not what is given, to every later call', async (store) => {
    const first = submissionToKeep();
    await store.putIfAbsent(first);
    for (const later of [submissionToKeep(), submissionToKeep({ fingerprint: 'e'.repeat(64), preparedAt: '2026-11-21T09:00:00.000Z' })]) {
      const kept = await store.putIfAbsent(later);
      must(kept.submission !== later, 'the very object was answered to a call that did not store it');
      same(kept.submission, submissionToKeep(), 'the first submission');
    }
  }),
  rule('gives back every character', async (store) => {
    for (const [index, money] of (['full_balance', { amount: '0.01', currency: 'EUR' }] as const).entries()) {
      const reference = `exact-${index}`;
      const nulls = { account: 'acct_1', source: 'bal_1', live: null };
      await store.putIfAbsent(submissionToKeep({ reference, money, ...nulls }));
      same(
        (await store.putIfAbsent(submissionToKeep({ reference }))).submission,
        submissionToKeep({ reference, money, ...nulls }),
        'the same',
      );
    }
  }),
  rule('keeps every other namespace, reference and attempt apart', async (store) => {
    const places = [
      { namespace: '', reference: 'a', attempt: 1 },
      { namespace: '', reference: 'A', attempt: 1 },
      { namespace: '', reference: 'a', attempt: 2 },
      { namespace: '', reference: 'a', attempt: 12 },
      { namespace: '', reference: 'a1', attempt: 2 },
      { namespace: 'a', reference: 'a', attempt: 1 },
      { namespace: 'A', reference: 'a', attempt: 1 },
      { namespace: 'a ', reference: 'a', attempt: 1 },
      { namespace: 'aa', reference: 'b', attempt: 1 },
      { namespace: 'a', reference: 'ab', attempt: 1 },
      { namespace: '', reference: '../../a', attempt: 1 },
      { namespace: '', reference: '%_*', attempt: 1 },
      { namespace: '', reference: "';--", attempt: 1 },
      { namespace: '', reference: '~'.repeat(120), attempt: 1 },
      { namespace: '', reference: `${'~'.repeat(119)}!`, attempt: 1 },
    ].map((place) => submissionToKeep(place));
    for (const place of places) must((await store.putIfAbsent(place)).submission === place, `${shown(placeOf(place))} was taken already`);
    await store.setResolution(at(places, 0), { payoutId: 'po_1' });
    for (const [index, place] of places.entries()) {
      const kept = await store.putIfAbsent({ ...place });
      same(
        saved(kept),
        { submission: place, resolution: index === 0 ? { payoutId: 'po_1' } : null },
        `what was kept for ${shown(placeOf(place))}`,
      );
    }
  }),
  rule('keeps no other name, provider or account apart: one reference is one payout', async (store) => {
    await store.putIfAbsent(submissionToKeep());
    for (const change of [
      { name: 'us' },
      { provider: 'other' },
      { account: 'acct_2' },
      { source: 'bal_2' },
      { live: true },
      { key: 'k' },
    ]) {
      const kept = await store.putIfAbsent(submissionToKeep(change));
      same(kept.submission, submissionToKeep(), `the first submission, with another ${Object.keys(change).join()}`);
    }
  }),
  rule('stores one of fifty that come at once, and answers that one to all', async (store) => {
    await oneWinner(Array.from({ length: 50 }, () => store));
  }),
  ...(
    [
      ['a payout', { payoutId: 'po_1' }],
      ['a payout, on the word of a person', { payoutId: 'po_1', by: 'person' }],
      ['a refusal', { rejected: true }],
      ['a refusal with what may be tried next', { rejected: true, retry: 'next_attempt' }],
      ['a refusal for good', { rejected: true, retry: 'never' }],
      ['a refusal with its reason', { rejected: true, retry: 'next_attempt', reason: REASON }],
    ] as const
  ).map(([what, resolution]) =>
    rule(`records how it ended: ${what}`, async (store) => {
      await store.putIfAbsent(submissionToKeep());
      await store.setResolution(submissionToKeep(), resolution);
      same(saved(await store.putIfAbsent(submissionToKeep())), { submission: submissionToKeep(), resolution }, 'the resolved submission');
    }),
  ),
  rule('lets the first word stay', async (store) => {
    await store.putIfAbsent(submissionToKeep());
    await store.setResolution(submissionToKeep(), { rejected: true, retry: 'never' });
    await store.setResolution(submissionToKeep(), { rejected: true, retry: 'next_attempt' });
    same((await store.putIfAbsent(submissionToKeep())).resolution, { rejected: true, retry: 'never' }, 'the first word');
  }),
  rule('lets a payout that exists win over a rejection, and stay', async (store) => {
    await store.putIfAbsent(submissionToKeep());
    await store.setResolution(submissionToKeep(), { rejected: true });
    for (const resolution of [{ payoutId: 'po_1' }, { rejected: true, retry: 'next_attempt' }, { payoutId: 'po_2' }] as const) {
      await store.setResolution(submissionToKeep(), resolution);
      same((await store.putIfAbsent(submissionToKeep())).resolution, { payoutId: 'po_1' }, 'the payout');
      same((await store.find(placeOf(submissionToKeep())))?.resolution, { payoutId: 'po_1' }, 'the payout, found');
    }
  }),
  rule('lets one word stay of twenty that come at once', async (store) => {
    await oneWord(Array.from({ length: 20 }, () => store));
  }),
  rule('keeps what is resolved before it was ever kept', async (store) => {
    await store.setResolution(submissionToKeep(), { payoutId: 'po_1' });
    const later = submissionToKeep({ preparedAt: '2026-11-21T09:00:00.000Z' });
    const kept = await store.putIfAbsent(later);
    must(kept.submission !== later, 'a later submission was stored although the reference had ended');
    same(saved(kept), { submission: submissionToKeep(), resolution: { payoutId: 'po_1' } }, 'the submission that was resolved');
  }),
  rule('changes nothing about a submission that it resolves', async (store) => {
    await store.putIfAbsent(submissionToKeep());
    await store.setResolution(submissionToKeep({ preparedAt: '2026-11-21T09:00:00.000Z' }), { rejected: true });
    same((await store.putIfAbsent(submissionToKeep())).submission, submissionToKeep(), 'the first submission');
  }),
  rule('finds without keeping', async (store) => {
    const place = placeOf(submissionToKeep());
    must((await store.find(place)) === null, 'something was found in an empty store');
    const mine = submissionToKeep();
    must((await store.putIfAbsent(mine)).submission === mine, 'finding has kept something');
    same(saved(await store.find(place)), { submission: mine, resolution: null }, 'what is kept');
    must((await store.find({ ...place, attempt: 2 })) === null, 'another attempt was found');
    await store.setResolution(mine, { rejected: true, retry: 'never' });
    same(saved(await store.find(place)), { submission: mine, resolution: { rejected: true, retry: 'never' } }, 'what is resolved');
  }),
  shared('answers a copy when its own object comes again: another process may have sent it in between', async ({ open }) => {
    const store = await open();
    const mine = submissionToKeep();
    await store.putIfAbsent(mine);
    await store.setResolution(submissionToKeep({ reference: 'another' }), { payoutId: 'po_2' });
    for (const again of [store, await open()]) {
      must((await again.putIfAbsent(mine)).submission !== mine, 'the very object was answered to a call that did not store it');
      must((await again.find(placeOf(mine)))?.submission !== mine, 'the very object was found');
    }
    const second = (await store.putIfAbsent(submissionToKeep())).submission;
    must(second !== mine, 'the object of an earlier call was answered, so it would count as unsent');
  }),
  shared('never says that nobody else was answered what somebody else was', async ({ open }) => {
    const [one, two] = [await open(), await open()];
    const mine = submissionToKeep();
    await one.putIfAbsent(mine);
    await two.find(placeOf(mine)); // Reading is not sending.
    const alone = (await one.find(placeOf(mine)))?.shared;
    must((await two.putIfAbsent(submissionToKeep())).shared !== false, 'shared is false in the answer to the second call');
    for (const store of [one, two, await open()]) {
      must((await store.find(placeOf(mine)))?.shared !== false, `shared stays false; before the second call it was ${shown(alone)}`);
    }
    await one.setResolution(mine, { rejected: true });
    must((await one.find(placeOf(mine)))?.shared !== false, 'resolving makes shared false again');
  }),
  shared('counts nobody who finds, or resolves, as another sender, if it tells at all', async ({ open }) => {
    const [one, two] = [await open(), await open()];
    const mine = submissionToKeep();
    const told = (await one.putIfAbsent(mine)).shared === false;
    await two.find(placeOf(mine));
    must(!told || (await one.find(placeOf(mine)))?.shared === false, 'finding has made it shared');
    await two.setResolution(mine, { payoutId: 'po_1' });
    must(!told || (await one.find(placeOf(mine)))?.shared === false, 'resolving has made it shared');
  }),
  shared('shows one process what another has kept and resolved', async ({ open }) => {
    const [one, two] = [await open(), await open()];
    await one.putIfAbsent(submissionToKeep());
    same(
      saved(await two.putIfAbsent(submissionToKeep({ name: 'us' }))),
      { submission: submissionToKeep(), resolution: null },
      'what the other kept',
    );
    await two.setResolution(submissionToKeep(), { payoutId: 'po_1' });
    await one.setResolution(submissionToKeep(), { rejected: true });
    for (const store of [one, two, await open()]) {
      const kept = await store.putIfAbsent(submissionToKeep({ name: 'us' }));
      same(saved(kept), { submission: submissionToKeep(), resolution: { payoutId: 'po_1' } }, 'what the other resolved');
    }
  }),
  shared('stores one of fifty that come at once from five processes', async ({ open }) => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open()));
    await oneWinner(Array.from({ length: 50 }, (_, index) => at(stores, index % 5)));
  }),
  shared('lets one word stay of twenty that come at once from five processes', async ({ open }) => {
    const stores = await Promise.all(Array.from({ length: 5 }, () => open()));
    await oneWord(Array.from({ length: 20 }, (_, index) => at(stores, index % 5)));
  }),
  ...holdRules,
];

// ---- How they are told -----------------------------------------------------------------------------------------------

function rule(name: string, check: (store: SubmissionStore) => Promise<void>): SubmissionStoreRule {
  return { name, of: 'every store', check: async (makeStore) => check(await (await makeStore()).open()) };
}

function shared(name: string, check: (place: StorePlace) => Promise<void>): SubmissionStoreRule {
  return { name, of: 'shared', check: async (makeStore) => check(await makeStore()) };
}

async function oneWinner(stores: readonly SubmissionStore[]): Promise<void> {
  const given = stores.map((_, index) => submissionToKeep({ fingerprint: String(index).padStart(64, '0') }));
  const kept = await Promise.all(stores.map((store, index) => store.putIfAbsent(at(given, index))));
  const winners = given.filter((submission, index) => at(kept, index).submission === submission);
  must(winners.length === 1, `${winners.length} calls were answered their own object`);
  for (const answer of kept) same(saved(answer), { submission: at(winners, 0), resolution: null }, 'the winner, for everybody');
}

async function oneWord(stores: readonly SubmissionStore[]): Promise<void> {
  await at(stores, 0).putIfAbsent(submissionToKeep());
  const settleAll = (words: readonly Resolution[]): Promise<readonly (Resolution | null)[]> =>
    Promise.all(
      stores.map(async (store, index) => {
        await store.setResolution(submissionToKeep(), at(words, index));
        return (await store.putIfAbsent(submissionToKeep())).resolution;
      }),
    );
  const rejections = await settleAll(stores.map((_, index) => ({ rejected: true, retry: index % 2 === 0 ? 'never' : 'next_attempt' })));
  for (const resolution of rejections) same(resolution, rejections[0], 'one rejection, for everybody, from the first on');
  const payouts = await settleAll(stores.map((_, index) => ({ payoutId: `po_${index}` })));
  for (const resolution of payouts) same(resolution, payouts[0], 'one payout, for everybody, from the first on');
  must(/"po_\d+"/.test(shown(payouts[0])), `nobody said ${shown(payouts[0])}`);
}

/** What a store must keep of a row; `shared` is a hint that it may leave out. */
function saved(kept: StoredSubmission | null): object | null {
  return kept === null ? null : { submission: kept.submission, resolution: kept.resolution };
}

const placeOf = ({ namespace, reference, attempt }: Submission) => ({ namespace, reference, attempt });

function same(actual: object | null | undefined, expected: object | null | undefined, what: string): void {
  must(shown(actual) === shown(expected), `expected ${what}: ${shown(expected)}, not ${shown(actual)}`);
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}
