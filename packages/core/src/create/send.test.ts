// NEVER-TWICE R7 to R15 and R20, counted at the provider: what left, what exists, and what the caller is told.
import { describe, expect, it } from 'vitest';
import {
  type AcmeWorld,
  acmeWorld,
  after,
  answered,
  answerLost,
  changed,
  doneBut,
  MARKED,
  type Meets,
  RENT,
  requestLost,
  TEN,
  stored,
  told,
} from '../__tests__/acme-world.ts';
import { HOUR_MS, MINUTE_MS, NINE } from '../__tests__/manual-time.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';

const DAY_MS = 24 * HOUR_MS;
/** Timeout (one minute), lateness and skew (five each). */
const GUARD_MS = 11 * MINUTE_MS;

const at = (ms: number): string => new Date(ms).toISOString();

function expectOneKeySameBytes({ creates }: AcmeWorld): void {
  expect(new Set(creates().map(({ headers, body }) => `${headers['idempotency-key']} ${body}`)).size).toBe(1);
}

describe('R7: a submission', () => {
  it('that this process prepared and nobody sent cannot exist: a refusal is certain', async () => {
    const { acme, onCreate, creates, bank } = acmeWorld();
    onCreate(answered(403));
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'same_attempt', error: { code: 'permission' } });
    expect([creates().length, bank.payouts.length]).toEqual([1, 0]);
  });

  it('whose answer was lost may exist, although it is the same object', async () => {
    const { acme, onCreate } = acmeWorld({ maxResends: 0 });
    const submission = await acme.prepare(RENT);
    onCreate(requestLost, answered(403));
    expect(await acme.submit(submission)).toMatchObject({ outcome: 'unknown' });
    expect(await acme.submit(submission)).toMatchObject({ outcome: 'unknown', error: { code: 'permission' } });
  });

  it('with the key of one whose answer was lost may exist: the key is remembered, not the object', async () => {
    const { acme, onCreate } = acmeWorld({ maxResends: 0 });
    const [first, second] = [await acme.prepare(RENT), await acme.prepare(RENT)];
    onCreate(requestLost, answered(403));
    await acme.submit(first);
    expect(await acme.submit(second)).toMatchObject({ outcome: 'unknown', submission: { key: first.key } });
  });

  it('that was stored may exist: anybody may have sent it', async () => {
    const { acme, onCreate } = acmeWorld();
    onCreate(answered(403));
    expect(await acme.submit(stored(await acme.prepare(RENT)))).toMatchObject({ outcome: 'unknown', error: { code: 'permission' } });
  });

  it('that was certainly refused is fresh again', async () => {
    const { acme, onCreate, bank } = acmeWorld();
    const submission = await acme.prepare(RENT);
    onCreate(answered(401), answered(403));
    expect(await acme.submit(submission)).toMatchObject({ outcome: 'rejected' });
    expect(await acme.submit(submission)).toMatchObject({ outcome: 'rejected' });
    expect(await acme.submit(submission)).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(bank.payouts).toHaveLength(1);
  });
});

describe('R9 and R20: certain refusals of a fresh submission, and what may be tried next', () => {
  it.each<readonly [string, Meets, string, string, number]>([
    ['400, bytes that can never succeed', answered(400), 'invalid_request', 'next_attempt', 1],
    ['401', answered(401), 'authentication', 'same_attempt', 1],
    ['403', answered(403), 'permission', 'same_attempt', 1],
  ])('%s', async (_, meets, code, retry, sent) => {
    const { acme, onCreate, creates } = acmeWorld();
    onCreate(meets, meets, meets);
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', error: { code, outcome: 'rejected' }, retry });
    expect(creates()).toHaveLength(sent);
  });

  it('429 is sent again with pauses, then told', async () => {
    const world = acmeWorld();
    world.onCreate(answered(429), answered(429), answered(429), answered(429));
    expect(await world.acme.createPayout(RENT)).toMatchObject({
      outcome: 'rejected',
      error: { code: 'rate_limited' },
      retry: 'same_attempt',
    });
    expect(world.creates()).toHaveLength(3);
    expect(world.time.pauses).toEqual([500, 750]);
    expectOneKeySameBytes(world);
  });
});

