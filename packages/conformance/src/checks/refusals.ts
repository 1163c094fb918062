import { nextAttempt } from '@disburse/core';
import { type Check, NotApplicable } from '../check.ts';
import { must, same } from '../must.ts';
import { changed, type Fault } from '../line.ts';
import { acceptedOf, durableStore, exist, hasList, rejectedOf, type Stage, submissionOf, TIMEOUT_MS, told, unknownOf } from '../stage.ts';
import type { Json, ScriptedAnswer } from '../world.ts';
import { mustBeOneRequest } from './keys.ts';

/** A refusal that the provider repeats from its memory of the key. */
export function marked(stage: Stage, given: ScriptedAnswer): ScriptedAnswer {
  return { ...given, headers: { ...given.headers, ...stage.subject.answers.replayMark } };
}

/** What an answer can be about that is not the payout which was asked for. */
const MISMATCHES = ['wrong amount', 'wrong currency', 'unreadable amount', 'unreadable currency', 'wrong token', 'wrong mode'] as const;

/** What a fresh create is told by a provider that answers, but not with a payout. */
export const refusalChecks: readonly Check[] = [
  {
    id: 'refused/unauthorized',
    promise: 'NEVER-TWICE R9',
    forgot: 'A credential that is not accepted is a certain refusal before the key is looked at: rejected, `same_attempt`.',
    run: async (stage) => {
      stage.line.always(stage.answers('before', stage.subject.answers.unauthorized), stage.isCreate);
      const outcome = rejectedOf(await stage.create('who'));
      same(
        [outcome.error.code, outcome.error.outcome, outcome.retry],
        ['authentication', 'rejected', 'same_attempt'],
        'code, outcome, retry',
      );
      exist(stage, 0, 'after a 401');
      stage.line.clear();
      acceptedOf(await stage.create('who'));
      exist(stage, 1, 'after the credential was accepted');
      await mustBeOneRequest(stage, 'who');
    },
  },
  {
    id: 'refused/business',
    promise: 'NEVER-TWICE R11',
    forgot:
      'A refusal for a reason that may go away is rejected; where the provider stores refusals it is sent once more to see whether the key is spent.',
    run: async (stage) => {
      stage.line.always(stage.answers('before', stage.subject.answers.refusal), stage.isCreate);
      const outcome = rejectedOf(await stage.create('refused'));
      const { storesRefusals } = stage.capabilities.key;
      same(stage.creates.length, storesRefusals ? 2 : 1, `the requests where key.storesRefusals is ${storesRefusals}`);
      await mustBeOneRequest(stage, 'refused');
      same(outcome.retry, 'same_attempt', 'what may be tried: the key is alive, nothing was marked');
      must(outcome.error.httpStatus === stage.subject.answers.refusal.status, `httpStatus is ${outcome.error.httpStatus ?? 'null'}`);
      exist(stage, 0, 'after a refusal');
      stage.line.clear();
      acceptedOf(await stage.create('refused'));
      await mustBeOneRequest(stage, 'refused');
    },
  },
  {
    id: 'refused/marked',
    promise: 'NEVER-TWICE R11',
    forgot: 'A refusal with the replay mark has spent the key: `next_attempt`. Without isReplay every later try meets the stored refusal.',
    run: async (stage) => {
      if (!stage.capabilities.key.storesRefusals) return new NotApplicable('capabilities.key.storesRefusals is false');
      const { refusal } = stage.subject.answers;
      stage.line.next(stage.answers('before', refusal), stage.isCreate);
      stage.line.always(stage.answers('before', marked(stage, refusal)), stage.isCreate);
      const provider = stage.make({ submissions: durableStore() });
      const outcome = rejectedOf(await provider.createPayout(stage.request('spent')));
      must(outcome.retry === 'next_attempt', `retry is ${outcome.retry} although the refusal was marked`);
      const [first] = stage.creates;
      stage.line.clear();
      const sent = stage.creates.length;
      acceptedOf(await provider.createPayout(stage.request('spent', { attempt: nextAttempt(outcome) })));
      exist(stage, 1, 'after the next attempt');
      const second = stage.creates[sent];
      const { key } = outcome.submission;
      must(first !== undefined && Object.values(first.headers).includes(key), 'the first attempt was sent without its key');
      must(second !== undefined && !Object.values(second.headers).includes(key), 'the next attempt was sent under the spent key');
      return undefined;
    },
  },
  {
    id: 'refused/rate-limited',
    promise: 'NEVER-TWICE R9',
    forgot:
      'A 429 is resent after the pause that the provider asks for; a fresh create that meets nothing else is rejected, `same_attempt`.',
    run: async (stage) => {
      const limited = slowDown(stage, 2);
      stage.line.next(limited, stage.isCreate);
      acceptedOf(await stage.create('limited'));
      const [first, second] = stage.creates;
      must((second?.at ?? 0) - (first?.at ?? 0) >= 2_000, 'the resend did not wait as long as Retry-After asked');
      await mustBeOneRequest(stage, 'limited');
      exist(stage, 1, 'after a 429 and its resend');
      await stage.move(stage.world.payouts()[0]?.id ?? '', 'paid');
      stage.line.always(limited, stage.isCreate);
      const outcome = rejectedOf(await stage.create('always-limited'));
      same([outcome.error.code, outcome.retry], ['rate_limited', 'same_attempt'], 'code and retry');
      exist(stage, 1, 'after a create that only met 429');
    },
  },
  {
    id: 'refused/rate-limited-for-long',
    promise: 'NEVER-TWICE R9',
    forgot: 'A pause longer than a call is worth is told to the caller (retryAfterSeconds), not waited for and not cut short.',
    run: async (stage) => {
      stage.line.always(slowDown(stage, 3_600), stage.isCreate);
      const startedAt = stage.world.clock.now();
      const outcome = rejectedOf(await stage.create('later'));
      same([outcome.error.retryAfterSeconds, stage.creates.length], [3_600, 1], 'retryAfterSeconds, and the requests');
      must(stage.world.clock.now() - startedAt < TIMEOUT_MS, 'the call waited for a pause that is longer than itself');
    },
  },
  {
    id: 'refused/in-flight',
    promise: 'NEVER-TWICE R15',
    forgot:
      'A 409 says that another request with this key is running: the same bytes again until the deadline, then unknown. Never rejected.',
    run: async (stage) => {
      const { inFlight } = stage.subject.answers;
      stage.line.next(stage.answers('before', inFlight), stage.isCreate);
      stage.line.next(stage.answers('before', inFlight), stage.isCreate);
      const { payout } = acceptedOf(await stage.create('in-flight'));
      await mustBeOneRequest(stage, 'in-flight');
      exist(stage, 1, 'after a key that was in flight');
      await stage.move(payout.id, 'paid');
      stage.line.always(stage.answers('before', inFlight), stage.isCreate);
      const outcome = unknownOf(await stage.create('for-ever'));
      same(outcome.error.code, 'idempotency_conflict', 'the code');
    },
  },
  {
    id: 'refused/key-reused',
    promise: 'NEVER-TWICE R15',
    forgot: 'The key was used before, so some request came before this one and may have paid. `idempotency_conflict` is never rejected.',
    run: async (stage) => {
      const existing = await stage.world.foreign();
      stage.line.always(stage.answers('before', stage.subject.answers.keyReused), stage.isCreate);
      const outcome = unknownOf(await stage.create('conflict'));
      same([outcome.error.code, outcome.error.outcome], ['idempotency_conflict', 'unknown'], 'code and outcome');
      same(stage.creates.length, 1, 'the requests: asking again tells nothing new');
      must(outcome.next.do === 'ask', 'next is submit, which can tell nothing new');
      same(
        outcome.next.candidates.map(({ id }) => id),
        hasList(stage) ? [existing] : [],
        'what a person has to look at',
      );
    },
  },
  ...MISMATCHES.map((what): Check => ({
    id: `refused/${what.replace(' ', '-')}`,
    promise: 'NEVER-TWICE R13',
    forgot:
      'An answer is checked to be about the payout that was asked for: currency, amount, token, mode. Another payout is never told as ours. An amount that cannot be read is `money: null`, which is not the same as none: `withoutAmount` is for a provider that names none.',
    run: async (stage) => {
      const edit = await editFor(stage, what);
      if (edit instanceof NotApplicable) return edit;
      stage.line.always(changed(edit), stage.isCreate);
      const outcome = await stage.create('mismatch');
      const [existing] = stage.world.payouts();
      const onlyAmount =
        what === 'wrong amount' && outcome.outcome === 'accepted' && outcome.notices.some(({ code }) => code === 'amount_differs');
      must(outcome.outcome === 'unknown' || onlyAmount, `an answer with the ${what} is ${told(outcome)}`);
      if (outcome.outcome === 'unknown') {
        const asUnread = what.startsWith('unreadable') && outcome.error.payoutId === null && outcome.error.unreadAnswer !== null;
        if (!asUnread) same(outcome.error.payoutId, existing?.id, 'the payout that the error names');
        submissionOf(outcome);
      }
      exist(stage, 1, `after an answer with the ${what}`);
      return undefined;
    },
  })),
];

