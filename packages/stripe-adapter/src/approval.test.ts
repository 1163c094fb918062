// https://docs.stripe.com/account/approvals (read 2026-11-21): the request is paused, and completed by Stripe once it was approved.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileSubmissions } from '@disburse/core/node';
import { afterEach, describe, expect, it } from 'vitest';
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { setUp, usd, type World } from './__fixtures__/simulated.ts';
import { createStripe, type StripeProvider } from './index.ts';

const HOUR_MS = 60 * 60_000;
const RENT = { reference: 'rent', money: usd('11.00') } as const;
/** As the documentation shows it, for a refund. */
const APPROVAL = {
  error: {
    code: 'approval_required',
    type: 'invalid_request_error',
    message: 'This action requires approval before it can be completed.',
    approval_request: { id: 'apreq_test_1', object: 'approval_request', action: 'payout.create', status: 'pending' },
  },
};
const ASK = { outcome: 'unknown', error: { code: 'payouts_blocked', outcome: 'unknown' }, next: { action: 'review', candidates: [] } };
const NEVER_MS = 1000 * HOUR_MS;

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

/** Stripe pauses the first payout that is asked for; a reviewer approves it so much later. */
async function paused(afterMs: number): Promise<World & { readonly restarted: () => StripeProvider; readonly posts: () => number }> {
  const folder = mkdtempSync(join(tmpdir(), 'approval-'));
  folders.push(folder);
  const submissions = fileSubmissions(join(folder, 'submissions'));
  const { world, stripe } = await setUp('fetch', {}, { submissions });
  world.faults.next({ lateMs: afterMs, client: { status: 403, body: APPROVAL } });
  const restarted = (): StripeProvider =>
    createStripe({ apiKey: world.apiKey, fetch: world.fetch, runtime: patientRuntime(world.clock), submissions });
  return { world, stripe, restarted, posts: () => world.requests.filter(({ method }) => method === 'POST').length };
}

describe('a payout that waits for an approval', () => {
  it.each([
    ['inside the lease', HOUR_MS],
    ['days after Stripe forgot the key', 100 * HOUR_MS],
  ])('is one payout, approved %s, whoever asks meanwhile', async (_, afterMs) => {
    const { world, stripe, restarted, posts } = await paused(afterMs);
    const first = await stripe.createPayout(RENT);
    expect(first).toMatchObject(ASK);
    if (first.submission === null) throw new Error('no submission');
    await world.clock.advance(afterMs - 1000);
    for (const process of [stripe, restarted()]) {
      expect(await process.createPayout(RENT)).toMatchObject(ASK);
      expect(await process.submit(first.submission)).toMatchObject(ASK);
      expect(await process.lookup(first.submission)).toMatchObject(ASK);
    }
    await world.clock.advance(2000);
    expect(await restarted().createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { reference: 'rent', money: RENT.money } });
    expect(await stripe.createPayout(RENT)).toMatchObject({ outcome: 'accepted' });
    expect([posts(), (await stripe.list()).payouts.length]).toEqual([1, 1]);
  });

  it('is resolved by a person once it was denied', async () => {
    const { world, stripe, restarted } = await paused(NEVER_MS);
    const { submission } = await stripe.createPayout(RENT);
    if (submission === null) throw new Error('no submission');
    await expect(stripe.resolve(submission, { absent: true })).rejects.toMatchObject({ code: 'invalid_state' });
    await world.clock.advance(30 * HOUR_MS);
    expect(await restarted().resolve(submission, { absent: true })).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
    expect(await stripe.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  });

  it('says so, and what to do', async () => {
    const { stripe } = await paused(NEVER_MS);
    const outcome = await stripe.createPayout(RENT);
    expect(outcome.outcome === 'unknown' && outcome.error.message).toBe(
      '[stripe] create is held (HTTP 403, approval_required): Stripe holds it until a reviewer approves it in the Dashboard, and then completes it by itself. Nothing is sent again. Once it was approved, a lookup finds the payout; once it was denied or has expired there, a person resolves it as absent.',
    );
  });
});
