import type { Check } from '../check.ts';
import { must, same } from '../must.ts';
import { acceptedOf, exist, hasList, type Harness, TIMEOUT_MS, summaryOf, unknownOf } from '../harness.ts';
import { copyOf, lost } from './sticky.ts';

const MINUTE_MS = 60_000;
/** timeout + lateness + skew, and at least ten minutes: NEVER-TWICE R8. */
export const GUARD_MS: number = Math.max(10 * MINUTE_MS, TIMEOUT_MS + 10 * MINUTE_MS);

/** A submission is sent only while its key is certainly remembered. */
export const windowChecks: readonly Check[] = [
  {
    id: 'window/inside',
    promise: 'NEVER-TWICE R8',
    forgot: 'capabilities.key.retentionMs is how long the provider keeps a key; within it, less the guard, the same bytes are sent again.',
    run: async (harness) => {
      const submission = await lost(harness, 'inside', 'after');
      await harness.advance(harness.capabilities.key.retentionMs - GUARD_MS - 2 * MINUTE_MS);
      const before = harness.creates.length;
      acceptedOf(await harness.elsewhere().submit(copyOf(submission)));
      same(harness.creates.length, before + 1, 'the requests inside the window');
      exist(harness, 1, 'after a resend inside the window');
    },
  },
  {
    id: 'window/closed',
    promise: 'NEVER-TWICE R8',
    forgot:
      'Near the end of the lease nothing is sent any more: the provider may forget the key before the request arrives, and pay again.',
    run: async (harness) => {
      const submission = await lost(harness, 'closed', 'after');
      await harness.advance(harness.capabilities.key.retentionMs - GUARD_MS + MINUTE_MS);
      await nothingIsSent(harness, () => harness.elsewhere().submit(copyOf(submission)));
      await harness.advance(GUARD_MS + 24 * 60 * MINUTE_MS);
      await nothingIsSent(harness, () => harness.elsewhere().submit(copyOf(submission)));
      exist(harness, 1, 'long after the lease');
    },
  },
  {
    id: 'window/not-open-yet',
    promise: 'NEVER-TWICE R8',
    forgot: 'A submission of the future says that two clocks disagree: nothing is sent.',
    run: async (harness) => {
      const submission = await harness.provider.prepare(harness.request('future'));
      const preparedAt = new Date(harness.world.clock.now() + 20 * MINUTE_MS).toISOString();
      const outcome = await harness.elsewhere().submit(copyOf({ ...submission, preparedAt }));
      unknownOf(outcome);
      same(harness.creates.length, 0, 'the requests before the window opens');
    },
  },
  {
    id: 'window/every-resend',
    promise: 'NEVER-TWICE R8',
    forgot: 'The end of the window holds for every resend: a request that waited too long does not leave any more.',
    run: async (harness) => {
      const submission = await harness.provider.prepare(harness.request('waits'));
      await harness.advance(harness.capabilities.key.retentionMs - GUARD_MS - 5_000);
      const { rateLimited } = harness.subject.answers;
      harness.proxy.always(
        harness.answers('before', { ...rateLimited, headers: { ...rateLimited.headers, 'retry-after': '20' } }),
        harness.isCreate,
      );
      const outcome = await harness.elsewhere().submit(copyOf(submission));
      must(outcome.outcome === 'unknown', `a submission that waited beyond its window is ${summaryOf(outcome)}`);
      same(harness.creates.length, 1, 'the requests: the resend would have left after the window');
    },
  },
];

/** Looks up instead, and says the truth about what it finds. */
async function nothingIsSent(harness: Harness, submit: () => ReturnType<Harness['create']>): Promise<void> {
  const before = harness.creates.length;
  const outcome = await submit();
  same(harness.creates.length, before, 'the requests that create, outside the window');
  const [existing] = harness.world.payouts();
  if (harness.capabilities.lookup !== 'none' && hasList(harness))
    same(acceptedOf(outcome).payout.id, existing?.id, 'the payout that the lookup finds');
  else unknownOf(outcome);
}