function slowDown(stage: Stage, seconds: number): Fault {
  const { rateLimited } = stage.subject.answers;
  return stage.answers('before', { ...rateLimited, headers: { ...rateLimited.headers, 'retry-after': String(seconds) } });
}

async function editFor(stage: Stage, what: (typeof MISMATCHES)[number]): Promise<((json: Json) => Json) | NotApplicable> {
  const { edits } = stage.subject;
  const submission = await stage.provider.prepare(stage.request('mismatch'));
  const sent = stage.subject.sentMoney(submission.request.body);
  if (what === 'wrong amount') return (json) => edits.money(json, { ...sent, amount: doubled(sent.amount) });
  // What is no number, and a currency that there is not.
  if (what === 'unreadable amount') return (json) => edits.money(json, { ...sent, amount: `${sent.amount}x` });
  if (what === 'unreadable currency') return (json) => edits.money(json, { ...sent, currency: inCaseOf('QQQ', sent.currency) });
  if (what === 'wrong currency') {
    const other = stage.subject.amounts.find(({ wire }) => wire.currency.toUpperCase() !== sent.currency.toUpperCase());
    const currency = other?.wire.currency ?? inCaseOf('GBP', sent.currency);
    return (json) => edits.money(json, { ...sent, currency });
  }
  if (what === 'wrong token') {
    if (stage.capabilities.lookup === 'none') return new NotApplicable('capabilities.lookup is none: payouts carry no token');
    const token = edits.token;
    must(token !== undefined, `capabilities.lookup is ${stage.capabilities.lookup}, and the world has no edits.token`);
    return (json) => token(json, '00000000-0000-8000-8000-000000000000');
  }
  if (submission.live === null) return new NotApplicable('the credential does not tell the mode: submission.live is null');
  const otherMode = edits.otherMode;
  must(otherMode !== undefined, 'the credential tells the mode, and the world has no edits.otherMode');
  return otherMode;
}

const inCaseOf = (code: string, sent: string): string => (sent === sent.toLowerCase() ? code.toLowerCase() : code);

/** A different amount in the same form. */
function doubled(amount: string): string {
  const [whole = '', fraction] = amount.split('.');
  return fraction === undefined ? String(BigInt(whole) * 2n) : `${BigInt(whole) + 1n}.${fraction}`;
}
