import { parseSubmission } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same } from '../must.ts';
import { cutOff, hang, reset, type Fault, type Side } from '../fault-proxy.ts';
import { exist, acceptedOf, type Harness, submissionOf, TIMEOUT_MS, summaryOf, unknownOf } from '../harness.ts';
import type { ScriptedAnswer } from '../world.ts';
import { mustBeOneRequest } from './keys.ts';

const BLOCKED = '<html><head><title>Blocked</title></head><body>This request was blocked.</body></html>';
const PAGE = { 'content-type': 'text/html' };
const HTML = '<html><head><title>502 Bad Gateway</title></head><body>The upstream did not answer.</body></html>';

/** What meshes and gateways write when they refuse, beside pages. */
const GATEWAYS: readonly (readonly [form: string, given: (status: number) => Omit<ScriptedAnswer, 'status'>])[] = [
  ['text', () => ({ body: 'RBAC: access denied' })],
  ['empty', () => ({ body: '' })],
  ['empty-object', () => ({ body: {} })],
  ['message', () => ({ body: { message: 'no Route matched with those values' } })],
  [
    'problem',
    (status) => ({
      headers: { 'content-type': 'application/problem+json' },
      body: { type: 'about:blank', title: 'Refused by the gateway', status, detail: 'The policy does not allow it.', instance: '/payouts' },
    }),
  ],
];

interface Lost {
  readonly what: string;
  readonly side: Side;
  readonly fault: (harness: Harness) => Fault;
  /** Whether the list may be read after it, so that a lookup can find the payout at once. */
  readonly readable?: boolean;
}

const bothSides = (what: string, fault: (harness: Harness, side: Side) => Fault, readable = false): readonly Lost[] =>
  (['before', 'after'] as const).map((side) => ({ what: `${what}-${side}`, side, fault: (harness) => fault(harness, side), readable }));

const after = (what: string, fault: (harness: Harness) => Fault): Lost => ({ what, side: 'after', fault });

/** Everything that can happen to an answer without telling whether the payout was made. */
const LOST: readonly Lost[] = [
  ...bothSides('reset', (_, side) => reset(side)),
  ...bothSides('timeout', (_, side) => hang(side)),
  ...bothSides('5xx', (harness, side) => harness.answers(side, harness.subject.answers.serverError), true),
  ...bothSides('html-502', (harness, side) => harness.answers(side, { status: 502, body: HTML }), true),
  ...bothSides('empty-503', (harness, side) => harness.answers(side, { status: 503, body: '' }), true),
  ...bothSides('redirect', (harness, side) =>
    harness.answers(side, { status: 307, headers: { location: 'https://elsewhere.test/' }, body: '' }),
  ),
  ...[0, 0.1, 0.5, 0.9, 1].map((share) => after(`cut-off-at-${share * 100}-percent`, () => cutOff(share))),
  ...(
    [
      ['empty-success', ''],
      ['html-success', HTML],
      ['null-success', 'null'],
      ['object-success', {}],
      ['array-success', '[]'],
      ['half-success', '{"id":'],
    ] as const
  ).map(([what, body]) => after(what, (harness) => harness.answers('after', { status: 200, body }))),
  // A page in place of a refusal: filters and gateways write them, on the way there or back. Only the provider's own errors refuse.
  ...[400, 401, 403, 404, 422, 429].flatMap((status) =>
    bothSides(`page-${status}`, (harness, side) => harness.answers(side, { status, headers: PAGE, body: BLOCKED }), true),
  ),
  // A mesh that sends a request again, after it was carried out, answers the second one by itself.
  ...GATEWAYS.flatMap(([form, given]) =>
    [401, 403, 422, 429].map((status) => ({
      ...after(`${form}-${status}`, (harness) => harness.answers('after', { status, ...given(status) })),
      readable: true,
    })),
  ),
];