describe('R9: a refusal in no form of the provider’s own', () => {
  it.each([400, 401, 403, 404, 422, 429])('%i of a mesh that had sent it before is unknown, and there is one payout', async (status) => {
    const world = acmeWorld();
    const mesh = answered(status, 'refused by the mesh');
    world.onCreate(doneBut(status, 'refused by the mesh'), mesh, mesh);
    const outcome = await world.acme.createPayout(RENT);
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    expect([world.creates().length, world.bank.payouts.length]).toEqual([3, 1]);
    expectOneKeySameBytes(world);
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it.each([
    ['1', [1000, 1000], 3],
    ['90', [], 1], // Longer than a call waits: the caller hears when.
  ])('a 429 asks for a pause of %s s all the same', async (asked, pauses, sent) => {
    const world = acmeWorld();
    const mesh = answered(429, 'local_rate_limited', { 'retry-after': asked });
    world.onCreate(mesh, mesh, mesh, mesh, mesh);
    const outcome = await world.acme.createPayout(RENT);
    const notBefore = at(world.time.now() + Number(asked) * 1000);
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit', notBefore } });
    expect([world.time.pauses, world.creates().length]).toEqual([pauses, sent]);
  });
});

describe('R13: an answer about money that cannot be read', () => {
  it.each([
    ['a currency that is no code', { currency: 'euro' }],
    ['a currency that is no code, and an amount', { currency: 'US$', amount: '99900' }],
    ['an amount in words', { amount: 'ten' }],
    ['an amount in another form', { amount: '10,00' }],
    ['no amount', { amount: '' }],
  ])('%s: never accepted, from the create, a replay or a lookup; the payout is named', async (_, change) => {
    const world = acmeWorld();
    const garbled = changed((payout) => ({ ...payout, ...change }));
    const inList = changed((page) => ({ ...page, payouts: (page['payouts'] as object[]).map((payout) => ({ ...payout, ...change })) }));
    world.onCreate(garbled, garbled);
    const named = {
      outcome: 'unknown',
      error: { code: 'unexpected_response', payoutId: 'ac_1' },
      next: { action: 'review', candidates: [{ id: 'ac_1' }] },
    };
    const first = await world.acme.createPayout(RENT);
    expect(first).toMatchObject(named);
    expect(first.outcome !== 'accepted' && first.error.message).not.toMatch(/euro|US\$|99900|ten|10,00/);
    expect(await world.acme.createPayout(RENT)).toMatchObject(named);
    world.onRead(inList);
    expect(await world.acme.lookup(await world.acme.prepare(RENT))).toMatchObject(named);
    expect(world.bank.payouts).toHaveLength(1);
  });
});

describe('R10: when it may exist, only a readable success, a marked refusal or a lookup resolve it', () => {
  const MAY_EXIST = async (meets: Meets): Promise<PayoutOutcome> => {
    const world = acmeWorld({ maxResends: 0, correlation: 'none' });
    const submission = await world.acme.prepare(RENT);
    world.onCreate(requestLost, ...Array.from({ length: 20 }, () => meets)); // A 409 is asked 18 times more.
    await world.acme.submit(submission);
    return world.acme.submit(submission);
  };

  it.each([400, 401, 402, 403, 404, 409, 418, 422, 429, 500, 503])('an unmarked %i leaves it unknown', async (status) => {
    expect(await MAY_EXIST(answered(status))).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  });
  it.each([409, 500, 503])('a marked %i leaves it unknown', async (status) => {
    expect(await MAY_EXIST(answered(status, { code: 'c' }, MARKED))).toMatchObject({ outcome: 'unknown' });
  });
  it.each([400, 402, 404, 422])('a marked %i resolves it: the key is spent on that refusal', async (status) => {
    expect(await MAY_EXIST(answered(status, { code: 'c' }, MARKED))).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  });
  it('input that is refused now leaves it unknown: an earlier call sent it', async () => {
    const { acme, onCreate, creates } = acmeWorld({ maxResends: 0 });
    onCreate(requestLost);
    await acme.createPayout(RENT);
    const outcome = await acme.createPayout({ ...RENT, money: { amount: '10', currency: 'EUR' } });
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'invalid_request' }, submission: RENT });
    expect(creates()).toHaveLength(1);
  });
});

describe('R11: a refusal is confirmed before a new key', () => {
  it('marked the second time: the key is spent, the next attempt may follow', async () => {
    const world = acmeWorld({}, { balance: 5 });
    expect(await world.acme.createPayout(RENT)).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      error: { code: 'insufficient_funds' },
    });
    expect(world.creates()).toHaveLength(2);
    expect(world.time.pauses).toEqual([0]);
    expectOneKeySameBytes(world);
  });

  it('unmarked the second time: the key is alive, and it is asked no third time', async () => {
    const world = acmeWorld({}, { balance: 5, storesRefusals: false });
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'same_attempt' });
    expect(world.creates()).toHaveLength(2);
    world.bank.balance = 100;
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('accepted the second time, because the money came meanwhile', async () => {
    const world = acmeWorld({}, { balance: 5, storesRefusals: false });
    world.onCreate(
      (arrive) => arrive(),
      after(() => (world.bank.balance = 100)),
    );
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('lost the second time: the money may have come meanwhile, so nothing is certain any more', async () => {
    const { acme, bank, onCreate } = acmeWorld({ maxResends: 0 }, { balance: 5, storesRefusals: false });
    onCreate(
      (arrive) => arrive(),
      after(() => (bank.balance = 100), answerLost),
    );
    const outcome = await acme.createPayout(RENT);
    expect(outcome.outcome).toBe('unknown');
    expect(bank.payouts).toHaveLength(1);
  });

  it('is not asked where the provider stores no refusals', async () => {
    const { acme, creates } = acmeWorld({ storesRefusals: false }, { balance: 5, storesRefusals: false });
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'same_attempt' });
    expect(creates()).toHaveLength(1);
  });

  it('answered with a 401 the second time, it is still the first refusal that is told', async () => {
    const { acme, onCreate } = acmeWorld({}, { balance: 5 });
    onCreate((arrive) => arrive(), answered(401));
    expect(await acme.createPayout(RENT)).toMatchObject({
      outcome: 'rejected',
      retry: 'same_attempt',
      error: { code: 'insufficient_funds' },
    });
  });
});

