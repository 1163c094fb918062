// NEVER-TWICE R16 to R18: what a list proves, what it does not, and what the caller is told to do then.
import { describe, expect, it } from 'vitest';
import {
  type AcmeWorld,
  acmeWorld,
  answered,
  answerLost,
  changed,
  type Meets,
  RENT,
  requestLost,
  stored,
  TEN,
} from '../__tests__/acme-world.ts';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import type { AcmeSettings } from '../__tests__/acme.ts';
import { HOUR_MS, MINUTE_MS, NINE } from '../__tests__/manual-time.ts';
import { duplicatesOf } from './duplicates.ts';
import type { ContextParts } from './context.ts';
import { startDeadline } from '../http/deadline.ts';
import { lookup } from '../create/lookup.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { Payout } from '../payout/payout.ts';
import { search } from './search.ts';
import type { Submission } from '../stores/submission.ts';

const DAY_MS = 24 * HOUR_MS;
const GUARD_MS = 11 * MINUTE_MS;
const OVER = NINE + DAY_MS + GUARD_MS;
const at = (ms: number): string => new Date(ms).toISOString();

/** A submission of a world that nobody has sent, and the moment from which on nobody can. */
async function unsent(settings: Partial<AcmeSettings> = {}): Promise<AcmeWorld & { readonly submission: Submission }> {
  const world = acmeWorld(settings);
  return { ...world, submission: await world.acme.prepare(RENT) };
}

const page = (payouts: readonly object[], next: string | null = null): Meets => changed(() => ({ payouts, next }));

/** A payout as Acme lists it. */
const listed = (of: object = {}): object => ({
  id: 'ac_9',
  amount: '10.00',
  currency: 'EUR',
  status: 'pending',
  text: null,
  token: null,
  reference: null,
  created_at: at(NINE),
  live: false,
  ...of,
});

describe('R16: not found', () => {
  it.each([
    ['inside the window it says: submit, now', 0, 'submit', NINE],
    ['at its last moment', DAY_MS - GUARD_MS, 'submit', NINE + DAY_MS - GUARD_MS],
    ['one later it says: submit, when nobody can send it any more', DAY_MS - GUARD_MS + 1, 'submit', OVER + 1],
    ['at the last moment at which it could still arrive', DAY_MS + GUARD_MS, 'submit', OVER + 1],
  ])('%s', async (_, ms, todo, notBefore) => {
    const { acme, submission, time } = await unsent();
    time.jump(NINE + ms);
    expect(await acme.lookup(submission)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'unresolved' },
      next: { action: todo, notBefore: at(notBefore) },
    });
  });

  it('while our clock is behind by more than the skew it says: when the window opens', async () => {
    const { acme, submission, time } = await unsent();
    time.jump(NINE - HOUR_MS);
    expect(await acme.lookup(submission)).toMatchObject({
      outcome: 'unknown',
      next: { action: 'submit', notBefore: at(NINE - 5 * MINUTE_MS) },
    });
  });

  it('one millisecond after it could arrive: rejected, and the next attempt may follow', async () => {
    const { acme, submission, time, left } = await unsent();
    time.jump(OVER + 1);
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'rejected', error: { code: 'not_found' }, retry: 'next_attempt' });
    expect(left.map(({ method }) => method)).toEqual(['GET']);
  });

  it('counts from before the list was read: a slow list proves nothing about the time after', async () => {
    const { acme, submission, time, onRead } = await unsent();
    time.jump(OVER);
    onRead(async (arrive) => {
      const response = await arrive();
      time.jump(OVER + 30_000);
      return response;
    });
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown' });
  });

  it('is said to the store: the reference stays refused', async () => {
    const { acme, submission, time, left } = await unsent();
    time.jump(OVER + 1);
    await acme.lookup(submission);
    await acme.submit(submission);
    const sent = left.length;
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
    expect(left.filter(({ method }) => method === 'POST')).toEqual([]);
    expect(left).toHaveLength(sent);
  });
});

