// A create, and what can happen to its one answer: before the provider commits and after, counted at the provider.
import { describe, expect, it } from 'vitest';
import {
  type AcmeWorld,
  acmeWorld,
  after,
  answered,
  answerLost,
  changed,
  doneBut,
  hangs,
  type Meets,
  RENT,
  requestLost,
  stored,
  told,
} from '../__tests__/acme-world.ts';
import type { AcmeRequest } from '../__tests__/acme-bank.ts';
import { HOUR_MS } from '../__tests__/manual-time.ts';
import { nextAttempt } from '../payout/outcome.ts';
import { parseSubmission, type Submission } from '../stores/submission.ts';

const MINUTE_MS = 60_000;
const PAGE = '<!doctype html><title>502 Bad Gateway</title>';

type World = Pick<AcmeWorld, 'acme' | 'bank' | 'time' | 'creates'>;

/** The outcome is unknown, and submitting what it carries resolves it: one payout, whether or not it existed before. */
async function expectUnknownThenOne({ acme, bank, creates }: World, existing: number): Promise<void> {
  const outcome = await acme.createPayout(RENT);
  expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  expect(bank.payouts).toHaveLength(existing);
  expect(told(await acme.submit(stored(outcome.submission)))).toBe('ac_1');
  expect(bank.payouts).toHaveLength(1);
  expect(new Set(creates().map(({ headers, body }) => `${headers['idempotency-key']} ${body}`)).size).toBe(1);
}

/** What arrives before a line breaks: the text, and then an error. An error at once would throw the text away. */
function breakingAfter(text: string): Response {
  const parts = [new TextEncoder().encode(text)];
  const body = new ReadableStream({
    pull(controller) {
      const part = parts.pop();
      if (part === undefined) controller.error(new TypeError('terminated'));
      else if (part.length > 0) controller.enqueue(part);
      else controller.error(new TypeError('terminated'));
    },
  });
  return new Response(body, { status: 201 });
}

/** The bank's own answer, cut short by a line that breaks. */
const brokenOff: Meets = async (arrive) => {
  const whole = await (await arrive()).text();
  return breakingAfter(whole.slice(0, whole.length / 2));
};

describe('one thing goes wrong, and the outcome is unknown: submitted again, it is one payout', () => {
  it.each<readonly [string, existing: number, Meets]>([
    ['a reset before the commit', 0, requestLost],
    ['a reset after the commit', 1, answerLost],
    ['a 500 before the commit', 0, answered(500)],
    ['a 503 with a page of HTML before the commit', 0, answered(503, PAGE)],
    ['a 200 with a page of HTML before the commit', 0, answered(200, PAGE)],
    ['a 200 with a page of HTML after the commit', 1, doneBut(200, PAGE)],
    ['a 200 with nothing after the commit', 1, doneBut(200, '')],
    ['a 200 that is about something else after the commit', 1, doneBut(200, { object: 'list', data: [] })],
    ['a redirect before the commit', 0, answered(302, '', { location: 'https://evil.test/' })],
    ['a redirect after the commit', 1, doneBut(307, '', { location: 'https://evil.test/' })],
    ['an answer that breaks off after the commit', 1, brokenOff],
    ['an answer that is too large after the commit', 1, changed((payout) => ({ ...payout, text: 'x'.repeat(2048) }))],
  ])('%s', async (_, existing, meets) => {
    const world = acmeWorld({ maxResends: 0, maxResponseBytes: 1024, correlation: 'none' });
    world.onCreate(meets);
    await expectUnknownThenOne(world, existing);
    expect(world.left.every(({ path }) => path.startsWith('/payouts'))).toBe(true);
  });

  it('a 500 after the commit, where the list does not show the payout yet', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(doneBut(500));
    world.onRead(answered(200, { payouts: [], next: null }));
    await expectUnknownThenOne(world, 1);
    expect(world.left.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST', 'GET']);
  });

  it.each(['done', 'never done'] as const)('a timeout after the request was sent (%s)', async (done) => {
    const world = acmeWorld({ maxResends: 0, timeoutMs: 45_000 });
    world.onCreate(hangs(done, () => world.time.pass(45_000)));
    await expectUnknownThenOne(world, done === 'done' ? 1 : 0);
    expect(world.creates()).toHaveLength(2);
  });

  it('a cut at any byte of a success, before a proxy made it a whole answer again', async () => {
    const whole = JSON.stringify((await oneAccepted()).bank.payouts[0]);
    for (let length = 0; length < whole.length; length += 1) {
      const world = acmeWorld({ maxResends: 0 });
      world.onCreate(doneBut(201, whole.slice(0, length)));
      const outcome = await world.acme.createPayout(RENT);
      expect([length, outcome.outcome, world.bank.payouts.length]).toEqual([length, 'unknown', 1]);
    }
  });

  it('a cut at any byte of a success, told by the connection', async () => {
    const whole = JSON.stringify((await oneAccepted()).bank.payouts[0]);
    for (let length = 0; length <= whole.length; length += 1) {
      const world = acmeWorld({ maxResends: 0 });
      world.onCreate(async (arrive) => {
        await arrive();
        return breakingAfter(whole.slice(0, length));
      });
      expect([length, (await world.acme.createPayout(RENT)).outcome, world.bank.payouts.length]).toEqual([length, 'unknown', 1]);
    }
  });
});

