// Written by hand where a generator would do: so it is held to what a generator does.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { iteratePages, type PageSource } from './paginate.ts';

type Step = readonly number[] | 'trouble';

/** Pages that take some turns to come, and how often they were asked for and stopped. */
function paging(steps: readonly Step[], turns: readonly number[] = [1]) {
  const seen = { asked: 0, stopped: 0 };
  const pages: PageSource<number> = {
    next: async () => {
      const step = steps[seen.asked] ?? null;
      seen.asked += 1;
      for (let turn = turns[seen.asked % turns.length] ?? 0; turn > 0; turn -= 1) await Promise.resolve();
      if (step === 'trouble') throw new Error('trouble');
      return step;
    },
    stop: () => {
      seen.stopped += 1;
    },
  };
  return { pages, seen };
}

async function* byGenerator(pages: PageSource<number>): AsyncGenerator<number, void, void> {
  for (let page = await pages.next(); page !== null; page = await pages.next()) yield* page;
}

/** What a step of an iterator came to, in words. */
const said = async (step: Promise<IteratorResult<number, void>>): Promise<string> =>
  step.then(
    ({ done, value }) => (done === true ? 'over' : String(value)),
    () => 'trouble',
  );

type Call = 'next' | 'return' | 'turn' | 'wait';

/** Calls that do not wait for each other but where it says so, for the last one or for a turn; what each came to, and the order in which they did. */
async function played(calls: readonly Call[], walk: Pick<AsyncGenerator<number, void, void>, 'next' | 'return'>) {
  const answers: Promise<string>[] = [];
  const order: number[] = [];
  for (const call of calls) {
    if (call === 'wait') await answers.at(-1);
    else if (call === 'turn') await Promise.resolve();
    else {
      const nth = answers.length;
      const answer = said(call === 'next' ? walk.next() : walk.return(undefined));
      answers.push(answer.finally(() => order.push(nth)));
    }
  }
  return { answers: await Promise.all(answers), order };
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.array(fc.nat({ max: 9 }), { maxLength: 4 }) },
  { weight: 1, arbitrary: fc.constant('trouble' as const) },
);
const turnsTaken = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 5 });

describe('as a generator', () => {
  it('answers every call, in the order of the calls', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 6 }),
        turnsTaken,
        fc.array(fc.constantFrom<Call>('next', 'next', 'turn', 'turn', 'wait'), { maxLength: 30 }),
        async (steps, turns, calls) => {
          const expected = await played(calls, byGenerator(paging(steps, turns).pages));
          expect(await played(calls, iteratePages(paging(steps, turns).pages))).toEqual(expected);
        },
      ),
      { seed: 20_261_121, numRuns: 1000 },
    ));

  it('once left between two items, it is over', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.nat({ max: 12 }), async (steps, taken) => {
        const calls: Call[] = [...Array.from({ length: taken }, (): Call[] => ['next', 'wait']).flat(), 'return', 'wait', 'next', 'next'];
        const expected = await played(calls, byGenerator(paging(steps).pages));
        expect(await played(calls, iteratePages(paging(steps).pages))).toEqual(expected);
      }),
      { seed: 20_261_121, numRuns: 300 },
    ));
});

describe('pages', () => {
  it('are asked for one at a time, the next when the last is used up', async () => {
    const { pages, seen } = paging([[1, 2], [], [3]]);
    const walk = iteratePages(pages);
    expect(seen.asked, 'nothing before the first item is wanted').toBe(0);
    const asked: number[] = [];
    for await (const item of walk) asked.push(item, seen.asked);
    expect(asked).toEqual([1, 1, 2, 1, 3, 3]);
    expect(seen).toEqual({ asked: 4, stopped: 1 });
    await walk.next();
    expect(seen.asked, 'nothing after the end').toBe(4);
  });

  it.each([
    ['a break', [[1, 2], [3]] as const],
    ['an error', [[1], 'trouble'] as const],
  ])('are stopped by %s', async (_, steps) => {
    const { pages, seen } = paging(steps);
    const walked = async (): Promise<void> => {
      for await (const item of iteratePages(pages)) if (item === 2) break;
    };
    await walked().catch(() => undefined);
    expect(seen.stopped).toBeGreaterThan(0);
    expect(seen.asked).toBeLessThanOrEqual(2);
  });

  it('one that comes after the walk was left is not handed out', async () => {
    const { pages, seen } = paging([[1], [2]]);
    const walk = iteratePages(pages);
    const waiting = said(walk.next());
    expect(await said(walk.return())).toBe('over');
    expect(await waiting).toBe('over');
    expect(await said(walk.next())).toBe('over');
    expect(seen.asked).toBe(1);
  });
});