describe('R17: what a list shows', () => {
  const lateWith = async (meets: Meets, settings: Partial<AcmeSettings> = {}): Promise<PayoutOutcome> => {
    const { acme, submission, time, onRead } = await unsent({ maxResends: 0, ...settings });
    time.jump(OVER + 1);
    onRead(meets);
    return acme.lookup(submission);
  };

  it('our token: it is ours, whatever became of it', async () => {
    const { acme, bank, time, onCreate } = acmeWorld({ maxResends: 0 });
    onCreate(answerLost);
    const { submission } = await acme.createPayout(RENT);
    bank.payouts.forEach((payout) => (payout.status = 'failed'));
    time.jump(OVER + 1);
    expect(await acme.lookup(stored(submission))).toMatchObject({
      outcome: 'accepted',
      replayed: true,
      payout: { id: 'ac_1', status: 'failed' },
    });
  });

  it('the bare reference without our token is not ours', async () => {
    const outcome = await lateWith(page([listed({ reference: RENT.reference, amount: '11.00' })]));
    expect(outcome).toMatchObject({ outcome: 'rejected' });
  });

  it.each<readonly [string, object]>([
    ['an equal amount without a token', {}],
    ['an equal amount, canceled', { status: 'canceled' }],
    ['from exactly a day before', { created_at: at(NINE - DAY_MS) }],
    ['from the future', { created_at: at(NINE + 30 * DAY_MS) }],
    ['without a readable time', { created_at: 'yesterday' }],
  ])('%s could be ours: only a person can tell', async (_, of) => {
    expect(await lateWith(page([listed(of)]))).toMatchObject({
      outcome: 'unknown',
      error: { code: 'unresolved' },
      next: { action: 'review', candidates: [{ id: 'ac_9' }] },
    });
  });

  it.each<readonly [string, object]>([
    ['another amount', { amount: '10.01' }],
    ['another currency', { currency: 'USD' }],
    ["another submission's token", { token: 'somebody' }],
    ['older than a day before', { created_at: at(NINE - DAY_MS - 1) }],
  ])('%s is not ours', async (_, of) => {
    expect(await lateWith(page([listed(of)]))).toMatchObject({ outcome: 'rejected' });
  });

  it('before the lease is over a candidate is no reason to ask a person: submitting is the better question', async () => {
    const { acme, submission, onRead } = await unsent();
    onRead(page([listed()]));
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  });

  it('what was accepted here for another reference is not ours', async () => {
    const { acme, submission, time, bank } = await unsent({ correlation: 'none' });
    await acme.createPayout({ ...RENT, reference: 'another' });
    expect(bank.payouts).toHaveLength(1);
    time.jump(OVER + 1);
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'rejected' });
  });

  const parts = async (changes: Partial<ContextParts>, payouts: readonly object[], money: Submission['money'] = TEN) => {
    const world = await unsent();
    world.time.jump(OVER + 1);
    world.onRead(page(payouts));
    const deadline = startDeadline(world.time, MINUTE_MS, undefined);
    const found = await search({ context: world.context.with(changes), submission: { ...world.submission, money }, deadline, tokens: [] });
    deadline.end();
    return found.candidates.map(({ id }) => id);
  };

  it('where fees come off, any amount could be ours', async () =>
    expect(await parts({ rules: { ...acmeWorld().context.rules, amountInAnswer: 'may_differ' } }, [listed({ amount: '9.75' })])).toEqual([
      'ac_9',
    ]));
  it('of a full balance, any amount could be ours', async () =>
    expect(await parts({}, [listed({ amount: '512.00' })], 'full_balance')).toEqual(['ac_9']));

  const adapting = (change: Partial<Payout>): Partial<ContextParts> => {
    const { context } = acmeWorld();
    return {
      operationsOver:
        () =>
        (...scope) => ({
          ...context.operationsFor(...scope),
          page: async () => ({
            payouts: [{ ...({ id: 'ac_9', createdAt: at(NINE), metadata: {}, money: TEN } as Payout), ...change }],
            nextCursor: null,
          }),
        }),
    };
  };
  it('without an amount yet, it could be ours', async () => expect(await parts(adapting({ money: null }), [])).toEqual(['ac_9']));
  it("the provider's own schedule made it: not ours", async () => expect(await parts(adapting({ automatic: true }), [])).toEqual([]));
});

