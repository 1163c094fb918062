// The rules of SubmissionStore.refuse, of holds and of open(): for stores that have them (NEVER-TWICE R7, R9).
import type { SubmissionStore } from '@disburse/core';
import { must, shown, type Optional, type StorePlace, type SubmissionStoreRule, submissionToKeep, type WalkOptions } from './store-rule.ts';
import { type Call, CALLS, Driven, refusalOf } from './store-walk.ts';

/** The walks that are taken when nobody asks for more. */
const WALKS = 20;
const STEPS = 6;
const AT_ONCE = 20;

/** Numbers below a bound, the same for the same seed (mulberry32). */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

const keep = (hold: string): Call => ({ does: 'keep', hold, asks: 'the same' });
const refuse = (hold: string, retry: 'same_attempt' | 'next_attempt'): Call => ({ does: 'refuse', hold, retry });

/** A way to each state from which two calls at once could both believe that they came first. */
const STARTS: readonly (readonly [where: string, way: readonly Call[]])[] = [
  ['where nothing was', []],
  ['where one is held', [keep('a')]],
  ['where one was refused', [keep('a'), refuse('a', 'same_attempt')]],
  ['where one is shared', [keep('a'), keep('')]],
];

const paid: Call = { does: 'resolve', resolution: { payoutId: 'po_1' } };

/** Ways on which a hold has ended, and may still be heard of. */
const ENDED: readonly (readonly Call[])[] = [
  [keep('a'), refuse('a', 'same_attempt'), keep('b')],
  [keep('a'), refuse('a', 'same_attempt'), paid],
  [keep('a'), keep('b'), paid],
  [keep('a'), paid],
];

export const holdRules: readonly SubmissionStoreRule[] = [
  holds('answers every call from every state as the table of states says', async (place) => {
    const store = await place.open();
    const ways = new Map<string, readonly Call[]>([['', []]]);
    for (const way of ways.values()) {
      const after = await Promise.all(
        CALLS.map(async (call, index) => {
          const driven = new Driven([store], submissionToKeep({ reference: `${shown(way)} ${index}` }));
          for (const step of [...way, call]) await driven.make([0, step]);
          await driven.look();
          return [driven.at, [...way, call]] as const;
        }),
      );
      for (const [at, longer] of after) if (longer.length < STEPS && !ways.has(at)) ways.set(at, longer);
    }
  }),
  holds('forgets a hold once it is over', async (place) => {
    const store = await place.open();
    const ways = ENDED.flatMap((way) => CALLS.map((call) => [...way, call]));
    await inBatches(ways, async (way, index) => {
      const driven = new Driven([store], submissionToKeep({ reference: `ended-${index}` }));
      for (const step of way) await driven.make([0, step]);
      await driven.look();
    });
  }),
  ...STARTS.map(([where, start]) =>
    holds(`lets one of two calls at once come first, ${where}`, async (place) => {
      const stores = [await place.open(), await place.open()];
      await inBatches(pairs(CALLS), async ([first, second], index) => {
        const driven = new Driven(stores, submissionToKeep({ reference: `pair-${index}` }));
        for (const step of start) await driven.make([0, step]);
        await driven.make([0, first], [1, second]);
        await driven.look();
      });
    }),
  ),
  holds('keeps to the table through crashes, and calls that are lost, late and repeated', async (place, { walks = WALKS } = {}) => {
    await inBatches(
      Array.from({ length: walks }, (_, index) => index + 1),
      async (seed) => {
        await walk(place, seed).catch((error: unknown) => {
          throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
        });
      },
    );
  }),
  holds('changes neither the bytes nor the date of what it hands to the next holder', async (place) => {
    const store = await place.open();
    const first = submissionToKeep();
    await store.putIfAbsent(first, 'a');
    must((await store.refuse?.(first, 'a', refusalOf({ hold: 'a', retry: 'same_attempt' }))) === true, 'its holder could not record it');
    const kept = await store.putIfAbsent(submissionToKeep({ preparedAt: '2026-11-21T09:00:00.000Z' }), 'b');
    must(kept.submission.preparedAt === first.preparedAt, 'the key would count from a later date than it was first sent');
    must(kept.alone === true, 'it is not said to be alone, so a refusal of the next holder would prove nothing');
  }),
  opens('lists what is open, the oldest first, and nothing that is resolved', async (place) => {
    const store = await place.open();
    must((await listed(store)).length === 0, 'something was listed in an empty store');
    const day = (number: number) =>
      submissionToKeep({ reference: `day-${number}`, preparedAt: `2026-11-0${number}T09:00:00${number % 2 === 0 ? '.5' : ''}Z` });
    for (const number of [5, 3, 1, 4, 2, 6]) await store.putIfAbsent(day(number), `hold-${number}`);
    await store.setResolution(day(4), { payoutId: 'po_4' });
    await store.setResolution(day(5), { rejected: true });
    await store.putIfAbsent(day(3));
    await store.refuse?.(day(6), 'hold-6', refusalOf({ hold: '6', retry: 'same_attempt' }));
    for (const again of [store, await place.open()]) {
      const references = (await listed(again)).join();
      must(references === 'day-1,day-2,day-3,day-6', `listed ${references}, and not day-1,day-2,day-3,day-6`);
    }
  }),
  opens('lists as many as there are', async (place) => {
    const store = await place.open();
    const references = Array.from({ length: 120 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    await Promise.all(references.map((reference) => store.putIfAbsent(submissionToKeep({ reference }))));
    const found = (await listed(store)).sort();
    must(found.join() === references.join(), `listed ${found.length} of 120`);
  }),
];

async function walk(place: StorePlace, seed: number): Promise<void> {
  const roll = dice(seed);
  const driven = new Driven([await place.open(), await place.open()], submissionToKeep({ reference: `walk-${seed}` }));
  // Mostly what may still move: a settlement ends the walk.
  const some = (): Call => CALLS[roll(roll(4) === 0 ? CALLS.length : CALLS.length - 2)] as Call;
  await driven.make([roll(2), keep('a')]);
  for (let step = 0; step < STEPS; step += 1) {
    if (roll(5) === 0) driven.restart(roll(2), await place.open());
    if (roll(2) === 0) await driven.make([0, some()], [1, some()]);
    else await driven.make([roll(2), some()]);
    await driven.look();
  }
}

/** Each of another reference, so they do not disturb each other. */
async function inBatches<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  for (let start = 0; start < items.length; start += AT_ONCE) {
    await Promise.all(items.slice(start, start + AT_ONCE).map((item, index) => work(item, start + index)));
  }
}

function pairs<T>(items: readonly T[]): readonly (readonly [T, T])[] {
  return items.flatMap((one, index) => items.slice(index).map((two) => [one, two] as const));
}

async function listed(store: SubmissionStore): Promise<string[]> {
  const references: string[] = [];
  for await (const { submission, resolution } of store.open?.() ?? []) {
    must(resolution === null, `${submission.reference} is resolved`);
    references.push(submission.reference);
  }
  return references;
}

type Check = (place: StorePlace, options?: WalkOptions) => Promise<void>;

function holds(name: string, check: Check): SubmissionStoreRule {
  return needing('refuse', name, check);
}

function opens(name: string, check: Check): SubmissionStoreRule {
  return needing('open', name, check);
}

function needing(method: Optional, name: string, check: Check): SubmissionStoreRule {
  return {
    name,
    of: 'every store',
    needs: method,
    check: async (makeStore, options) => {
      const place = await makeStore();
      if ((await place.open())[method] !== undefined) await check(place, options);
    },
  };
}