async function oneAccepted(): Promise<AcmeWorld> {
  const world = acmeWorld();
  expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
  return world;
}

describe('a request that arrives late', () => {
  /** A create whose request is still on its way when it is given up. */
  async function onItsWay(): Promise<{ world: AcmeWorld; submission: Submission; arrives: () => Promise<unknown> }> {
    const world = acmeWorld({ maxResends: 0 });
    let arrives = (): Promise<unknown> => Promise.reject(new Error('nothing was sent'));
    world.onCreate((arrive) => {
      arrives = arrive;
      throw new TypeError('given up');
    });
    const outcome = await world.acme.createPayout(RENT);
    expect([outcome.outcome, world.bank.payouts.length]).toEqual(['unknown', 0]);
    return { world, submission: stored(outcome.submission), arrives: () => arrives() };
  }

  it('before it is submitted again: that is answered the payout it made', async () => {
    const { world, submission, arrives } = await onItsWay();
    world.time.jump(world.time.now() + 5 * MINUTE_MS);
    await arrives();
    expect(await world.acme.submit(submission)).toMatchObject({ outcome: 'accepted', replayed: true, payout: { id: 'ac_1' } });
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('after it was submitted again: the provider knows the key', async () => {
    const { world, submission, arrives } = await onItsWay();
    expect(told(await world.acme.submit(submission))).toBe('ac_1');
    await arrives();
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('after a look that found nothing: it was told that it may still arrive', async () => {
    const { world, submission, arrives } = await onItsWay();
    world.time.jump(world.time.now() + 23 * HOUR_MS + 59 * MINUTE_MS);
    expect(await world.acme.lookup(submission)).toMatchObject({ outcome: 'unknown', error: { code: 'unresolved' } });
    await arrives();
    expect(told(await world.acme.lookup(submission))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });
});

it('a list that lags frees no reference while the payout could still be listed', async () => {
  const { acme, bank, time, onCreate, onRead } = acmeWorld({ maxResends: 0 });
  onCreate(answerLost);
  const { submission } = await acme.createPayout(RENT);
  const empty = (): Response => Response.json({ payouts: [], next: null }, { headers: { date: new Date(time.now()).toUTCString() } });
  onRead(empty, empty);
  expect(await acme.lookup(submission as Submission)).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  time.jump(time.now() + 24 * HOUR_MS);
  expect(await acme.lookup(submission as Submission)).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
  time.jump(time.now() + 12 * MINUTE_MS);
  expect(told(await acme.lookup(submission as Submission))).toBe('ac_1');
  expect(bank.payouts).toHaveLength(1);
});

it('a word for a status that nobody has seen is accepted, as unrecognized, with the word', async () => {
  const { acme, bank, onCreate } = acmeWorld();
  onCreate(
    after(
      () => undefined,
      async (arrive) => {
        const payout = (await (await arrive()).json()) as object;
        return Response.json({ ...payout, status: 'teleported' }, { status: 201 });
      },
    ),
  );
  expect(await acme.createPayout(RENT)).toMatchObject({
    outcome: 'accepted',
    payout: { id: 'ac_1', status: 'unrecognized', providerStatus: 'teleported' },
  });
  expect(bank.payouts).toHaveLength(1);
});

it('a refused create with a corrected request pays under the next attempt, once', async () => {
  const { acme, bank } = acmeWorld({}, { balance: 5 });
  const refused = await acme.createPayout(RENT);
  if (refused.outcome !== 'rejected' || refused.retry !== 'next_attempt') throw new Error('expected a spent key');
  bank.balance = 100;
  const next = { ...RENT, attempt: nextAttempt(refused) };
  expect([told(await acme.createPayout(next)), told(await acme.createPayout(next))]).toEqual(['ac_1', 'ac_1']);
  expect(bank.payouts).toHaveLength(1);
});

it('header lines in what the caller gives reach no header: a reference is refused, a description stays in the body', async () => {
  const { acme, left } = acmeWorld();
  expect(told(await acme.createPayout({ ...RENT, reference: 'rent\r\nx-evil: 1' }))).toBe('rejected invalid_request');
  expect(left).toEqual([]);
  expect(told(await acme.createPayout({ ...RENT, description: 'rent\r\nx-evil: 1' }))).toBe('ac_1');
  const sent = left[0] as AcmeRequest;
  expect(Object.keys(sent.headers)).not.toContain('x-evil');
  expect(Object.values(sent.headers).join(' ')).not.toContain('evil');
});

it('a stored submission with a path to another origin is refused before anything is sent', async () => {
  const { acme, left } = acmeWorld();
  const submission = await acme.prepare(RENT);
  for (const path of ['//evil.test/payouts', 'https://evil.test/payouts', '@evil.test']) {
    const text = JSON.stringify({ ...submission, request: { ...submission.request, path } });
    expect(() => parseSubmission(text)).toThrow(/path/);
  }
  expect(left).toEqual([]);
});
