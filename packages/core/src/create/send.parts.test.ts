// One exchange of a submission with its parts replaced: evidence that only sockets give, and what an adapter may add.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, RENT, TEN } from '../__tests__/acme-world.ts';
import { HOUR_MS, MINUTE_MS, NINE } from '../__tests__/manual-time.ts';
import { duplicatesOf } from '../context/duplicates.ts';
import type { Explained, Refusal } from '../adapter/spec.ts';
import type { ContextParts, ErasedOperations } from '../context/context.ts';
import { PayoutError } from '../errors.ts';
import { type Deadline, startDeadline } from '../http/deadline.ts';
import type { ExchangeContext, Sent } from '../http/exchange.ts';
import type { CallOptions } from '../adapter/provider.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import type { Runtime } from '../platform/runtime.ts';
import { submitOnce } from './send.ts';

const NOT_SENT: Sent = { type: 'not_sent', error: new PayoutError('provider_unavailable', 'no address.'), tooLate: false };
const LOST: Sent = { type: 'lost', error: new PayoutError('provider_unavailable', 'reset.') };
const answer = (status: number): Sent => ({
  type: 'answered',
  answer: { status, headers: new Headers(), text: '{}', json: { code: 'c' } },
});

interface Played {
  readonly outcome: PayoutOutcome;
  readonly sends: readonly ExchangeContext[];
}

interface Parts {
  readonly sent?: readonly Sent[];
  readonly adapter?: Partial<ErasedOperations>;
  readonly context?: Partial<ContextParts>;
  readonly timeoutMs?: number;
}

/** Plays one submission; kept first, as every submission is. */
async function played(
  { sent = [], adapter = {}, context: parts = {}, timeoutMs = MINUTE_MS }: Parts,
  world: AcmeWorld = acmeWorld(),
): Promise<Played> {
  const submission = await world.acme.prepare(RENT);
  const sends: ExchangeContext[] = [];
  const context = world.context.with({
    http: {
      ...world.context.http,
      send: async (request, exchange) => {
        const now = sent[sends.length];
        sends.push(exchange);
        return now ?? world.context.http.send(request, exchange);
      },
    },
    operationsOver:
      () =>
      (...scope) => ({ ...world.context.operationsFor(...scope), ...adapter }),
    ...parts,
  });
  const hold = 'a-hold';
  await context.store.putIfAbsent(submission, hold);
  const deadline: Deadline = startDeadline(context.runtime, timeoutMs, undefined);
  const { outcome } = await submitOnce(context, { duplicates: duplicatesOf(context, submission), hold, alone: false }, deadline);
  deadline.end();
  expect(world.time.waiting, 'no timer is left behind').toBe(0);
  return { outcome, sends };
}

describe('R9: not sent', () => {
  it('is certain, once the budget is used: the same attempt again', async () => {
    const { outcome, sends } = await played({ sent: [NOT_SENT, NOT_SENT, NOT_SENT] });
    expect(outcome).toMatchObject({ outcome: 'rejected', retry: 'same_attempt', error: { code: 'provider_unavailable' } });
    expect(sends).toHaveLength(3);
  });
  it('and then sent is accepted', async () => {
    expect((await played({ sent: [NOT_SENT] })).outcome).toMatchObject({ outcome: 'accepted', replayed: false });
  });
  it.each([
    ['before', [LOST, NOT_SENT, NOT_SENT]],
    ['between', [NOT_SENT, LOST, NOT_SENT]],
    ['after', [NOT_SENT, NOT_SENT, LOST]],
  ])('with a lost answer %s, nothing is certain', async (_, sent) => {
    expect((await played({ sent })).outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  });
});

describe('R8: the end of the window', () => {
  it('travels with every send', async () => {
    const { sends } = await played({ sent: [LOST, answer(503), answer(409)] });
    const closesAt = NINE + 24 * HOUR_MS - 11 * MINUTE_MS;
    expect(sends.map(({ notAfter, resend }) => [notAfter, resend])).toEqual([0, 1, 2, 3].map((resend) => [closesAt, resend]));
  });
  it('is earlier for a call that may take longer', async () => {
    const { sends } = await played({ timeoutMs: 10 * MINUTE_MS });
    expect(sends[0]?.notAfter).toBe(NINE + 24 * HOUR_MS - 20 * MINUTE_MS);
  });
  it('reached before the first byte: nothing is said that a list does not prove', async () => {
    const late: Sent = { ...NOT_SENT, type: 'not_sent', tooLate: true };
    const { outcome, sends } = await played({ sent: [late] });
    expect(outcome).toMatchObject({ outcome: 'unknown' });
    expect(sends).toHaveLength(1);
  });
});

describe('what an adapter says about a create beforehand', () => {
  const NOTICE = { code: 'settlement_schedule_paused', message: 'It stays paused.' };

  it.each<readonly [string, readonly Sent[], string]>([
    ['accepted', [], 'accepted'],
    ['unknown', [LOST, LOST, LOST], 'unknown'],
  ])('is told with an outcome that is %s', async (_, sent, word) => {
    const { outcome } = await played({ sent, adapter: { notices: async () => [NOTICE] } });
    expect(outcome).toMatchObject({ outcome: word, notices: [NOTICE] });
  });

  it('is no reason not to pay, when it cannot be read', async () => {
    const failing = async (): Promise<never> => {
      throw new TypeError('a read that failed');
    };
    expect((await played({ adapter: { notices: failing } })).outcome).toMatchObject({ outcome: 'accepted', notices: [] });
  });

  it.each([
    [MINUTE_MS, 5_000],
    [8_000, 2_000],
    [1, 1],
  ])('may take a quarter of the time and five seconds: of %i ms at most %i', async (timeoutMs, most) => {
    const asked: CallOptions[] = [];
    const notices = async (_: unknown, call: CallOptions) => {
      asked.push(call);
      return [];
    };
    const sleep: Runtime['sleep'] = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason));
      });
    await played({ timeoutMs, adapter: { notices }, context: { runtime: { now: () => NINE, random: () => 0.5, sleep } } });
    expect(asked).toMatchObject([{ timeoutMs: most }]);
  });
});