describe('R17: what a list does not show proves nothing', () => {
  const cutOff = (next: string): Meets => page([], next);

  it.each<readonly [string, readonly Meets[], string, 'submit' | 'review']>([
    ['a page that cannot be read', [requestLost], 'provider_unavailable', 'submit'],
    ['a second page that cannot be read', [cutOff('1'), requestLost], 'provider_unavailable', 'submit'],
    ['a page of HTML', [answered(200, '<html>')], 'unexpected_response', 'submit'],
    ['a page that is refused', [answered(403)], 'permission', 'submit'],
    ['a cursor that repeats', [cutOff('1'), cutOff('1')], 'unresolved', 'review'],
  ])('%s', async (_, meets, code, todo) => {
    const { acme, submission, time, onRead } = await unsent({ maxResends: 0 });
    time.jump(OVER + 1);
    onRead(...meets);
    const outcome = await acme.lookup(submission);
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code }, next: { action: todo } });
    if (todo === 'submit') expect(outcome).toMatchObject({ next: { notBefore: at(OVER + 1 + MINUTE_MS) } });
  });

  it('a list without end is given up', async () => {
    const { acme, submission, time, onRead, left } = await unsent();
    time.jump(OVER + 1);
    onRead(...Array.from({ length: 600 }, (_, index) => page([listed({ token: 'of another' })], String(index + 1))));
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [] } });
    expect(left).toHaveLength(500);
  });

  it('and one that shows nothing page after page, sooner', async () => {
    const { acme, submission, time, onRead, left } = await unsent();
    time.jump(OVER + 1);
    onRead(...Array.from({ length: 600 }, (_, index) => cutOff(String(index + 1))));
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [] } });
    expect(left).toHaveLength(20);
  });

  describe('a row that cannot be read', () => {
    const unreadable = { id: 'ac_8', amount: 10, currency: 'EUR', token: null };

    it.each<readonly [string, readonly Meets[]]>([
      ['alone', [page([unreadable])]],
      ['after one that is another', [page([listed({ amount: '11.00' }), unreadable])]],
      ['on a page before the last', [page([unreadable], '1'), page([])]],
    ])('%s: a person looks at it, and nothing is rejected', async (_, meets) => {
      const { acme, submission, time, onRead, creates } = await unsent();
      time.jump(OVER + 1);
      onRead(...meets);
      const outcome = await acme.lookup(submission);
      expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'unresolved' }, next: { action: 'review', candidates: [] } });
      expect(outcome).toMatchObject({
        error: { message: expect.stringContaining('a row that cannot be read (ac_8), and may be ours') as string },
      });
      expect(creates()).toEqual([]);
    });

    it('hides no payout of ours', async () => {
      const { acme, submission, time, onRead } = await unsent();
      time.jump(OVER + 1);
      onRead(page([unreadable], '1'), page([listed({ token: submission.correlation.token })]));
      expect(await acme.lookup(submission)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_9' } });
    });

    it('that repeats the credential is not named', async () => {
      const { acme, submission, time, onRead } = await unsent();
      time.jump(OVER + 1);
      onRead(page([{ ...unreadable, id: ACME_TOKEN }]));
      const outcome = await acme.lookup(submission);
      expect(outcome).toMatchObject({ outcome: 'unknown' });
      expect(JSON.stringify(outcome)).not.toContain(ACME_TOKEN);
    });
  });

  it.each<readonly [string, string | undefined, string]>([
    ['behind by a minute', at(OVER + 1 - MINUTE_MS), 'rejected'],
    ['behind by more', at(OVER + 1 - MINUTE_MS - 1), 'unknown'],
    ['ahead by a minute', at(OVER + 1 + MINUTE_MS), 'rejected'],
    ['ahead by more', at(OVER + 1 + MINUTE_MS + 1), 'unknown'],
    ['not shown', undefined, 'unknown'],
    ['unreadable', 'yesterday', 'unknown'],
  ])('the provider’s clock is %s', async (_, date, outcome) => {
    const { acme, submission, time, onRead } = await unsent();
    time.jump(OVER + 1);
    onRead(answered(200, { payouts: [], next: null }, date === undefined ? {} : { date }));
    expect(await acme.lookup(submission)).toMatchObject({ outcome });
  });

  it.each([
    ['at the beginning of the search', NINE - DAY_MS, 'rejected'],
    ['later', NINE - DAY_MS + 1, 'unknown'],
  ])('a floor %s', async (_, floor, outcome) => {
    const { submission, time, context } = await unsent();
    time.jump(OVER + 1);
    const deadline = startDeadline(time, MINUTE_MS, undefined);
    expect(
      await lookup(context.with({ limits: { ...context.limits, listFloor: at(floor) } }), duplicatesOf(context, submission), deadline),
    ).toMatchObject({ outcome });
    deadline.end();
  });

  it('a gap hides nothing that is there: our token is still ours', async () => {
    const { acme, submission, time, onRead } = await unsent();
    time.jump(OVER + 1);
    onRead(answered(200, { payouts: [listed({ token: submission.correlation.token })], next: null }));
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_9' } });
  });
});

