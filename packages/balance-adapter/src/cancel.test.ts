// https://docs.mollie.com/reference/cancel-payout
import { describe, expect, it } from 'vitest';
import { ACCESS, answer, fixture, hang, inTurn, P, played, type Play } from './__fixtures__/double.ts';

const canceled = (): Response => answer(200, fixture('payouts', 'canceled', { id: P }));
const requested = (): Response => answer(200, fixture('payouts', 'requested'));
const initiated = (): Response => answer(200, fixture('payouts', 'initiated', { id: P }));
const tooLate = (): Response => answer(409, fixture('errors', '409 cancel'));
const lost: Play = () => Promise.reject(new Error('reset'));
const trouble = (): Response => answer(503, fixture('errors', '503'));

it('cancels what is requested', async () => {
  const { provider, seen } = played(inTurn(canceled()));
  expect(await provider.cancel(P)).toMatchObject({ id: P, status: 'canceled', cancelable: false });
  expect(seen.map(({ method }) => method)).toEqual(['DELETE']);
});

describe('after a 409 the payout decides', () => {
  it('canceled already is a success', async () => {
    const { provider, seen } = played(inTurn(tooLate(), canceled()), ACCESS);
    expect(await provider.cancel(P)).toMatchObject({ status: 'canceled' });
    expect(seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `DELETE /v2/payouts/${P}?testmode=true`,
      `GET /v2/payouts/${P}?testmode=true`,
    ]);
  });

  it.each(['initiated', 'processing-at-bank', 'completed', 'failed: returned', 'unknown status'])(
    '%s is invalid_state, certainly, and never a conflict of keys',
    async (state) => {
      const { provider, seen } = played(inTurn(tooLate(), answer(200, fixture('payouts', state, { id: P }))));
      await expect(provider.cancel(P)).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected', payoutId: P });
      expect(seen).toHaveLength(2);
    },
  );

  it.each([
    ['requested still', requested],
    ['unreadable', (): Response => answer(200, 'no json')],
    ['gone', (): Response => answer(404, fixture('errors', '404'))],
  ] as const)('%s leaves it at invalid_state', async (_, state) => {
    const { provider } = played(inTurn(tooLate(), state()));
    await expect(provider.cancel(P)).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected', httpStatus: 409 });
  });
});

describe('a lost answer is resolved by reading', () => {
  it.each([
    ['lost, then 409, and canceled', [lost, tooLate, canceled]],
    ['three times trouble, and canceled', [trouble, trouble, trouble, canceled]],
    ['lost, then 200', [lost, canceled]],
    ['a 200 that cannot be read, and canceled', [() => answer(200, '<html>'), canceled]],
    ['an empty 204, and canceled', [() => new Response(null, { status: 204 }), canceled]],
    ['a 200 about another payout, and canceled', [() => answer(200, fixture('payouts', 'completed')), canceled]],
    ['a 200 that is not canceled yet, and canceled', [requested, canceled]],
  ] as const)('%s: canceled', async (_, plays) => {
    const { provider, seen } = played(inTurn(...plays));
    expect(await provider.cancel(P)).toMatchObject({ id: P, status: 'canceled' });
    expect(seen).toHaveLength(plays.length);
  });

  it('trouble to the end stays unknown, and is bounded', async () => {
    const { provider, seen } = played(() => trouble());
    await expect(provider.cancel(P)).rejects.toMatchObject({ code: 'provider_unavailable', outcome: 'unknown' });
    expect(seen.filter(({ method }) => method === 'DELETE')).toHaveLength(3);
  });

  it('no answer at all stays unknown', async () => {
    const { provider } = played(hang);
    await expect(provider.cancel(P, { timeoutMs: 5_000 })).rejects.toMatchObject({ code: 'provider_unavailable', outcome: 'unknown' });
  });

  it('lost, and past requested: certainly not canceled', async () => {
    const { provider } = played(inTurn(lost, lost, lost, initiated));
    await expect(provider.cancel(P)).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected' });
  });
});

it.each([
  ['401', 'authentication'],
  ['403', 'permission'],
  ['404', 'not_found'],
  ['404 wrong mode', 'not_found'],
] as const)('%s is %s, and nothing is read', async (name, code) => {
  const { provider, seen } = played(inTurn(answer(Number(name.slice(0, 3)), fixture('errors', name))));
  await expect(provider.cancel(P)).rejects.toMatchObject({ code, outcome: 'rejected' });
  expect(seen).toHaveLength(1);
});

describe("a page in Mollie's place says nothing about a cancel", () => {
  const PAGES = [403, 404, 409, 410, 422].flatMap((status) => [
    [status, '<html>blocked</html>'] as const,
    [status, JSON.stringify({ message: 'blocked' })] as const,
  ]);

  it.each(PAGES)('%i %s: what the payout says counts', async (status, body) => {
    const page = (): Response => answer(status, body);
    const done = played(inTurn(page(), page(), page(), canceled()));
    expect(await done.provider.cancel(P)).toMatchObject({ id: P, status: 'canceled' });
    const open = played(inTurn(page(), page(), page(), requested()));
    await expect(open.provider.cancel(P)).rejects.toMatchObject({ code: 'unexpected_response', outcome: 'unknown' });
    const gone = played(inTurn(page(), page(), page(), initiated()));
    await expect(gone.provider.cancel(P)).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected' });
    expect([done, open, gone].map(({ seen }) => seen.map(({ method }) => method).join(' '))).toEqual(
      Array.from({ length: 3 }, () => 'DELETE DELETE DELETE GET'),
    );
  });

  it('404 of a page that answers everything stays unknown', async () => {
    const { provider } = played(() => answer(404, '<html>'));
    await expect(provider.cancel(P)).rejects.toMatchObject({ code: 'unexpected_response', outcome: 'unknown' });
  });
});
