// NEVER-TWICE R9 to R12, R15 and R20, as one table: what came back, and what it means for each thing that may be known before it.
import { describe, expect, it } from 'vitest';
import { acmeWorld, MARKED } from '../__tests__/acme-world.ts';
import type { Refusal } from '../adapter/spec.ts';
import type { AdapterRules, ProviderContext } from '../context/context.ts';
import { PayoutError } from '../errors.ts';
import type { HttpResponse, Sent } from '../http/exchange.ts';
import { type ExchangeState, decideNext, type Step, type Verdict } from './decide.ts';
import type { Payout } from '../payout/payout.ts';

const { context } = acmeWorld();
const having = (rules: Partial<AdapterRules>): ProviderContext => context.with({ rules: { ...context.rules, ...rules } });
const engineThatForgetsRefusals: ProviderContext = context.with({ limits: { ...context.limits, storesRefusals: false } });
const CONFIRMED = new PayoutError('insufficient_funds', 'the first refusal.', { providerCode: 'first' });

/** Fresh: nobody can have sent it. Confirming: it was refused once already, without a mark (R11). */
const STATES: readonly ExchangeState[] = [
  { mayExist: false, confirming: null },
  { mayExist: true, confirming: null },
  { mayExist: false, confirming: CONFIRMED },
  { mayExist: true, confirming: CONFIRMED },
];

const readable = (answer: HttpResponse): Payout => {
  const { json } = answer;
  if (typeof json === 'object' && json !== null && 'amount' in json) return { id: 'ac_1' } as Payout;
  throw new TypeError('cannot be read');
};

function answered(status: number, body: unknown = { code: 'c' }, headers: Record<string, string> = {}): Sent {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const json: unknown = typeof body === 'string' ? undefined : body;
  return { type: 'answered', answer: { status, headers: new Headers(headers), text, json } };
}
const marked = (status: number, body?: unknown): Sent => answered(status, body ?? { code: 'c' }, MARKED);

const notSent = (tooLate = false): Sent => ({ type: 'not_sent', error: new PayoutError('provider_unavailable', 'no address.'), tooLate });
const lost: Sent = { type: 'lost', error: new PayoutError('provider_unavailable', 'reset.') };

// ---- A step in a line ------------------------------------------------------------------------------------------------

function shown(step: Step): string {
  if (step.type === 'end') return verdictOf(step.verdict);
  const known = `${step.state.mayExist ? 'may exist' : 'fresh'}${step.state.confirming === null ? '' : ', confirming'}`;
  return `resend (${step.because}; ${known}), else ${verdictOf(step.ifOver)}`;
}

function verdictOf(verdict: Verdict): string {
  if (verdict.type === 'accepted') return verdict.replayed ? 'accepted, replayed' : 'accepted';
  expect(verdict.error.outcome, 'the error says what the verdict says').toBe(verdict.type);
  if (verdict.type === 'unknown') return `unknown (${verdict.why})`;
  const whose = verdict.error.providerCode === 'first' ? ', for the first refusal' : '';
  return `rejected (${verdict.retry}; ${verdict.proof}${whose})`;
}

const AGAIN = (why: 'lost' | 'server') => `resend (trouble; may exist), else unknown (${why})`;
const ALWAYS = (line: string): Row => [line, line, line, line];
type Row = readonly [fresh: string, mayExist: string, freshConfirming: string, mayExistConfirming: string];

const UNDECIDED = 'unknown (lost)';

