// NEVER-TWICE R8 and R14: when a submission may be sent, and how long a call may take; counted at the provider.
import { describe, expect, it } from 'vitest';
import { acmeWorld, after, answered, hangs, RENT, requestLost, told } from '../__tests__/acme-world.ts';
import { HOUR_MS, MINUTE_MS, NINE } from '../__tests__/manual-time.ts';
import type { Submission } from '../stores/submission.ts';

const DAY_MS = 24 * HOUR_MS;
/** Timeout (one minute), lateness and skew (five each). */
const GUARD_MS = 11 * MINUTE_MS;
const at = (ms: number): string => new Date(ms).toISOString();

describe('R8: the window, to the millisecond', () => {
  it.each([
    ['the clock went back by the skew', -5 * MINUTE_MS, 1],
    ['the clock went back by more', -5 * MINUTE_MS - 1, 0],
    ['the last moment', DAY_MS - GUARD_MS, 1],
    ['one later', DAY_MS - GUARD_MS + 1, 0],
    ['the end of the lease', DAY_MS, 0],
    ['a year later', 365 * DAY_MS, 0],
  ])('%s: %i ms after it was prepared, %i creates leave', async (_, ms, sent) => {
    const { acme, time, creates, bank } = acmeWorld();
    const submission = await acme.prepare(RENT);
    time.jump(NINE + ms);
    await acme.submit(submission);
    expect([creates().length, bank.payouts.length]).toEqual([sent, sent]);
  });

  it.each([
    [1, GUARD_MS], // A shorter call leaves the provider's own timeout in the guard.
    [60_000, GUARD_MS],
    [600_000, 20 * MINUTE_MS],
  ])('a call that may take %i ms closes it %i ms before the lease ends', async (timeoutMs, guard) => {
    const { acme, time, creates } = acmeWorld();
    const submission = await acme.prepare(RENT);
    // A deadline of a millisecond is a pause to this clock, and over at once: what matters is whether it would be sent.
    time.jump(NINE + DAY_MS - guard + 1);
    await acme.submit(submission, { timeoutMs });
    expect(creates()).toHaveLength(0);
    if (timeoutMs < 60_000) return;
    time.jump(NINE + DAY_MS - guard);
    await acme.submit(submission, { timeoutMs });
    expect(creates()).toHaveLength(1);
  });

  it('is the lease of that provider, not of another', async () => {
    const { acme, time, creates } = acmeWorld({ retentionMs: HOUR_MS });
    const submission = await acme.prepare(RENT);
    time.jump(NINE + HOUR_MS - GUARD_MS + 1);
    await acme.submit(submission);
    expect(creates()).toHaveLength(0);
    time.jump(NINE + HOUR_MS - GUARD_MS);
    await acme.submit(submission);
    expect(creates()).toHaveLength(1);
  });

  it('is checked again before every resend: a pause can end after it', async () => {
    const { acme, time, onCreate, left } = acmeWorld();
    const submission = await acme.prepare(RENT);
    time.jump(NINE + DAY_MS - GUARD_MS - 499);
    onCreate(answered(503), answered(503)); // The pause is 500 ms.
    const outcome = await acme.submit(submission);
    expect(left.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit', notBefore: at(NINE + DAY_MS + GUARD_MS + 1) } });
  });

  it('a machine that slept between the pause and the write sends nothing', async () => {
    const { acme, time, onCreate, creates, bank } = acmeWorld();
    onCreate(after(() => time.jump(NINE + 2 * DAY_MS), requestLost));
    const outcome = await acme.createPayout(RENT);
    expect([creates().length, bank.payouts.length]).toEqual([1, 0]);
    // The lease and the guard are over, and the list is complete: nobody can have sent it, and nobody will.
    expect(outcome).toMatchObject({ outcome: 'unknown' });
    expect(await acme.submit(outcome.submission as Submission)).toMatchObject({ outcome: 'rejected', error: { code: 'not_found' } });
  });
});

describe('R14: aborting and deadlines end in an outcome', () => {
  it.each(['done', 'never done'] as const)(
    'aborted after it was sent (%s): unknown, and submitted again it is one payout',
    async (done) => {
      const { acme, bank, onCreate } = acmeWorld();
      const controller = new AbortController();
      onCreate(hangs(done, () => controller.abort()));
      const outcome = await acme.createPayout(RENT, { signal: controller.signal });
      expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' }, next: { action: 'submit' } });
      expect(told(await acme.submit(outcome.submission as Submission))).toBe('ac_1');
      expect(bank.payouts).toHaveLength(1);
    },
  );

  it('aborted before anything was sent: nothing leaves, and that is certain', async () => {
    const { acme, left } = acmeWorld();
    const outcome = await acme.createPayout(RENT, { signal: AbortSignal.abort(new Error('a reason of the caller')) });
    expect(outcome).toMatchObject({ outcome: 'rejected', retry: 'same_attempt', error: { code: 'aborted' } });
    expect(left).toEqual([]);
  });

  it.each([
    ['of the settings', { timeoutMs: 90_000 }, {}, 90_000],
    ['of the call', {}, { timeoutMs: 45_000 }, 45_000],
  ])('the deadline %s', async (_, settings, call, ms) => {
    const { acme, bank, time, onCreate } = acmeWorld(settings);
    onCreate(
      hangs('done', () => {
        time.pass(ms - 1);
        expect(time.waiting).toBe(1);
        time.pass(1);
      }),
    );
    const outcome = await acme.createPayout(RENT, call);
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
    expect(outcome.outcome === 'unknown' && outcome.error.message).toContain(`${ms} ms`);
    expect(bank.payouts).toHaveLength(1);
    expect(time.waiting, 'no timer is left behind').toBe(0);
  });

  it("whatever the application's own fetch throws may have been sent", async () => {
    const { acme, onCreate } = acmeWorld({ maxResends: 0 });
    onCreate(() => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' });
    });
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
  });
});
