// The transferFrequency side effect, and reading the balance. https://docs.mollie.com/reference/get-balance
import type { Notice, PayoutOutcome } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import { answer, B, fixture, hang, inTurn, P, played, playedReading, type Play, routes, TEN } from './__fixtures__/double.ts';

const POST = 'POST /v2/payouts';
const BALANCE = `GET /v2/balances/${B}`;
const created = (): Response => answer(201, fixture('payouts', 'requested'));
const balance = (name: string) => (): Response => answer(200, fixture('balances', name));
const REQUEST = { reference: 'r-1', money: TEN } as const;

function pausedIn(outcome: PayoutOutcome): Notice {
  const notices = outcome.outcome === 'rejected' ? [] : outcome.notices.filter(({ code }) => code === 'settlement_schedule_paused');
  expect(notices).toHaveLength(1);
  return notices[0] ?? { code: '', message: '' };
}

it.each([
  ['accepted', created, 'accepted'],
  ['no answer', hang, 'unknown'],
  ['500', (): Response => answer(500, fixture('errors', '500')), 'unknown'],
  ['201 in the wrong mode', (): Response => answer(201, fixture('payouts', 'wrong mode')), 'unknown'],
] as const)('%s: the notice names the balance and the only way back', async (_, post, outcome) => {
  const { provider, seen } = played(routes({ [POST]: post }));
  const result = await provider.createPayout(REQUEST);
  expect(result.outcome).toBe(outcome);
  expect(pausedIn(result).message).toMatch(new RegExp(`${B}.*never.*Canceling does not undo.*only the Mollie dashboard`));
  expect(seen.every(({ method }) => method === 'POST')).toBe(true);
});

it('a conflict of keys carries it too: the other request paused it', async () => {
  const { provider } = played(
    routes({
      [POST]: () => answer(400, fixture('errors', '400 idempotency')),
      'GET /v2/payouts': () => answer(200, fixture('lists', 'empty')),
    }),
  );
  expect(pausedIn(await provider.createPayout(REQUEST)).message).toContain(B);
});

it('what was refused has paused nothing that we know of', async () => {
  const { provider } = played(routes({ [POST]: () => answer(401, fixture('errors', '401')) }));
  expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'rejected' });
});

describe('with readBalances', () => {
  it('names the frequency before, read before the payout is sent', async () => {
    const { provider, seen } = playedReading(routes({ [BALANCE]: balance('active'), [POST]: created }));
    expect(pausedIn(await provider.createPayout(REQUEST)).message).toContain(
      'is "never" from now on. It was "every-monday" before this request.',
    );
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([`${BALANCE}?testmode=true`, POST]);
  });

  it('does not say that what is stopped stops now', async () => {
    const stopped = (): Response => answer(200, fixture('balances', 'active', { transferFrequency: 'never' }));
    const { provider } = playedReading(routes({ [BALANCE]: stopped, [POST]: created }));
    const { message } = pausedIn(await provider.createPayout(REQUEST));
    expect(message).toContain('stay stopped: its transferFrequency is "never", as it was before this request.');
    expect(message).not.toMatch(/from now on|It was/);
  });

  const readsThatFail: readonly (readonly [string, Play])[] = [
    ['403', () => answer(403, fixture('errors', '403'))],
    ['HTML', () => answer(200, '<html>')],
    ['a frequency that is not said', balance('frequency absent')],
    ['a frequency that is no word', () => answer(200, fixture('balances', 'active', { transferFrequency: 'Jane Doe, 12' }))],
    ['reset', () => Promise.reject(new Error('reset'))],
    ['503', () => answer(503, fixture('errors', '503'))],
    ['429', () => answer(429, fixture('errors', '429'), { 'retry-after': '20' })],
    ['no answer', hang],
  ];
  it.each(readsThatFail)('a read that fails (%s) never stands in the way', async (_, read) => {
    const { provider, posts, runtime } = playedReading(routes({ [BALANCE]: read, [POST]: created }));
    const startedAt = runtime.now();
    const outcome = await provider.createPayout(REQUEST);
    expect(outcome.outcome).toBe('accepted');
    expect(pausedIn(outcome).message).not.toMatch(/It was|Jane/);
    expect(posts()).toHaveLength(1);
    expect(runtime.now() - startedAt).toBeLessThanOrEqual(3_000);
  });

  it('takes at most a quarter of a short time', async () => {
    const { provider, runtime } = playedReading(routes({ [BALANCE]: hang, [POST]: created }));
    const startedAt = runtime.now();
    expect(await provider.createPayout(REQUEST, { timeoutMs: 1_000 })).toMatchObject({ outcome: 'accepted' });
    expect(runtime.now() - startedAt).toBeLessThanOrEqual(250);
  });
});

// ---- balances() ------------------------------------------------------------------------------------------------------

it.each([
  ['active', '905.25'],
  ['inactive', '905.25'],
  ['masked account', '905.25'],
  ['destination null', '905.25'],
  ['extra keys', '905.25'],
  ['nothing', '0.00'],
])('balances: %s', async (name, available) => {
  const { provider } = playedReading(inTurn(balance(name)));
  expect(await provider.balances()).toEqual([
    {
      source: B,
      available: { amount: available, currency: 'EUR' },
      pending: { amount: '12.0091', currency: 'EUR' },
      reserved: null,
      instant: null,
    },
  ]);
});

it.each([
  ['a balance without an amount', balance('no amount'), 'unexpected_response'],
  ['something else', (): Response => answer(200, { resource: 'payout' }), 'unexpected_response'],
  ['403', (): Response => answer(403, fixture('errors', '403')), 'permission'],
  ['404', (): Response => answer(404, fixture('errors', '404')), 'not_found'],
] as const)('balances: %s', async (_, play, code) => {
  const { provider } = playedReading(inTurn(play));
  await expect(provider.balances()).rejects.toMatchObject({ code });
});

it('a stored submission of another balance is told about that balance', async () => {
  const other = 'bal_dsbExample0000000000002';
  const made = played(inTurn(), { token: 'test_dsbCanary0001', balanceId: other, acceptScheduleSideEffect: true });
  const submission = await made.provider.prepare(REQUEST);
  const { provider, posts } = played(routes({ [POST]: () => answer(201, fixture('payouts', 'requested', { id: P, balanceId: other })) }));
  const outcome = await provider.submit(submission);
  expect(pausedIn(outcome).message).toContain(other);
  expect(posts()[0]?.body).toContain(other);
});

it('a payout that a later call finds or reads again carries the notice, and nothing is read for it', async () => {
  const { provider, seen } = played(
    routes({
      [POST]: created,
      [`GET /v2/payouts/${P}`]: () => answer(200, fixture('payouts', 'requested')),
      'GET /v2/payouts': () => answer(200, fixture('lists', 'empty')),
    }),
  );
  const first = await provider.createPayout(REQUEST);
  const again = await provider.createPayout(REQUEST);
  expect(again).toMatchObject({ outcome: 'accepted', replayed: true });
  expect(pausedIn(again).message).toContain(B);
  expect(pausedIn(await provider.lookup(first.submission as never)).message).toContain(B);
  expect(seen.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET']);
});

it('an answer about a payout of another balance is unknown, and names it', async () => {
  const { provider } = played(routes({ [POST]: () => answer(201, fixture('payouts', 'requested', { balanceId: 'bal_other' })) }));
  expect(await provider.createPayout(REQUEST)).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [{ id: P }] } });
});