/** After any of these a payout may exist, so the outcome is unknown; submitting again resolves it, and one payout exists. */
export const lostAnswerChecks: readonly Check[] = [
  ...LOST.map(({ what, side, fault, readable = false }): Check => ({
    id: `lost/${what}`,
    promise: 'Promise 2',
    forgot:
      "A payout may exist. Only a readable 2xx, a certain refusal of a fresh request, or a lookup decides; timeouts, resets, 5xx, unreadable successes, and a 4xx (401, 403 and 429 too) whose body has not the form of the provider's own errors, are `unknown`.",
    run: async (harness) => {
      harness.proxy.always(fault(harness), harness.isCreate);
      const outcome = await harness.create('lost');
      const made = side === 'after' ? 1 : 0;
      exist(harness, made, `after ${what}`);
      const found = outcome.outcome === 'accepted' && made === 1 && readable && outcome.payout.id === harness.world.payouts()[0]?.id;
      must(outcome.outcome === 'unknown' || found, `the outcome after ${what} is ${summaryOf(outcome)}, and not unknown`);
      if (outcome.outcome === 'unknown') same(outcome.error.outcome, 'unknown', "the error's own outcome");
      harness.proxy.clear();
      await mustBeOneRequest(harness, 'lost');
      // As another process would: the object is gone, its JSON is not.
      const stored = JSON.stringify(submissionOf(outcome));
      const resolution = acceptedOf(await harness.elsewhere().submit(parseSubmission(stored)));
      exist(harness, 1, `after ${what} and another submit`);
      same(resolution.payout.id, harness.world.payouts()[0]?.id, 'the payout that was found');
      await mustBeOneRequest(harness, 'lost');
      must(
        harness.proxy.requests.every(({ origin }) => origin === harness.proxy.requests[0]?.origin),
        'a request went to another origin',
      );
    },
  })),
  {
    id: 'lost/resent-by-itself',
    promise: 'Promise 3',
    forgot: 'Trouble is answered with the same bytes under the same key, a bounded number of times, with pauses.',
    run: async (harness) => {
      for (const [index, fault] of [
        reset('before'),
        harness.answers('before', harness.subject.answers.serverError),
        reset('after'),
      ].entries()) {
        harness.proxy.next(fault, harness.isCreate);
        const before = harness.creates.length;
        const { payout } = acceptedOf(await harness.create(`once-${index}`));
        const sent = harness.creates.slice(before);
        must(sent.length <= 2, `${sent.length} requests were sent for one trouble`);
        must(sent.length < 2 || (sent[1]?.at ?? 0) > (sent[0]?.at ?? 0), 'the resend followed without a pause');
        await harness.move(payout.id, 'paid');
      }
      exist(harness, 3, 'after three creates that met trouble once');
    },
  },
  {
    id: 'lost/bounded',
    promise: 'Promise 3',
    forgot: 'Resends end: with `maxResends` spent or the deadline over, the outcome is told and the submission handed over.',
    run: async (harness) => {
      harness.proxy.always(reset('before'), harness.isCreate);
      const startedAt = harness.world.clock.now();
      const outcome = unknownOf(await harness.make({ maxResends: 1 }).createPayout(harness.request('bounded')));
      same(harness.creates.length, 2, 'the requests with `maxResends: 1`');
      must(outcome.next.action === 'submit', `next is ${outcome.next.action}, although submitting again resolves it`);
      must(harness.world.clock.now() - startedAt <= TIMEOUT_MS, 'the call took longer than timeoutMs');
    },
  },
  {
    id: 'lost/aborted',
    promise: 'NEVER-TWICE R14',
    forgot:
      'An abort ends a create in an outcome that has the submission, `unknown` once a byte may have left; an AbortError would lose it.',
    run: async (harness) => {
      for (const side of ['before', 'after'] as const) {
        const controller = new AbortController();
        harness.proxy.always(async (request, deliver) => {
          const lost = hang(side)(request, deliver);
          controller.abort(new Error('the caller has gone'));
          return lost;
        }, harness.isCreate);
        const reference = `aborted-${side}`;
        const outcome = unknownOf(await harness.create(reference, {}, { signal: controller.signal }));
        harness.proxy.clear();
        const { payout } = acceptedOf(await harness.provider.submit(submissionOf(outcome)));
        await harness.move(payout.id, 'paid');
      }
      exist(harness, 2, 'after two aborted creates and their submits');
    },
  },
  {
    id: 'lost/aborted-before',
    promise: 'NEVER-TWICE R14',
    forgot: 'A create that is aborted before it begins ends in an outcome, too, and sends nothing.',
    run: async (harness) => {
      const outcome = await harness.create('never', {}, { signal: AbortSignal.abort() });
      must(outcome.outcome !== 'accepted', `the outcome is ${summaryOf(outcome)}`);
      exist(harness, 0, 'after a create that was aborted before');
      same(harness.creates.length, 0, 'the requests of a create that was aborted before');
    },
  },
  {
    id: 'lost/own-deadline',
    promise: 'NEVER-TWICE R14',
    forgot: 'timeoutMs of a call covers everything, body and resends included.',
    run: async (harness) => {
      harness.proxy.always(hang('after'), harness.isCreate);
      const startedAt = harness.world.clock.now();
      unknownOf(await harness.create('slow', {}, { timeoutMs: 31_000 }));
      const took = harness.world.clock.now() - startedAt;
      must(took >= 30_000 && took <= 32_000, `a call with timeoutMs 31000 took ${took}`);
      exist(harness, 1, 'after a create whose answer never came');
    },
  },
  {
    id: 'lost/nothing-sent',
    promise: 'NEVER-TWICE R9',
    forgot:
      'Where the transport proves that no byte left, a fresh create is rejected and may be made again; where it cannot, it is unknown.',
    run: async (harness) => {
      const events: object[] = [];
      const nobodyListens = {
        baseUrl: 'http://127.0.0.1:1',
        fetch: undefined,
        maxResends: 0,
        onTelemetry: (event: object) => void events.push(event),
      };
      const outcome = await harness.make(nobodyListens).createPayout(harness.request('refused-connection'));
      const proven = events.some((event) => Reflect.get(event, 'evidence') === 'not_sent' && Reflect.get(event, 'method') === 'POST');
      same(
        outcome.outcome,
        proven ? 'rejected' : 'unknown',
        `the outcome of a refused connection that ${proven ? 'proves' : 'does not prove'} that nothing left`,
      );
      if (outcome.outcome === 'rejected') same(outcome.retry, 'same_attempt', 'what may be tried');
    },
  },
];