describe('what one exchange means', () => {
  it.each<readonly [name: string, sent: Sent, row: Row]>([
    // No byte left: certain, as long as nothing was sent before it.
    [
      'not sent',
      notSent(),
      [
        'resend (trouble; fresh), else rejected (same_attempt; unsent_elsewhere)',
        'resend (trouble; may exist), else unknown (lost)',
        'resend (trouble; fresh, confirming), else rejected (same_attempt; unsent_elsewhere, for the first refusal)',
        'resend (trouble; may exist, confirming), else unknown (lost)',
      ],
    ],
    ['not sent: the window had closed', notSent(true), ALWAYS('unknown (late)')],
    // A byte may have left.
    ['lost', lost, ALWAYS(AGAIN('lost'))],
    // 2xx
    ['201, readable', answered(201, { amount: '1' }), ALWAYS('accepted')],
    ['200, readable, marked', marked(200, { amount: '1' }), ALWAYS('accepted, replayed')],
    ['201, unreadable', answered(201, { id: 'ac_9' }), ALWAYS(AGAIN('lost'))],
    ['200, a page of HTML', answered(200, '<html>'), ALWAYS(AGAIN('lost'))],
    ['204, empty', answered(204, ''), ALWAYS(AGAIN('lost'))],
    ['200, unreadable, marked', marked(200, {}), ALWAYS(AGAIN('lost'))],
    // What is neither success nor refusal.
    ['302', answered(302, ''), ALWAYS(AGAIN('lost'))],
    ['418, which nobody has described', answered(418), ALWAYS(AGAIN('lost'))],
    ['418, marked', marked(418), ALWAYS(AGAIN('lost'))],
    ['500', answered(500), ALWAYS(AGAIN('server'))],
    ['502, a page of HTML', answered(502, '<html>'), ALWAYS(AGAIN('server'))],
    ['503, marked: stored, and still no refusal', marked(503), ALWAYS(AGAIN('server'))],
    // Conflicts are never a rejection (R15).
    ['409 in flight', answered(409), ALWAYS('resend (in_flight; may exist), else unknown (lost)')],
    ['409 in flight, marked', marked(409), ALWAYS('resend (in_flight; may exist), else unknown (lost)')],
    ['409, the key was used for something else', answered(409, { code: 'key_reused' }), ALWAYS('unknown (conflict)')],
    // Answered before keys are looked at.
    [
      '401',
      answered(401),
      [
        'rejected (same_attempt; unsent_elsewhere)',
        UNDECIDED,
        'rejected (same_attempt; unsent_elsewhere, for the first refusal)',
        UNDECIDED,
      ],
    ],
    [
      '403',
      answered(403),
      [
        'rejected (same_attempt; unsent_elsewhere)',
        UNDECIDED,
        'rejected (same_attempt; unsent_elsewhere, for the first refusal)',
        UNDECIDED,
      ],
    ],
    [
      '429',
      answered(429),
      [
        'resend (trouble; fresh), else rejected (same_attempt; unsent_elsewhere)',
        'resend (trouble; may exist), else unknown (lost)',
        'resend (trouble; fresh, confirming), else rejected (same_attempt; unsent_elsewhere, for the first refusal)',
        'resend (trouble; may exist, confirming), else unknown (lost)',
      ],
    ],
    // Refusals of the business: confirmed once before anything is concluded (R11).
    ...[402, 404, 422].map((status): readonly [string, Sent, Row] => [
      `${status}`,
      answered(status),
      [
        'resend (confirm; fresh, confirming), else rejected (same_attempt; unsent_elsewhere)',
        'resend (confirm; may exist, confirming), else unknown (lost)',
        'rejected (same_attempt; unsent_elsewhere)',
        UNDECIDED,
      ],
    ]),
    // These bytes can never succeed.
    [
      '400',
      answered(400),
      ['rejected (next_attempt; unsent_elsewhere)', UNDECIDED, 'rejected (next_attempt; unsent_elsewhere)', UNDECIDED],
    ],
    // Marked: the key is spent on it, so nothing can exist under it, whoever sent it (R10).
    ...[400, 401, 402, 403, 404, 422, 429].map((status): readonly [string, Sent, Row] => [
      `${status}, marked`,
      marked(status),
      ALWAYS('rejected (next_attempt; replayed_refusal)'),
    ]),
  ])('%s', (_, sent, row) => {
    expect(STATES.map((state) => shown(decideNext(context, sent, state, readable)))).toEqual([...row]);
  });

  it('asks no second time where the provider does not store refusals', () => {
    expect(STATES.map((state) => shown(decideNext(engineThatForgetsRefusals, answered(402), state, readable)))).toEqual([
      'rejected (same_attempt; unsent_elsewhere)',
      UNDECIDED,
      'rejected (same_attempt; unsent_elsewhere)',
      UNDECIDED,
    ]);
  });
});

