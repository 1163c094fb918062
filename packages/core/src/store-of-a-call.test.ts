// What is kept and found for a call takes no longer than the call: its deadline and its signal end a store that hangs, too.
import { describe, expect, it } from 'vitest';
import { acmeWorld, RENT, told } from './__tests__/acme-world.ts';
import { MINUTE_MS } from './__tests__/manual-time.ts';
import { nextAttempt } from './outcome.ts';
import { memorySubmissions, type SubmissionStore } from './submission.ts';

const lasting = (changes: Partial<SubmissionStore> = {}): SubmissionStore => ({ ...memorySubmissions(), ...changes });
const AWAY = { outcome: 'unknown', error: { code: 'provider_unavailable' }, next: { do: 'submit' } };

/** A store in which one step is reached and never ends. */
function hanging(step: 'keep' | 'find') {
  const reached = Promise.withResolvers<void>();
  const hangs = (): Promise<never> => {
    reached.resolve();
    return new Promise(() => undefined);
  };
  return { submissions: lasting({ [step]: hangs }), reached: reached.promise };
}

describe.each(['keep', 'find'] as const)('a store whose %s hangs', (step) => {
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
  const settle: typeof memory.settle = async (...how) => {
    await Promise.resolve();
    world.time.pass(2); // Longer than the nothing that is left of the call.
    return memory.settle(...how);
  };
  const world = acmeWorld({ resends: 0, submissions: { ...memory, settle } });
  world.onCreate(async (arrive) => {
    const answer = await arrive();
    world.time.jump(world.time.now() + 2 * MINUTE_MS); // A machine that slept: no deadline was met.
    return answer;
  });
  expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' }, notices: [] });
  expect(await memory.find({ namespace: '', reference: RENT.reference, attempt: 1 })).toMatchObject({ settled: { payoutId: 'ac_1' } });
});
