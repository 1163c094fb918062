// NEVER-TWICE R1: a store that fails, hangs or answers something else changes no truth.
import { describe, expect, it } from 'vitest';
import { acmeWorld, RENT, stored } from '../__tests__/acme-world.ts';
import { HOUR_MS, NINE } from '../__tests__/manual-time.ts';
import { table } from '../__tests__/table.ts';
import type { StoredSubmission, Resolution, Submission, SubmissionStore } from '../stores/submission.ts';

describe('a store that', () => {
  const broken = async (): Promise<never> => {
    throw Object.assign(new Error('connect to postgres://user:hunter2@db failed'), { submission: 'account_number=000123456789' });
  };
  const nonsense = async (): Promise<never> => 'row' as never;

  it.each<readonly [string, Partial<SubmissionStore>]>([
    ['fails when it should keep', { putIfAbsent: broken }],
    ['answers nothing when it should keep', { putIfAbsent: async () => undefined as never }],
    ['answers something else when it should keep', { putIfAbsent: nonsense }],
    ['answers an empty row', { putIfAbsent: async () => ({}) as never }],
    ['answers a submission that is none', { putIfAbsent: async () => ({ submission: {}, resolution: null }) as never }],
    [
      'answers another reference',
      { putIfAbsent: async (submission) => ({ submission: { ...submission, reference: 'other' }, resolution: null }) },
    ],
    [
      'answers another namespace',
      { putIfAbsent: async (submission) => ({ submission: { ...submission, namespace: 'other' }, resolution: null }) },
    ],
    ['answers another attempt', { putIfAbsent: async (submission) => ({ submission: { ...submission, attempt: 2 }, resolution: null }) }],
    ['answers a settlement that is none', { putIfAbsent: async (submission) => ({ submission, resolution: {} as never }) }],
    [
      'answers both settlements',
      { putIfAbsent: async (submission) => ({ submission, resolution: { payoutId: 'a', rejected: true } as never }) },
    ],
    ['answers an empty payout id', { putIfAbsent: async (submission) => ({ submission, resolution: { payoutId: '' } }) }],
    ['answers rejected: false', { putIfAbsent: async (submission) => ({ submission, resolution: { rejected: false } as never }) }],
    ['fails when it should find', { find: broken }],
    ['answers something else when it should find', { find: nonsense }],
    ['answers the row of another attempt when it should find', { find: async () => ({ submission: {}, resolution: null }) as never }],
  ])('%s: unknown, nothing is sent, and nothing of it is repeated', async (_, changes) => {
    const world = acmeWorld({ submissions: table(changes) });
    const outcome = await world.acme.createPayout(RENT);
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' }, next: { action: 'submit' } });
    expect(world.left).toEqual([]);
    expect(JSON.stringify(outcome)).not.toMatch(/hunter2|000123456789/);
  });

  it('cannot find when a lookup finds nothing: unknown, for it may keep a younger submission with the same key', async () => {
    const rows = table();
    let down = true;
    const world = acmeWorld({ submissions: { ...rows, find: async (place) => (down ? broken() : rows.find(place)) } });
    const submission = await world.acme.prepare(RENT);
    world.time.jump(NINE + 25 * HOUR_MS);
    expect(await world.acme.lookup(submission)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'not_found', outcome: 'unknown' },
      next: { action: 'submit' },
    });
    down = false;
    expect(await world.acme.lookup(submission)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  });

  it('hangs: unknown once the timeout is over, and nothing is sent', async () => {
    const reached: (() => void)[] = [];
    const hanging = new Promise<void>((resolve) => reached.push(resolve));
    const keep = (): Promise<never> => {
      reached[0]?.();
      return new Promise(() => undefined);
    };
    const world = acmeWorld({ submissions: table({ putIfAbsent: keep }) });
    const outcome = world.acme.createPayout(RENT);
    await hanging;
    world.time.pass(60_000);
    expect(await outcome).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
    expect([world.left, world.time.waiting]).toEqual([[], 0]);
  });

  it.each<readonly [string, SubmissionStore['setResolution']]>([
    ['fails', broken],
    [
      'throws without a promise',
      () => {
        throw new TypeError('at once');
      },
    ],
  ])('%s when it should record an accepted payout: still accepted, with a notice', async (_, resolve) => {
    const world = acmeWorld({ submissions: table({ setResolution: resolve }) });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', notices: [{ code: 'not_recorded' }] });
    expect(world.events.filter((event) => event.type === 'diagnostic')).toMatchObject([{ code: 'not_recorded' }]);
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: true });
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('hangs when it should record: still accepted once the timeout is over', async () => {
    let reached: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const resolve = (): Promise<never> => {
      reached();
      return new Promise(() => undefined);
    };
    const world = acmeWorld({ submissions: table({ setResolution: resolve }) });
    const outcome = world.acme.createPayout(RENT);
    await hanging;
    world.time.pass(60_000);
    expect(await outcome).toMatchObject({ outcome: 'accepted', notices: [{ code: 'not_recorded' }] });
    expect(world.time.waiting).toBe(0);
  });

  it('fails when it should record a rejection: still rejected', async () => {
    const world = acmeWorld({ submissions: table({ setResolution: broken }) }, { balance: 5 });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  });

  it('was written before attempts were refused for good: the next attempt is the careful reading', async () => {
    const keep = async (submission: Submission): Promise<StoredSubmission> => ({
      submission: stored(submission),
      resolution: { rejected: true },
    });
    const world = acmeWorld({ submissions: table({ putIfAbsent: keep }) });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  });

  it('says never: no machine may retry', async () => {
    const resolution: Resolution = { rejected: true, retry: 'never' };
    const keep = async (submission: Submission): Promise<StoredSubmission> => ({ submission: stored(submission), resolution });
    const world = acmeWorld({ submissions: table({ putIfAbsent: keep }) });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'never' });
  });
});
