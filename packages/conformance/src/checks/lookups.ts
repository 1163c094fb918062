import { type Check, NotApplicable } from '../check.ts';
import { must, same, the } from '../must.ts';
import { changed, headed, unreadableRow } from '../fault-proxy.ts';
import { acceptedOf, errorOf, exist, hasList, rejectedOf, type Harness, summaryOf, unknownOf } from '../harness.ts';
import { copyOf, lost } from './sticky.ts';
import { GUARD_MS } from './windows.ts';

const isRead = ({ method }: { readonly method: string }): boolean => method === 'GET';

/** From here on nobody can send any more. */
const leaseIsOver = (harness: Harness): Promise<void> => harness.advance(harness.capabilities.key.retentionMs + GUARD_MS + 120_000);

/** Why a lookup finds nothing of ours; `null` where it does. */
function blindOf(harness: Harness): string | null {
  if (!hasList(harness)) return 'capabilities.operations has no list';
  return harness.capabilities.lookup === 'none' ? 'capabilities.lookup is none' : null;
}

/** What reading can prove, and what it cannot. */
export const lookupChecks: readonly Check[] = [
  {
    id: 'lookup/finds-ours',
    promise: 'NEVER-TWICE R17',
    forgot:
      'capabilities.lookup is declared: the create writes the token, tokenOf reads it from a list, and a lookup finds the payout by it.',
    run: async (harness) => {
      const blind = blindOf(harness);
      if (blind !== null) return new NotApplicable(blind);
      const submission = await lost(harness, 'found', 'after');
      await harness.world.foreign();
      const writes = harness.proxy.requests.filter((request) => !isRead(request)).length;
      const outcome = acceptedOf(await harness.elsewhere().lookup(copyOf(submission)));
      same([outcome.payout.id, outcome.replayed], [harness.world.payouts()[0]?.id, true], 'id and replayed of what was found');
      same(
        harness.proxy.requests.filter((request) => !isRead(request)).length,
        writes,
        'requests that change something: a lookup only reads',
      );
      return undefined;
    },
  },
  {
    id: 'lookup/not-found-yet',
    promise: 'NEVER-TWICE R16',
    forgot: 'Before lease and guard are over a request may still be on its way: not found is unknown, never rejected.',
    run: async (harness) => {
      const submission = await lost(harness, 'early', 'before');
      for (const wait of [0, harness.capabilities.key.retentionMs - GUARD_MS, 2 * GUARD_MS - 120_000]) {
        await harness.advance(wait);
        const { next } = unknownOf(await harness.elsewhere().lookup(copyOf(submission)));
        must(next.action === 'submit' && Date.parse(next.notBefore) > 0, 'next does not say when to submit again');
      }
    },
  },
  {
    id: 'lookup/absent',
    promise: 'NEVER-TWICE R16',
    forgot: 'After lease and guard an empty list, read to its end, proves absence: rejected, `next_attempt`.',
    run: async (harness) => {
      if (harness.capabilities.absence === 'never') return new NotApplicable('capabilities.absence is never');
      const submission = await lost(harness, 'absent', 'before');
      await leaseIsOver(harness);
      const outcome = rejectedOf(await harness.elsewhere().lookup(copyOf(submission)));
      must(outcome.retry === 'next_attempt', `retry is ${outcome.retry}`);
      return undefined;
    },
  },
  {
    id: 'lookup/no-proof',
    promise: 'NEVER-TWICE R17',
    forgot:
      "A provider that cannot list says absence: 'never', and has no page: an empty one would prove that a payout is absent which exists. A lookup never says rejected; a person decides.",
    run: async (harness) => {
      if (harness.capabilities.absence !== 'never') return new NotApplicable('capabilities.absence is by_list');
      const submission = await lost(harness, 'unproven', 'before');
      await leaseIsOver(harness);
      const outcome = await harness.elsewhere().lookup(copyOf(submission));
      must(outcome.outcome === 'unknown' && outcome.next.action === 'review', `what nothing can prove is told as ${summaryOf(outcome)}`);
      const decided = rejectedOf(await harness.provider.resolve(submission, { absent: true }));
      must(decided.retry === 'next_attempt', `after a person's word retry is ${decided.retry}`);
      return undefined;
    },
  },
  {
    id: 'lookup/candidate',
    promise: 'NEVER-TWICE R17',
    forgot: 'A payout of the same amount that carries no token could be ours: unknown, and a person is asked, with the candidates.',
    run: async (harness) => {
      if (!hasList(harness)) return new NotApplicable('capabilities.operations has no list');
      const submission = await lost(harness, 'candidate', 'before');
      const id = await harness.world.foreign();
      await leaseIsOver(harness);
      const { next } = unknownOf(await harness.elsewhere().lookup(copyOf(submission)));
      must(next.action === 'review', 'next is submit, although only a person can tell');
      same(
        next.candidates.map((payout) => payout.id),
        [id],
        'the candidates',
      );
      return undefined;
    },
  },
  {
    id: 'lookup/token-of-another',
    promise: 'NEVER-TWICE R17',
    forgot: 'A payout that carries the token of another submission of ours is not ours, whatever its amount.',
    run: async (harness) => {
      if (harness.capabilities.absence === 'never') return new NotApplicable('capabilities.absence is never');
      if (harness.capabilities.lookup === 'none')
        return new NotApplicable('capabilities.lookup is none: every payout of the amount is a candidate');
      const submission = await lost(harness, 'mine', 'before');
      await harness.accepted('another');
      await leaseIsOver(harness);
      rejectedOf(await harness.elsewhere().lookup(copyOf(submission)));
      return undefined;
    },
  },
  {
    id: 'lookup/clocks-disagree',
    promise: 'NEVER-TWICE R17',
    forgot: "A provider's Date more than a minute from our clock makes every judgement about age unsafe: unknown.",
    run: async (harness) => {
      const submission = await lost(harness, 'skewed', 'before');
      await leaseIsOver(harness);
      const wrong = new Date(harness.world.clock.now() - 5 * 60_000).toUTCString();
      harness.proxy.always(headed({ date: wrong }), isRead);
      unknownOf(await harness.elsewhere().lookup(copyOf(submission)));
    },
  },
  {
    id: 'lookup/unread-page',
    promise: 'NEVER-TWICE R17',
    forgot: 'A list that could not be read to its end proves nothing: unknown. A failed page is not an empty one.',
    run: async (harness) => {
      const submission = await lost(harness, 'unread', 'before');
      await leaseIsOver(harness);
      const { serverError } = harness.subject.answers;
      for (const fault of [
        harness.answers('before', serverError),
        harness.answers('before', { status: 200, body: '{}' }),
        changed(() => ({})),
      ]) {
        harness.proxy.always(fault, isRead);
        const outcome = await harness.elsewhere({ maxResends: 0 }).lookup(copyOf(submission));
        must(outcome.outcome === 'unknown', `an unread list is told as ${summaryOf(outcome)}`);
        harness.proxy.clear();
      }
    },
  },
  {
    id: 'lookup/unreadable-row',
    promise: 'NEVER-TWICE R17',
    forgot:
      'A row of a list that cannot be read may be the payout that is looked for: hand it to core in `unreadable`, from readRows. One that is left out silently proves an absence that nobody saw.',
    run: async (harness) => {
      const submission = await lost(harness, 'hidden', 'after');
      const [made] = harness.world.payouts();
      await leaseIsOver(harness);
      if (hasList(harness)) harness.proxy.always(unreadableRow(the(made, 'payout after a lost answer').id), isRead);
      const outcome = await harness.elsewhere().lookup(copyOf(submission));
      must(outcome.outcome !== 'rejected', `with a row that cannot be read, a lost answer is told as ${summaryOf(outcome)}`);
    },
  },
  {
    id: 'lookup/many-pages',
    promise: 'NEVER-TWICE R17',
    forgot: 'A lookup reads every page back to a day before the submission, not the first one only.',
    run: async (harness) => {
      const blind = blindOf(harness);
      if (blind !== null) return new NotApplicable(blind);
      const submission = await lost(harness, 'deep', 'after');
      await harness.advance(2_000);
      for (let made = 0; made <= harness.capabilities.listLimit; made += 1) await harness.world.foreign();
      const outcome = acceptedOf(await harness.elsewhere().lookup(copyOf(submission)));
      same(outcome.payout.id, harness.world.payouts()[0]?.id, 'the payout under newer ones');
      return undefined;
    },
  },
  {
    id: 'resolve/by-a-person',
    promise: 'NEVER-TWICE R18',
    forgot: 'resolve records what a person found: absent only once nobody can send any more, a payout only after it was read.',
    run: async (harness) => {
      const submission = await lost(harness, 'decided', 'before');
      const early = await errorOf(() => harness.provider.resolve(submission, { absent: true }), 'resolve as absent inside the lease');
      same(early.code, 'invalid_state', 'its code');
      const id = await harness.world.foreign();
      await leaseIsOver(harness);
      const decided = acceptedOf(await harness.provider.resolve(submission, { payoutId: id }));
      same(decided.payout.id, id, 'the payout that a person named');
      exist(harness, 1, 'after a decision');
    },
  },
];
