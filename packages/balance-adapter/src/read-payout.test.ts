import { expect, it } from 'vitest';
import { answer, fixture, inTurn, P, played } from './__fixtures__/double.ts';
import { balancePayoutOf } from './index.ts';
import { utcOf } from './read-payout.ts';

it.each([
  ['2024-03-20T09:13:37+00:00', '2024-03-20T09:13:37.000Z'],
  ['2024-03-20T09:13:37Z', '2024-03-20T09:13:37.000Z'],
  ['2026-02-11T14:51:20.0Z', '2026-02-11T14:51:20.000Z'],
  ['2026-02-11T14:51:20.123456Z', '2026-02-11T14:51:20.123Z'],
  ['2026-02-11T14:51:20.5+01:00', '2026-02-11T13:51:20.500Z'],
  ['2026-02-11T14:51:20+0100', '2026-02-11T13:51:20.000Z'],
  ['2026-02-11T23:30:00-05:00', '2026-02-12T04:30:00.000Z'],
  ['2026-02-11T14:51:20', null],
  ['2026-02-31T14:51:99Z', null],
  ['11-02-2026', null],
  ['', null],
  [null, null],
])('%j is %j', (text, utc) => expect(utcOf(text)).toBe(utc));

it('reads every member', async () => {
  const raw = fixture('payouts', 'requested');
  const { provider } = played(inTurn(answer(200, raw)), {
    token: 'test_x',
    balanceId: 'bal_1',
    acceptScheduleSideEffect: true,
    name: 'eu',
  });
  expect(await provider.retrieve(P)).toEqual({
    id: P,
    provider: 'balance',
    name: 'eu',
    reference: null,
    money: { amount: '10.00', currency: 'EUR' },
    fee: null,
    status: 'pending',
    providerStatus: 'requested',
    failure: null,
    cancelable: true,
    automatic: false,
    destination: null,
    description: 'Weekly payout 47',
    statementDescriptor: null,
    metadata: {},
    createdAt: '2026-11-20T09:00:00.000Z',
    expectedArrival: null,
    trackingReference: null,
    reverses: null,
    reversedBy: null,
    live: false,
    raw,
  });
});

it('keeps the reason in words of Mollie', async () => {
  const { provider } = played(inTurn(answer(200, fixture('payouts', 'failed: insufficient_funds', { id: P }))));
  const payout = await provider.retrieve(P);
  expect(payout.failure).toEqual({ reason: 'insufficient_funds', code: 'insufficient_funds', message: 'own text 10' });
  expect(balancePayoutOf(payout)).toMatchObject({ initiatedAt: '2026-11-23T07:00:00+00:00', completedAt: null });
});

it.each(['amount', 'description', 'statusReason', '_links', 'createdAt', 'mode', 'balanceId', 'initiatedAt', 'resource'])(
  'a payout without %s is read all the same',
  async (field) => {
    const { [field]: _, ...raw } = fixture('payouts', 'requested');
    const { provider } = played(inTurn(answer(200, raw)));
    expect(await provider.retrieve(P)).toMatchObject({ id: P, status: 'pending', live: false });
  },
);

it.each([
  ['amount', 10],
  ['amount', { currency: 'EUR', value: 10 }],
  ['description', 7],
  ['statusReason', 'requested'],
  ['createdAt', 1_700_000_000],
  ['mode', null],
])('%s as %j reads as not said', async (field, value) => {
  const { provider } = played(inTurn(answer(200, fixture('payouts', 'requested', { [field]: value }))));
  const payout = await provider.retrieve(P);
  expect(payout).toMatchObject({ id: P, status: 'pending' });
  expect(balancePayoutOf(payout)).toMatchObject({ [field]: null });
});

it.each([
  ['no id', { id: undefined }],
  ['an empty id', { id: '' }],
  ['a number as id', { id: 7 }],
  ['no status', { status: undefined }],
  ['another resource', { resource: 'payment' }],
])('%s is no payout', async (_, changed) => {
  const { provider } = played(inTurn(answer(200, fixture('payouts', 'requested', changed))));
  await expect(provider.retrieve(P)).rejects.toMatchObject({ code: 'unexpected_response' });
});

it('another payout than the one asked for is an error', async () => {
  const { provider } = played(inTurn(answer(200, fixture('payouts', 'completed'))));
  await expect(provider.retrieve(P)).rejects.toMatchObject({ code: 'unexpected_response', payoutId: 'payout_dsbExample0000000000004' });
});

it('an id is one path segment', async () => {
  const { provider, seen } = played(inTurn(answer(404, fixture('errors', '404'))));
  await expect(provider.retrieve('../balances?x=1#y')).rejects.toMatchObject({ code: 'not_found' });
  expect(seen[0]?.path).toBe('/v2/payouts/..%2Fbalances%3Fx%3D1%23y');
});

it('the raw helper takes stored JSON, and no payout of another provider', async () => {
  const { provider } = played(inTurn(answer(200, fixture('payouts', 'requested'))));
  const payout = await provider.retrieve(P);
  const stored = JSON.parse(JSON.stringify(payout));
  expect(balancePayoutOf(stored)).toMatchObject({ id: P, status: 'requested', statusReason: { code: 'requested' } });
  expect(balancePayoutOf({ ...stored, provider: 'stripe' })).toBeNull();
  expect(balancePayoutOf({ ...stored, raw: null })).toBeNull();
});

it('what a listener of diagnostics throws changes nothing', async () => {
  const onTelemetry = (): never => {
    throw new Error('broken listener');
  };
  const { provider } = played(inTurn(answer(200, fixture('payouts', 'unknown status', { id: P }))), {
    token: 'test_x',
    balanceId: 'bal_1',
    acceptScheduleSideEffect: true,
    onTelemetry,
  });
  expect(await provider.retrieve(P)).toMatchObject({ status: 'unrecognized', providerStatus: 'waiting-for-review' });
});