describe('R15: an adapter that looks into a refusal', () => {
  const payout = { id: 'ac_7', provider: 'acme', name: 'acme', money: TEN } as Payout;
  const explaining =
    (found: (refusal: Refusal) => Explained) =>
    async (refusal: Refusal): Promise<Explained> =>
      found(refusal);

  it('and finds what could be ours leaves it unknown: only a person can tell', async () => {
    const explain = explaining((refusal) => ({ refusal, candidates: [payout] }));
    const { outcome } = await played({ sent: [answer(422), answer(422)], adapter: { explain } });
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      error: { code: 'invalid_state' },
      next: { action: 'review', candidates: [{ id: 'ac_7' }] },
    });
    expect(outcome.outcome === 'unknown' && outcome.error.message).toContain('ac_7');
  });

  it('and finds the cause tells it', async () => {
    const explain = explaining((refusal) => ({
      refusal: { ...refusal, code: 'insufficient_funds', message: 'too little.' } as Refusal,
      candidates: [],
    }));
    expect((await played({ sent: [answer(422), answer(422)], adapter: { explain } })).outcome).toMatchObject({
      outcome: 'rejected',
      retry: 'same_attempt',
      error: { code: 'insufficient_funds', httpStatus: 422 },
    });
  });

  it('and finds nothing leaves it as it is', async () => {
    const explain = explaining((refusal) => ({ refusal, candidates: [] }));
    expect((await played({ sent: [answer(422), answer(422)], adapter: { explain } })).outcome).toMatchObject({
      outcome: 'rejected',
      error: { code: 'invalid_state' },
    });
  });

  it('and cannot read leaves it unknown: submitting again asks again', async () => {
    const explain = async (): Promise<never> => {
      throw new PayoutError('provider_unavailable', 'no list.');
    };
    expect((await played({ sent: [answer(422), answer(422)], adapter: { explain } })).outcome).toMatchObject({
      outcome: 'unknown',
      error: { code: 'invalid_state' },
      next: { action: 'submit' },
    });
  });

  it('is not asked about an accepted one', async () => {
    const explain = async (): Promise<never> => {
      throw new TypeError('nothing to explain');
    };
    expect((await played({ adapter: { explain } })).outcome).toMatchObject({ outcome: 'accepted' });
  });

  it("does not name a payout that is another submission's", async () => {
    const world = acmeWorld();
    await world.acme.createPayout({ ...RENT, reference: 'another' });
    const explain = explaining((refusal) => ({ refusal, candidates: [{ ...payout, id: 'ac_1' }] }));
    const { outcome } = await played({ sent: [answer(422), answer(422)], adapter: { explain } }, world);
    expect(outcome).toMatchObject({ outcome: 'rejected', error: { code: 'invalid_state' } });
  });
});