describe("absence: 'never'", () => {
  /** Acme, if it had no list: what an adapter without a `page` is to core. */
  const without = (settings: Partial<AcmeSettings> = {}) => unsent({ maxResends: 0, list: false, ...settings });

  it('without a list nothing is asked, and once nobody can send it any more a person is', async () => {
    const { acme, submission, time, left } = await without();
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown', next: { action: 'submit', notBefore: at(NINE) } });
    time.jump(OVER);
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown', next: { action: 'submit', notBefore: at(OVER + 1) } });
    time.jump(OVER + 1);
    expect(await acme.lookup(submission)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'unresolved', message: expect.stringContaining('this provider has no list of payouts') as string },
      next: { action: 'review', candidates: [] },
    });
    expect(left).toEqual([]);
  });

  it('a lost create stays unknown for ever, and no second one is sent', async () => {
    const { acme, bank, time, onCreate, creates } = acmeWorld({ maxResends: 0, list: false });
    onCreate(answerLost);
    await acme.createPayout(RENT);
    for (const days of [2, 30]) {
      time.jump(NINE + days * DAY_MS);
      expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', next: { action: 'review' } });
    }
    expect([bank.payouts.length, creates().length]).toEqual([1, 1]);
  });

  it('after a 5xx nothing is looked up', async () => {
    const { acme, onCreate, left } = acmeWorld({ maxResends: 0, list: false });
    onCreate(answered(500));
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    expect(left.map(({ method }) => method)).toEqual(['POST']);
  });

  it("a person's word resolves it", async () => {
    const { acme, submission, time } = await without();
    await expect(acme.resolve(submission, { absent: true })).rejects.toMatchObject({ code: 'invalid_state' });
    time.jump(OVER + 1);
    expect(await acme.resolve(submission, { absent: true })).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  });

  it('a list that proves nothing still shows what is there', async () => {
    const { acme, submission, time, onRead } = await unsent({ absence: 'never' });
    time.jump(OVER + 1);
    onRead(page([]), page([listed()]), page([listed({ token: submission.correlation.token })]));
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [] } });
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [{ id: 'ac_9' }] } });
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'accepted' });
  });
});

describe('reading', () => {
  it('begins a day before it was prepared, with the version and account of the submission', async () => {
    const { acme, submission, left } = await unsent();
    const older = {
      ...stored(submission),
      request: { ...submission.request, headers: { 'acme-version': '0', 'content-type': 'application/json' } },
    };
    await acme.lookup(older);
    expect(left).toMatchObject([{ method: 'GET', headers: { 'acme-version': '0' } }]);
    expect(left[0]?.headers).not.toHaveProperty('content-type');
    expect(new URL(left[0]?.path ?? '', 'http://acme.test').searchParams.get('created_from')).toBe(at(NINE - DAY_MS));
  });

  it('stops at the payout it looked for', async () => {
    const { acme, submission, onRead, left } = await unsent();
    onRead(page([listed(), listed({ id: 'ac_10', token: submission.correlation.token })], '2'));
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_10' } });
    expect(left).toHaveLength(1);
  });

  it('stops where the list, newest first, is older than the search', async () => {
    const { acme, submission, time, onRead, left } = await unsent();
    time.jump(OVER + 1);
    onRead(page([listed({ created_at: at(NINE - DAY_MS - 1) })], '1'));
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'rejected' });
    expect(left).toHaveLength(1);
  });

  it('R13: what carries our token and another amount is shown to a person', async () => {
    const { acme, submission, onRead } = await unsent();
    onRead(page([listed({ token: submission.correlation.token, amount: '10.01' })]));
    expect(await acme.lookup(submission)).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [{ id: 'ac_9' }] } });
  });
});