describe('R12: replays tell the past', () => {
  it('the payout is read again: it may have failed since', async () => {
    const { acme, bank, onCreate, left } = acmeWorld();
    onCreate(
      answerLost,
      after(() => bank.payouts.forEach((payout) => (payout.status = 'failed'))),
    );
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: true, payout: { status: 'failed' }, notices: [] });
    expect(left.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /payouts', 'POST /payouts', 'GET /payouts/ac_1']);
    expect(bank.payouts).toHaveLength(1);
  });

  it('when that read fails, it is accepted, and says as of when', async () => {
    const { acme, onCreate, onRead } = acmeWorld({ maxResends: 0 });
    const submission = await acme.prepare(RENT);
    onCreate(answerLost);
    onRead(requestLost);
    await acme.submit(submission);
    const outcome = await acme.submit(submission);
    expect(outcome).toMatchObject({ outcome: 'accepted', replayed: true, payout: { status: 'pending' } });
    expect(outcome.outcome === 'accepted' && outcome.notices.map(({ code }) => code)).toEqual(['status_as_of_creation']);
  });

  it.each([
    ['about another payout: it is as of its creation', { id: 'ac_9', amount: '9.99' }, 'accepted', 'status_as_of_creation'],
    ['about it, over another amount: unknown', { amount: '9.99' }, 'unknown', undefined],
  ])('when that read answers %s', async (_, change, outcome, notice) => {
    const { acme, onCreate, onRead } = acmeWorld();
    onCreate(answerLost);
    onRead(changed((answer) => ({ ...answer, ...change })));
    const told = await acme.createPayout(RENT);
    expect(told.outcome).toBe(outcome);
    if (told.outcome === 'accepted') expect(told.payout).toMatchObject({ id: 'ac_1', money: TEN });
    if (told.outcome !== 'rejected') expect(told.notices.map(({ code }) => code)[0]).toBe(notice);
  });

  it('a first answer is not read again', async () => {
    const { acme, left } = acmeWorld();
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(left).toHaveLength(1);
  });

  it.each([
    ['the list shows it', doneBut(500), 'metadata', 'ac_1', 1],
    ['the list does not show it yet', answered(500), 'metadata', 'unknown provider_unavailable', 1],
    ['payouts carry no token, so there is nothing to look for', doneBut(500), 'none', 'unknown provider_unavailable', 0],
  ] as const)('after a 5xx it is looked up for presence: %s', async (_, meets, correlation, line, reads) => {
    const { acme, onCreate, left } = acmeWorld({ maxResends: 0, correlation });
    onCreate(meets);
    expect(told(await acme.createPayout(RENT))).toBe(line);
    expect(left.filter(({ method }) => method === 'GET')).toHaveLength(reads);
  });

  it('after a lost answer it is not looked up: submitting again is the better question', async () => {
    const { acme, onCreate, left } = acmeWorld({ maxResends: 0 });
    onCreate(answerLost);
    expect((await acme.createPayout(RENT)).outcome).toBe('unknown');
    expect(left).toHaveLength(1);
  });
});

describe('R13: the answer must be about our payout', () => {
  it.each([
    ['another currency', { currency: 'USD' }, 'it is in USD, not in EUR'],
    ['another amount', { amount: '10.01' }, 'it is over 10.01 EUR, not over 10.00'],
    ["another submission's token", { token: 'somebody' }, 'it carries the token of another submission'],
  ])('%s: unknown, naming the id', async (_, change, why) => {
    const { acme, onCreate, creates } = acmeWorld();
    onCreate(changed((payout) => ({ ...payout, ...change })));
    const outcome = await acme.createPayout(RENT);
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      error: { code: 'unexpected_response', payoutId: 'ac_1' },
      next: { action: 'review', candidates: [{ id: 'ac_1' }] },
    });
    expect(outcome.outcome === 'unknown' && outcome.error.message).toContain(why);
    expect(creates()).toHaveLength(1);
  });

  it('a missing token is a notice', async () => {
    const { acme, onCreate } = acmeWorld();
    onCreate(changed((payout) => ({ ...payout, token: null })));
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', notices: [{ code: 'token_missing' }] });
  });
});