describe('the provider says that the same may be sent again', () => {
  const willing = having({ mayResend: () => true });
  const saysHuman = having({
    mayResend: () => true,
    refusal: () => ({
      code: 'payouts_blocked',
      message: 'm',
      providerCode: null,
      providerMessage: null,
      outcome: 'rejected',
      keyState: 'needs_person',
    }),
  });
  const again = (line: string, may: string) => [line.replace('STATE', 'fresh'), may.replace('STATE', 'may exist')] as const;
  const REFUSED = again(
    'resend (trouble; STATE), else rejected (same_attempt; unsent_elsewhere)',
    'resend (trouble; STATE), else unknown (lost)',
  );

  it.each<readonly [name: string, context: ProviderContext, sent: Sent, row: readonly [fresh: string, mayExist: string]]>([
    ['401', willing, answered(401), REFUSED],
    ['400, which can never succeed', willing, answered(400), again(REFUSED[0].replace('same', 'next'), REFUSED[1])],
    [
      '402: it is confirmed first, at once',
      willing,
      answered(402),
      again(
        'resend (confirm; STATE, confirming), else rejected (same_attempt; unsent_elsewhere)',
        'resend (confirm; STATE, confirming), else unknown (lost)',
      ),
    ],
    [
      '402, marked: the key is spent on it',
      willing,
      marked(402),
      ['rejected (next_attempt; replayed_refusal)', 'rejected (next_attempt; replayed_refusal)'],
    ],
    ['a refusal that only a person can lift', saysHuman, answered(400), ['rejected (never; unsent_elsewhere)', UNDECIDED]],
  ])('%s', (_, its, sent, row) => {
    expect(STATES.slice(0, 2).map((state) => shown(decideNext(its, sent, state, readable)))).toEqual([...row]);
  });

  it('402, confirmed: again, as often as trouble is', () => {
    expect(STATES.slice(2).map((state) => shown(decideNext(willing, answered(402), state, readable)))).toEqual([
      'resend (trouble; fresh, confirming), else rejected (same_attempt; unsent_elsewhere)',
      'resend (trouble; may exist, confirming), else unknown (lost)',
    ]);
  });
});

describe('an adapter', () => {
  const saying = (refusal: Partial<Refusal>): ProviderContext =>
    having({
      refusal: () => ({ code: 'invalid_request', message: 'm', providerCode: null, providerMessage: null, ...refusal }) as Refusal,
    });
  const refused: Partial<Refusal> = { outcome: 'rejected', keyState: 'never_valid' };

  it.each<readonly [name: string, context: ProviderContext, sent: Sent, row: Row]>([
    ['that calls a 5xx rejected is not believed', saying(refused), answered(500), ALWAYS(AGAIN('server'))],
    ['that calls a marked 5xx rejected is not believed', saying(refused), marked(500), ALWAYS(AGAIN('server'))],
    ['that calls a 409 rejected is not believed', saying(refused), answered(409), ALWAYS(AGAIN('lost'))],
    [
      'that calls a conflict rejected is not believed',
      saying({ ...refused, code: 'idempotency_conflict' }),
      answered(400),
      ALWAYS('resend (in_flight; may exist), else unknown (lost)'),
    ],
    [
      'that says a person must act is told so: no machine may retry',
      saying({ outcome: 'rejected', keyState: 'needs_person' }),
      answered(400),
      ['rejected (never; unsent_elsewhere)', UNDECIDED, 'rejected (never; unsent_elsewhere)', UNDECIDED],
    ],
    [
      'that says a person must act is told so, marked too',
      saying({ outcome: 'rejected', keyState: 'needs_person' }),
      marked(400),
      ALWAYS('rejected (never; replayed_refusal)'),
    ],
    [
      'that calls a marked redirect rejected: only a marked 4xx spends a key',
      saying(refused),
      marked(302),
      ['rejected (next_attempt; unsent_elsewhere)', UNDECIDED, 'rejected (next_attempt; unsent_elsewhere)', UNDECIDED],
    ],
    ['that reads a payout in a 300 is not asked', context, answered(300, { amount: '1.00' }), ALWAYS(AGAIN('lost'))],
    ['that reads a payout in a 199 is not asked', context, answered(199, { amount: '1.00' }), ALWAYS(AGAIN('lost'))],
    ['that says sending again tells nothing new', saying({ outcome: 'unknown', resend: false }), answered(400), ALWAYS(UNDECIDED)],
    [
      'that says that a person decides first',
      saying({ outcome: 'unknown', resend: false, code: 'payouts_blocked' }),
      marked(403),
      ALWAYS('unknown (late)'),
    ],
    ['that says so of a 5xx', saying({ outcome: 'unknown', resend: false }), answered(500), ALWAYS('unknown (server)')],
  ])('%s', (_, its, sent, row) => {
    expect(STATES.map((state) => shown(decideNext(its, sent, state, readable)))).toEqual([...row]);
  });

  it.each([
    [400, AGAIN('lost')],
    [401, AGAIN('lost')],
    [500, AGAIN('server')],
  ])('that stumbles over a %i loses no outcome', (status, line) => {
    const stumbling = having({
      refusal: () => {
        throw new TypeError('a null that nobody expected');
      },
    });
    expect(STATES.map((state) => shown(decideNext(stumbling, answered(status), state, readable)))).toEqual([...ALWAYS(line)]);
  });
});

