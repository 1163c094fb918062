// What is kept and found for a call takes no longer than the call: its deadline and its signal end a store that hangs, too.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { setMaxListeners } from 'node:events';
import { acmeWorld, RENT, told } from '../__tests__/acme-world.ts';
import { MINUTE_MS } from '../__tests__/manual-time.ts';
import { type Attempt, nextAttempt } from '../payout/outcome.ts';
import { memorySubmissions, type SubmissionStore } from '../stores/submission.ts';

const lasting = (changes: Partial<SubmissionStore> = {}): SubmissionStore => ({ ...memorySubmissions(), ...changes });
const AWAY = { outcome: 'unknown', error: { code: 'provider_unavailable' }, next: { action: 'submit' } };

/** A store in which one step is reached and never ends. */
function hanging(step: 'putIfAbsent' | 'find') {
  const reached = Promise.withResolvers<void>();
  const hangs = (): Promise<never> => {
    reached.resolve();
    return new Promise(() => undefined);
  };
  return { submissions: lasting({ [step]: hangs }), reached: reached.promise };
}

describe.each(['putIfAbsent', 'find'] as const)('a store whose %s hangs', (step) => {
  it('ends with the timeout of the call, not with the one of the settings', async () => {
    const { submissions, reached } = hanging(step);
    const world = acmeWorld({ submissions, timeoutMs: 10 * MINUTE_MS });
    const outcome = world.acme.createPayout(RENT, { timeoutMs: MINUTE_MS });
    await reached;
    world.time.pass(MINUTE_MS);
    expect(await outcome).toMatchObject(AWAY);
    expect([world.left.length, world.time.waiting]).toEqual([0, 0]);
  });

  it('ends when the caller aborts', async () => {
    const { submissions, reached } = hanging(step);
    const world = acmeWorld({ submissions, timeoutMs: 10 * MINUTE_MS });
    const caller = new AbortController();
    const outcome = world.acme.createPayout(RENT, { signal: caller.signal });
    await reached;
    caller.abort();
    expect((await outcome).outcome).toBe('unknown');
    expect([world.left.length, world.time.waiting]).toEqual([0, 0]);
  });
});

it('a lookup, too, ends with the timeout of the call where the store hangs', async () => {
  const { submissions, reached } = hanging('find');
  const world = acmeWorld({ submissions, timeoutMs: 10 * MINUTE_MS });
  const outcome = world.acme.lookup(await world.acme.prepare(RENT), { timeoutMs: MINUTE_MS });
  await reached;
  world.time.pass(MINUTE_MS);
  expect((await outcome).outcome).toBe('unknown');
  expect([world.left.length, world.time.waiting]).toEqual([0, 0]);
});

it('asks for all attempts at once without a warning, and all of them end when the caller aborts', async () => {
  // As Node 20 does for every signal: the eleventh listener is warned of.
  class Warning extends AbortController {
    constructor() {
      super();
      setMaxListeners(10, this.signal);
    }
  }
  vi.stubGlobal('AbortController', Warning);
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  onTestFinished(() => {
    process.off('warning', onWarning);
    vi.unstubAllGlobals();
  });
  const memory = lasting();
  const asked: number[] = [];
  const eleven = Promise.withResolvers<void>();
  const find: SubmissionStore['find'] = (place) => {
    if (place.attempt === 2) return memory.find(place);
    if (asked.push(place.attempt) === 11) eleven.resolve();
    return new Promise(() => undefined);
  };
  const world = acmeWorld({ submissions: { ...memory, find } });
  const caller = new AbortController();
  const outcome = world.acme.createPayout({ ...RENT, attempt: 2 as Attempt }, { signal: caller.signal });
  await eleven.promise;
  await new Promise((resolve) => setImmediate(resolve)); // A warning comes with the next tick.
  expect(asked.toSorted((a, b) => a - b)).toEqual([1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  caller.abort();
  expect(await outcome).toMatchObject(AWAY);
  expect([world.left.length, world.time.waiting, warnings]).toEqual([0, 0, []]);
});

it('a store whose every step takes most of the time ends a call when its whole time is over', async () => {
  const memory = lasting();
  let takesMs = 0;
  const world = acmeWorld(
    {
      timeoutMs: 5 * MINUTE_MS,
      submissions: {
        ...memory,
        find: async (place) => {
          await Promise.resolve(); // As late as any answer: its deadline runs already.
          world.time.pass(takesMs);
          return memory.find(place);
        },
      },
    },
    { balance: 5 },
  );
  let outcome = await world.acme.createPayout(RENT);
  for (let attempt = 2; attempt <= 6; attempt += 1) {
    if (outcome.outcome !== 'rejected' || outcome.retry !== 'next_attempt') throw new Error(told(outcome));
    outcome = await world.acme.createPayout({ ...RENT, attempt: nextAttempt(outcome) });
  }
  takesMs = 2 * MINUTE_MS;
  const began = world.time.now();
  expect(await world.acme.createPayout(RENT)).toMatchObject(AWAY);
  expect(world.time.now() - began).toBe(3 * takesMs);
});

it('what is known in the end is recorded all the same, though the time of the call is over', async () => {
  const memory = lasting();
  const resolve: typeof memory.setResolution = async (...how) => {
    await Promise.resolve();
    world.time.pass(2); // Longer than the nothing that is left of the call.
    return memory.setResolution(...how);
  };
  const world = acmeWorld({ maxResends: 0, submissions: { ...memory, setResolution: resolve } });
  world.onCreate(async (arrive) => {
    const answer = await arrive();
    world.time.jump(world.time.now() + 2 * MINUTE_MS); // A machine that slept: no deadline was met.
    return answer;
  });
  expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' }, notices: [] });
  expect(await memory.find({ namespace: '', reference: RENT.reference, attempt: 1 })).toMatchObject({ resolution: { payoutId: 'ac_1' } });
});
