import { nextAttempt } from '@disburse/core';
import { type Check, NotApplicable } from '../check.ts';
import { must, same } from '../must.ts';
import { changed, type Fault } from '../fault-proxy.ts';
import {
  acceptedOf,
  durableStore,
  exist,
  hasList,
  rejectedOf,
  type Harness,
  submissionOf,
  TIMEOUT_MS,
  summaryOf,
  unknownOf,
} from '../harness.ts';
import type { Json, ScriptedAnswer } from '../world.ts';
import { mustBeOneRequest } from './keys.ts';

/** A refusal that the provider repeats from its memory of the key. */
export function marked(harness: Harness, given: ScriptedAnswer): ScriptedAnswer {
  return { ...given, headers: { ...given.headers, ...harness.subject.answers.replayMark } };
}

/** What an answer can be about that is not the payout which was asked for. */
const MISMATCHES = ['wrong amount', 'wrong currency', 'unreadable amount', 'unreadable currency', 'wrong token', 'wrong mode'] as const;

/** What a fresh create is told by a provider that answers, but not with a payout. */
export const refusalChecks: readonly Check[] = [
  {
    id: 'refused/unauthorized',
    promise: 'NEVER-TWICE R9',
    forgot: 'A credential that is not accepted is a certain refusal before the key is looked at: rejected, `same_attempt`.',
    run: async (harness) => {
      harness.proxy.always(harness.answers('before', harness.subject.answers.unauthorized), harness.isCreate);
      const outcome = rejectedOf(await harness.create('who'));
      same(
        [outcome.error.code, outcome.error.outcome, outcome.retry],
        ['authentication', 'rejected', 'same_attempt'],
        'code, outcome, retry',
      );
      exist(harness, 0, 'after a 401');
      harness.proxy.clear();
      acceptedOf(await harness.create('who'));
      exist(harness, 1, 'after the credential was accepted');
      await mustBeOneRequest(harness, 'who');
    },
  },
  {
    id: 'refused/business',
    promise: 'NEVER-TWICE R11',
    forgot:
      'A refusal for a reason that may go away is rejected; where the provider stores refusals it is sent once more to see whether the key is spent.',
    run: async (harness) => {
      harness.proxy.always(harness.answers('before', harness.subject.answers.refusal), harness.isCreate);
      const outcome = rejectedOf(await harness.create('refused'));
      const { storesRefusals } = harness.capabilities.key;
      same(harness.creates.length, storesRefusals ? 2 : 1, `the requests where key.storesRefusals is ${storesRefusals}`);
      await mustBeOneRequest(harness, 'refused');
      same(outcome.retry, 'same_attempt', 'what may be tried: the key is alive, nothing was marked');
      must(outcome.error.httpStatus === harness.subject.answers.refusal.status, `httpStatus is ${outcome.error.httpStatus ?? 'null'}`);
      exist(harness, 0, 'after a refusal');
      harness.proxy.clear();
      acceptedOf(await harness.create('refused'));
      await mustBeOneRequest(harness, 'refused');
    },
  },
  {
    id: 'refused/marked',
    promise: 'NEVER-TWICE R11',
    forgot: 'A refusal with the replay mark has spent the key: `next_attempt`. Without isReplay every later try meets the stored refusal.',
    run: async (harness) => {
      if (!harness.capabilities.key.storesRefusals) return new NotApplicable('capabilities.key.storesRefusals is false');
      const { refusal } = harness.subject.answers;
      harness.proxy.next(harness.answers('before', refusal), harness.isCreate);
      harness.proxy.always(harness.answers('before', marked(harness, refusal)), harness.isCreate);
      const provider = harness.make({ submissions: durableStore() });
      const outcome = rejectedOf(await provider.createPayout(harness.request('spent')));
      must(outcome.retry === 'next_attempt', `retry is ${outcome.retry} although the refusal was marked`);
      const [first] = harness.creates;
      harness.proxy.clear();
      const sent = harness.creates.length;
      acceptedOf(await provider.createPayout(harness.request('spent', { attempt: nextAttempt(outcome) })));
      exist(harness, 1, 'after the next attempt');
      const second = harness.creates[sent];
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
    run: async (harness) => {
      const limited = slowDown(harness, 2);
      harness.proxy.next(limited, harness.isCreate);
      acceptedOf(await harness.create('limited'));
      const [first, second] = harness.creates;
      must((second?.at ?? 0) - (first?.at ?? 0) >= 2_000, 'the resend did not wait as long as Retry-After asked');
      await mustBeOneRequest(harness, 'limited');
      exist(harness, 1, 'after a 429 and its resend');
      await harness.move(harness.world.payouts()[0]?.id ?? '', 'paid');
      harness.proxy.always(limited, harness.isCreate);
      const outcome = rejectedOf(await harness.create('always-limited'));
      same([outcome.error.code, outcome.retry], ['rate_limited', 'same_attempt'], 'code and retry');
      exist(harness, 1, 'after a create that only met 429');
    },
  },
  {
    id: 'refused/rate-limited-for-long',
    promise: 'NEVER-TWICE R9',
    forgot: 'A pause longer than a call is worth is told to the caller (retryAfterSeconds), not waited for and not cut short.',
    run: async (harness) => {
      harness.proxy.always(slowDown(harness, 3_600), harness.isCreate);
      const startedAt = harness.world.clock.now();
      const outcome = rejectedOf(await harness.create('later'));
      same([outcome.error.retryAfterSeconds, harness.creates.length], [3_600, 1], 'retryAfterSeconds, and the requests');
      must(harness.world.clock.now() - startedAt < TIMEOUT_MS, 'the call waited for a pause that is longer than itself');
    },
  },
  {
    id: 'refused/in-flight',
    promise: 'NEVER-TWICE R15',
    forgot:
      'A 409 says that another request with this key is running: the same bytes again until the deadline, then unknown. Never rejected.',
    run: async (harness) => {
      const { inFlight } = harness.subject.answers;
      harness.proxy.next(harness.answers('before', inFlight), harness.isCreate);
      harness.proxy.next(harness.answers('before', inFlight), harness.isCreate);
      const { payout } = acceptedOf(await harness.create('in-flight'));
      await mustBeOneRequest(harness, 'in-flight');
      exist(harness, 1, 'after a key that was in flight');
      await harness.move(payout.id, 'paid');
      harness.proxy.always(harness.answers('before', inFlight), harness.isCreate);
      const outcome = unknownOf(await harness.create('for-ever'));
      same(outcome.error.code, 'idempotency_conflict', 'the code');
    },
  },
  {
    id: 'refused/key-reused',
    promise: 'NEVER-TWICE R15',
    forgot: 'The key was used before, so some request came before this one and may have paid. `idempotency_conflict` is never rejected.',
    run: async (harness) => {
      const existing = await harness.world.foreign();
      harness.proxy.always(harness.answers('before', harness.subject.answers.keyReused), harness.isCreate);
      const outcome = unknownOf(await harness.create('conflict'));
      same([outcome.error.code, outcome.error.outcome], ['idempotency_conflict', 'unknown'], 'code and outcome');
      same(harness.creates.length, 1, 'the requests: asking again tells nothing new');
      must(outcome.next.action === 'review', 'next is submit, which can tell nothing new');
      same(
        outcome.next.candidates.map(({ id }) => id),
        hasList(harness) ? [existing] : [],
        'what a person has to look at',
      );
    },
  },
  ...MISMATCHES.map((what): Check => ({
    id: `refused/${what.replace(' ', '-')}`,
    promise: 'NEVER-TWICE R13',
    forgot:
      'An answer is checked to be about the payout that was asked for: currency, amount, token, mode. Another payout is never told as ours. An amount that cannot be read is `money: null`, which is not the same as none: `withoutAmount` is for a provider that names none.',
    run: async (harness) => {
      const edit = await editFor(harness, what);
      if (edit instanceof NotApplicable) return edit;
      harness.proxy.always(changed(edit), harness.isCreate);
      const outcome = await harness.create('mismatch');
      const [existing] = harness.world.payouts();
      const onlyAmount =
        what === 'wrong amount' && outcome.outcome === 'accepted' && outcome.notices.some(({ code }) => code === 'amount_differs');
      must(outcome.outcome === 'unknown' || onlyAmount, `an answer with the ${what} is ${summaryOf(outcome)}`);
      if (outcome.outcome === 'unknown') {
        const asUnread = what.startsWith('unreadable') && outcome.error.payoutId === null && outcome.error.unreadAnswer !== null;
        if (!asUnread) same(outcome.error.payoutId, existing?.id, 'the payout that the error names');
        submissionOf(outcome);
      }
      exist(harness, 1, `after an answer with the ${what}`);
      return undefined;
    },
  })),
];

function slowDown(harness: Harness, seconds: number): Fault {
  const { rateLimited } = harness.subject.answers;
  return harness.answers('before', { ...rateLimited, headers: { ...rateLimited.headers, 'retry-after': String(seconds) } });
}

async function editFor(harness: Harness, what: (typeof MISMATCHES)[number]): Promise<((json: Json) => Json) | NotApplicable> {
  const { edits } = harness.subject;
  const submission = await harness.provider.prepare(harness.request('mismatch'));
  const sent = harness.subject.sentMoney(submission.request.body);
  if (what === 'wrong amount') return (json) => edits.money(json, { ...sent, amount: doubled(sent.amount) });
  // What is no number, and a currency that there is not.
  if (what === 'unreadable amount') return (json) => edits.money(json, { ...sent, amount: `${sent.amount}x` });
  if (what === 'unreadable currency') return (json) => edits.money(json, { ...sent, currency: inCaseOf('QQQ', sent.currency) });
  if (what === 'wrong currency') {
    const other = harness.subject.amounts.find(({ wire }) => wire.currency.toUpperCase() !== sent.currency.toUpperCase());
    const currency = other?.wire.currency ?? inCaseOf('GBP', sent.currency);
    return (json) => edits.money(json, { ...sent, currency });
  }
  if (what === 'wrong token') {
    if (harness.capabilities.lookup === 'none') return new NotApplicable('capabilities.lookup is none: payouts carry no token');
    const token = edits.token;
    must(token !== undefined, `capabilities.lookup is ${harness.capabilities.lookup}, and the world has no edits.token`);
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
