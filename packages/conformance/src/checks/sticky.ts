import { nextAttempt, parseSubmission, type Submission } from '@disburse/core';
import { type Check, NotApplicable } from '../check.ts';
import { must, same } from '../must.ts';
import { reset, type Side } from '../line.ts';
import { acceptedOf, durableStore, exist, rejectedOf, type Stage, submissionOf, told, unknownOf } from '../stage.ts';
import type { ProviderAnswers, ScriptedAnswer } from '../world.ts';
import { marked } from './refusals.ts';

/** What cannot settle a submission that may exist: it says nothing about the request that came before. */
const SETTLES_NOTHING: readonly (readonly [what: string, given: (answers: ProviderAnswers, stage: Stage) => ScriptedAnswer])[] = [
  ['401', ({ unauthorized }) => unauthorized],
  ['429', ({ rateLimited }) => rateLimited],
  ['409-in-flight', ({ inFlight }) => inFlight],
  ['409-key-reused', ({ keyReused }) => keyReused],
  ['unmarked-refusal', ({ refusal }) => refusal],
  ['5xx', ({ serverError }) => serverError],
  ['marked-5xx', ({ serverError }, stage) => marked(stage, serverError)],
];

/** Once a payout may exist, only a readable success, a marked refusal or a lookup settles it. */
export const stickyChecks: readonly Check[] = [
  ...SETTLES_NOTHING.map(([what, given]): Check => ({
    id: `sticky/${what}`,
    promise: 'NEVER-TWICE R10',
    forgot: 'An earlier send may have made the payout: 401, 403, 409, 429, an unmarked 4xx and any 5xx leave the outcome unknown.',
    run: async (stage) => {
      const submission = await lost(stage, 'sticky', 'after');
      exist(stage, 1, 'after a lost answer');
      stage.line.always(stage.answers('before', given(stage.subject.answers, stage)), stage.isCreate);
      for (const provider of [stage.provider, stage.elsewhere()]) {
        const outcome = await provider.submit(copyOf(submission));
        const found =
          outcome.outcome === 'accepted' && stage.capabilities.lookup !== 'none' && outcome.payout.id === stage.world.payouts()[0]?.id;
        must(outcome.outcome === 'unknown' || found, `after a lost answer, ${what} is told as ${told(outcome)}`);
      }
      stage.line.clear();
      acceptedOf(await stage.provider.submit(copyOf(submission)));
      exist(stage, 1, 'after everything');
    },
  })),
  {
    id: 'sticky/stored-submission',
    promise: 'NEVER-TWICE R7',
    forgot: 'A submission that comes from storage may have been sent by anybody: a 401 that would reject a fresh one leaves it unknown.',
    run: async (stage) => {
      const submission = await stage.provider.prepare(stage.request('stored'));
      stage.line.always(stage.answers('before', stage.subject.answers.unauthorized), stage.isCreate);
      unknownOf(await stage.elsewhere().submit(copyOf(submission)));
      exist(stage, 0, 'after a 401');
    },
  },
  {
    id: 'sticky/marked-refusal-settles',
    promise: 'NEVER-TWICE R10',
    forgot: 'A marked refusal settles even what may exist: the key is spent on it, so nothing was made under it.',
    run: async (stage) => {
      if (!stage.capabilities.key.storesRefusals) return new NotApplicable('capabilities.key.storesRefusals is false');
      const submission = await lost(stage, 'settled', 'before');
      stage.line.always(stage.answers('before', marked(stage, stage.subject.answers.refusal)), stage.isCreate);
      const provider = stage.make({ submissions: durableStore() });
      const outcome = rejectedOf(await provider.submit(copyOf(submission)));
      must(outcome.retry === 'next_attempt', `retry is ${outcome.retry}, although the key is spent`);
      stage.line.clear();
      acceptedOf(await provider.createPayout(stage.request('settled', { attempt: nextAttempt(outcome) })));
      exist(stage, 1, 'after the next attempt');
      return undefined;
    },
  },
  {
    id: 'replay/read-again',
    promise: 'NEVER-TWICE R12',
    forgot: 'A replayed success tells the past. The payout is read again before it is returned: it may have failed since.',
    run: async (stage) => {
      const { id } = await stage.accepted('replayed');
      const to = stage.subject.reaches.find((status) => status !== 'pending') ?? 'pending';
      await stage.move(id, to);
      const outcome = acceptedOf(await stage.elsewhere().createPayout(stage.request('replayed')));
      same([outcome.payout.id, outcome.payout.status, outcome.replayed], [id, to, true], 'id, status and replayed of a replay');
      exist(stage, 1, 'after a replay');
    },
  },
  {
    id: 'replay/not-read-again',
    promise: 'NEVER-TWICE R12',
    forgot: 'Where that read fails the payout is accepted all the same, with the notice status_as_of_creation.',
    run: async (stage) => {
      const { id } = await stage.accepted('replayed');
      stage.line.always(stage.answers('before', stage.subject.answers.serverError), ({ method }) => method === 'GET');
      const outcome = acceptedOf(await stage.elsewhere().createPayout(stage.request('replayed')));
      same(outcome.payout.id, id, 'the id');
      must(
        outcome.notices.some(({ code }) => code === 'status_as_of_creation'),
        'no notice says that the status is as of the creation',
      );
    },
  },
];

/** A submission whose every answer was lost. */
export async function lost(stage: Stage, reference: string, side: Side): Promise<Submission> {
  stage.line.always(reset(side), stage.isCreate);
  const outcome = unknownOf(await stage.create(reference));
  stage.line.clear();
  return submissionOf(outcome);
}

/** As it comes back from storage. */
export const copyOf = (submission: Submission): Submission => parseSubmission(JSON.stringify(submission));