describe('R15: a conflict of keys is never a rejection', () => {
  it('in flight: sent again until the deadline, whatever the budget', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(...Array.from({ length: 40 }, () => answered(409)));
    expect(await world.acme.createPayout(RENT)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'idempotency_conflict' },
      next: { action: 'submit' },
    });
    // 0.5, 0.75, 1.5, 3 and then 3.75 seconds: 58.25 of 60, and one pause more would be too long.
    expect(world.creates()).toHaveLength(19);
    expect(world.time.now() - NINE).toBe(58_250);
    expectOneKeySameBytes(world);
  });

  it('in flight, and then its answer', async () => {
    const { acme, onCreate, bank } = acmeWorld({ maxResends: 0 });
    onCreate(answered(409), answered(409), answered(409), answered(409));
    expect(told(await acme.createPayout(RENT))).toBe('ac_1');
    expect(bank.payouts).toHaveLength(1);
  });

  it('used for something else: what that made is shown, and nothing is sent again', async () => {
    const world = acmeWorld();
    await world.restarted().createPayout({ ...RENT, money: { ...TEN, amount: '99.00' } });
    const before = world.creates().length;
    const outcome = await world.acme.createPayout(RENT);
    expect(outcome).toMatchObject({
      outcome: 'unknown',
      error: { code: 'idempotency_conflict', outcome: 'unknown' },
      next: { action: 'review', candidates: [{ id: 'ac_1', money: { amount: '99.00' } }] },
    });
    expect(world.creates().length - before).toBe(1);
    expect(world.bank.payouts).toHaveLength(1);
  });
});

describe('maxResends', () => {
  it.each([
    [0, 1, []],
    [1, 2, [500]],
    [2, 3, [500, 750]],
    [5, 6, [500, 750, 1500, 3000, 3750]],
  ])('a budget of %i is %i sends', async (maxResends, sent, pauses) => {
    const world = acmeWorld({ maxResends });
    world.onCreate(...Array.from({ length: 12 }, () => answered(503)));
    expect((await world.acme.createPayout(RENT)).outcome).toBe('unknown');
    expect(world.creates()).toHaveLength(sent);
    expect(world.time.pauses).toEqual(pauses);
    expectOneKeySameBytes(world);
  });

  it.each([
    ['30', [30_000], 2],
    ['0', [500, 500], 3],
    ['31', [], 1],
    [new Date(NINE + 20_000).toUTCString(), [20_000, 500], 3],
    ['soon', [500, 750], 3],
  ])('Retry-After: %s is honoured up to half a minute', async (asked, pauses, sent) => {
    const { acme, time, onCreate, creates } = acmeWorld();
    const busy = answered(429, { code: 'c' }, { 'retry-after': asked });
    onCreate(busy, busy, busy, busy);
    expect((await acme.createPayout(RENT)).outcome).toBe('rejected');
    expect(time.pauses).toEqual(pauses);
    expect(creates()).toHaveLength(sent);
  });

  it.each([
    ['120', NINE + 120_000],
    ['999999999', NINE + DAY_MS + GUARD_MS + 1], // No later than when nobody can send it any more.
  ])('an unknown says when: Retry-After: %s', async (asked, notBefore) => {
    const { acme, onCreate } = acmeWorld();
    onCreate(answered(503, {}, { 'retry-after': asked }));
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', next: { action: 'submit', notBefore: at(notBefore) } });
  });

  it.each<readonly [string, Meets]>([
    ['a page of HTML', doneBut(200, '<html>')],
    ['an object that is no payout', doneBut(201, { id: 'ac_1' })],
    ['nothing', doneBut(201, '')],
    ['half of it', doneBut(201, '{"id":"ac_1","amou')],
  ])('a success that is %s is sent again, and then read', async (_, meets) => {
    const world = acmeWorld();
    world.onCreate(meets);
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
    expectOneKeySameBytes(world);
  });
});

describe('submitted for ever', () => {
  it('is one payout, through every kind of trouble', async () => {
    const troubles = [answerLost, requestLost, answered(500), doneBut(502, '<html>'), answered(409), answered(401), doneBut(200, '{')];
    for (const first of troubles) {
      for (const second of troubles) {
        const world = acmeWorld({ maxResends: 0 });
        const submission = await world.acme.prepare(RENT);
        world.onCreate(first, second);
        await world.acme.submit(submission);
        await world.acme.submit(stored(submission));
        await world.restarted().submit(stored(submission));
        expect(told(await world.acme.submit(submission))).toBe('ac_1');
        expect([...world.bank.payoutsByKey.values()]).toEqual([1]);
      }
    }
  });
});