describe('a success that cannot be read', () => {
  const errorOf = (step: Step): PayoutError => {
    if (step.type === 'resend' && step.ifOver.type === 'unknown') return step.ifOver.error;
    throw new Error('it should be sent again');
  };
  const [fresh = { mayExist: false, confirming: null }] = STATES;

  it.each<readonly [status: number, message: string]>([
    [201, '[acme] answered 201 with something that is not a readable payout.'],
    [400, '[acme] answered 400 with an answer that cannot be understood.'],
  ])('says so: %i', (status, message) => {
    const asked: unknown[] = [];
    const stumbling = having({
      refusal: (_, purpose) => {
        asked.push(purpose);
        throw new TypeError('a null that nobody expected');
      },
    });
    const step = decideNext(stumbling, answered(status), { mayExist: false, confirming: null }, readable);
    expect(errorOf(step)).toMatchObject({ code: 'unexpected_response', provider: 'acme', httpStatus: status, message });
    expect(asked).toEqual(status === 201 ? [] : ['create']);
  });

  it('keeps the id and the answer, without the credential', () => {
    const error = errorOf(decideNext(context, answered(201, { id: 'ac_9', note: 'Bearer acme_test_token' }), fresh, readable));
    expect(error).toMatchObject({ code: 'unexpected_response', outcome: 'unknown', httpStatus: 201, payoutId: 'ac_9' });
    expect(error.unreadAnswer).toBe('{"id":"ac_9","note":"Bearer [redacted]"}');
    expect(error.message).not.toContain('ac_9');
  });

  it.each([
    ['the credential', 'acme_test_token'],
    ['something around the credential', 'ac_acme_test_token_1'],
    ['the number of an account', '000123456789'],
    ['an IBAN', 'DE89370400440532013000'],
    ['a line for a log', 'ac_1\nlevel=info payout paid'],
    ['five megabytes', 'x'.repeat(5_000_000)],
  ])('names no id that is %s', (_, id) => {
    const error = errorOf(decideNext(context, answered(201, { id }), fresh, readable));
    expect([error.payoutId, error.message]).toEqual([null, '[acme] answered 201 with something that is not a readable payout.']);
    expect((error.unreadAnswer ?? '').length).toBeLessThanOrEqual(65_536);
  });

  it.each([['<html>'], [''], ['null'], ['{"id":7}']])('has no id in %j', (text) => {
    const json: unknown = text.startsWith('<') || text === '' ? undefined : JSON.parse(text);
    const sent: Sent = { type: 'answered', answer: { status: 200, headers: new Headers(), text, json } };
    expect(errorOf(decideNext(context, sent, fresh, readable)).payoutId).toBeNull();
  });
});
