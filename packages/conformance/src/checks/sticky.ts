import { nextAttempt, parseSubmission, type Submission } from '@disburse/core';
import { type Check, NotApplicable } from '../check.ts';
import { must, same } from '../must.ts';
import { reset, type Side } from '../fault-proxy.ts';
import { acceptedOf, durableStore, exist, rejectedOf, type Harness, submissionOf, summaryOf, unknownOf } from '../harness.ts';
import type { ProviderAnswers, ScriptedAnswer } from '../world.ts';
import { marked } from './refusals.ts';

/** What cannot resolve a submission that may exist: it says nothing about the request that came before. */
const SETTLES_NOTHING: readonly (readonly [what: string, given: (answers: ProviderAnswers, harness: Harness) => ScriptedAnswer])[] = [
  ['401', ({ unauthorized }) => unauthorized],
  ['429', ({ rateLimited }) => rateLimited],
  ['409-in-flight', ({ inFlight }) => inFlight],
  ['409-key-reused', ({ keyReused }) => keyReused],
  ['unmarked-refusal', ({ refusal }) => refusal],
  ['5xx', ({ serverError }) => serverError],
  ['marked-5xx', ({ serverError }, harness) => marked(harness, serverError)],
];

/** Once a payout may exist, only a readable success, a marked refusal or a lookup resolves it. */
export const stickyChecks: readonly Check[] = [
  ...SETTLES_NOTHING.map(([what, given]): Check => ({
    id: `sticky/${what}`,
    promise: 'NEVER-TWICE R10',
    forgot: 'An earlier send may have made the payout: 401, 403, 409, 429, an unmarked 4xx and any 5xx leave the outcome unknown.',
    run: async (harness) => {
      const submission = await lost(harness, 'sticky', 'after');
      exist(harness, 1, 'after a lost answer');
      harness.proxy.always(harness.answers('before', given(harness.subject.answers, harness)), harness.isCreate);
      for (const provider of [harness.provider, harness.elsewhere()]) {
        const outcome = await provider.submit(copyOf(submission));
        const found =
          outcome.outcome === 'accepted' && harness.capabilities.lookup !== 'none' && outcome.payout.id === harness.world.payouts()[0]?.id;
        must(outcome.outcome === 'unknown' || found, `after a lost answer, ${what} is told as ${summaryOf(outcome)}`);
      }
      harness.proxy.clear();
      acceptedOf(await harness.provider.submit(copyOf(submission)));
      exist(harness, 1, 'after everything');
    },
  })),
  {
    id: 'sticky/stored-submission',
    promise: 'NEVER-TWICE R7',
    forgot: 'A submission that comes from storage may have been sent by anybody: a 401 that would reject a fresh one leaves it unknown.',
    run: async (harness) => {
      const submission = await harness.provider.prepare(harness.request('stored'));
      harness.proxy.always(harness.answers('before', harness.subject.answers.unauthorized), harness.isCreate);
      unknownOf(await harness.elsewhere().submit(copyOf(submission)));
      exist(harness, 0, 'after a 401');
    },
  },
  {
    id: 'sticky/marked-refusal-resolves',
    promise: 'NEVER-TWICE R10',
    forgot: 'A marked refusal resolves even what may exist: the key is spent on it, so nothing was made under it.',
    run: async (harness) => {
      if (!harness.capabilities.key.storesRefusals) return new NotApplicable('capabilities.key.storesRefusals is false');
      const submission = await lost(harness, 'resolution', 'before');
      harness.proxy.always(harness.answers('before', marked(harness, harness.subject.answers.refusal)), harness.isCreate);
      const provider = harness.make({ submissions: durableStore() });
      const outcome = rejectedOf(await provider.submit(copyOf(submission)));
      must(outcome.retry === 'next_attempt', `retry is ${outcome.retry}, although the key is spent`);
      harness.proxy.clear();
      acceptedOf(await provider.createPayout(harness.request('resolution', { attempt: nextAttempt(outcome) })));
      exist(harness, 1, 'after the next attempt');
      return undefined;
    },
  },
  {
    id: 'replay/read-again',
    promise: 'NEVER-TWICE R12',
    forgot: 'A replayed success tells the past. The payout is read again before it is returned: it may have failed since.',
    run: async (harness) => {
      const { id } = await harness.accepted('replayed');
      const to = harness.subject.reaches.find((status) => status !== 'pending') ?? 'pending';
      await harness.move(id, to);
      const outcome = acceptedOf(await harness.elsewhere().createPayout(harness.request('replayed')));
      same([outcome.payout.id, outcome.payout.status, outcome.replayed], [id, to, true], 'id, status and replayed of a replay');
      exist(harness, 1, 'after a replay');
    },
  },
  {
    id: 'replay/not-read-again',
    promise: 'NEVER-TWICE R12',
    forgot: 'Where that read fails the payout is accepted all the same, with the notice status_as_of_creation.',
    run: async (harness) => {
      const { id } = await harness.accepted('replayed');
      harness.proxy.always(harness.answers('before', harness.subject.answers.serverError), ({ method }) => method === 'GET');
      const outcome = acceptedOf(await harness.elsewhere().createPayout(harness.request('replayed')));
      same(outcome.payout.id, id, 'the id');
      must(
        outcome.notices.some(({ code }) => code === 'status_as_of_creation'),
        'no notice says that the status is as of the creation',
      );
    },
  },
];

/** A submission whose every answer was lost. */
export async function lost(harness: Harness, reference: string, side: Side): Promise<Submission> {
  harness.proxy.always(reset(side), harness.isCreate);
  const outcome = unknownOf(await harness.create(reference));
  harness.proxy.clear();
  return submissionOf(outcome);
}

/** As it comes back from storage. */
export const copyOf = (submission: Submission): Submission => parseSubmission(JSON.stringify(submission));
