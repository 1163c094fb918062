// Contract sections 5, 6 and 13: what the clock does to payouts, and what test account numbers decide.
import { describe, expect, it } from 'vitest';
import { asking, errorOf } from '../__fixtures__/asking.ts';
import { createVirtualClock, LATE_BOUNCE_ACCOUNT_NUMBER, simulateStripe, type SimulatedStripe } from '../index.ts';

const DAY_MS = 86_400_000;
const at = (time: string): number => Date.parse(time) / 1000;

async function paidTo(
  accountNumber: string,
  currency = 'usd',
  method = 'standard',
): Promise<{ world: SimulatedStripe; id: string; destination: string }> {
  const world = simulateStripe();
  const destination = world.account().addBankAccount({ currency, accountNumber }).id;
  const reply = await asking(world)('POST /v1/payouts', {
    body: `amount=1100&currency=${currency}&destination=${destination}&method=${method}`,
  });
  return { world, id: reply.json.id, destination };
}

const types = (world: SimulatedStripe): readonly string[] => world.events.map(({ type }) => type);

describe('the timetable', () => {
  it('moves a payout by the clock and only by the clock', async () => {
    const { world, id } = await paidTo('000123456789');
    const status = (): string | undefined => world.payouts[0]?.status;
    for (let turn = 0; turn < 3; turn += 1) await asking(world)(`GET /v1/payouts/${id}`);
    expect(status()).toBe('pending');
    await world.clock.advanceTo('2026-11-23T23:59:59.999Z');
    expect(status()).toBe('pending');
    await world.clock.advance(1);
    expect(status()).toBe('in_transit');
    await world.clock.advanceTo('2026-11-24T23:59:59.999Z');
    expect(status()).toBe('in_transit');
    await world.clock.advance(1);
    expect(world.payouts[0]).toMatchObject({ status: 'paid', arrival_date: at('2026-11-25T00:00:00Z'), trace_id: { status: 'pending' } });
    await world.clock.advance(365 * DAY_MS);
    expect(status()).toBe('paid');
    expect(world.events.map(({ type, created }) => [type, created])).toEqual([
      ['payout.created', at('2026-11-23T09:00:00Z')],
      ['payout.updated', at('2026-11-24T00:00:00Z')],
      ['payout.paid', at('2026-11-25T00:00:00Z')],
    ]);
  });

  const traceOf = (value: unknown): unknown => (value as { readonly trace_id: unknown }).trace_id;
  const PENDING = { status: 'pending', value: null };
  const KNOWN = { status: 'supported', value: expect.stringMatching(/^TRACE/) as string };

  it('payout.paid has no trace yet: it is there ten days after the arrival, and no event tells it', async () => {
    const { world, id } = await paidTo('000123456789');
    const ask = asking(world);
    await world.clock.advanceTo('2026-12-04T23:59:59Z');
    expect(traceOf(world.events.find(({ type }) => type === 'payout.paid')?.payout)).toEqual(PENDING);
    expect(traceOf((await ask(`GET /v1/payouts/${id}`)).json)).toEqual(PENDING);
    const told = world.events.length;
    await world.clock.advanceTo('2026-12-05T00:00:00Z');
    expect(traceOf((await ask(`GET /v1/payouts/${id}`)).json)).toEqual(KNOWN);
    expect(world.events).toHaveLength(told);
  });

  it.each([
    ['0: with payout.paid', 0, 'supported'],
    ['one hour', 3_600_000, 'pending'],
  ])('variant traceLagMs, %s', async (_, traceLagMs, status) => {
    const world = simulateStripe({ variants: { traceLagMs } });
    await asking(world)('POST /v1/payouts', { body: 'amount=1&currency=usd' });
    await world.clock.advanceTo('2026-11-25T00:00:00Z');
    expect(world.events.at(-1)).toMatchObject({ type: 'payout.paid', payout: { trace_id: { status } } });
    await world.clock.advance(3_600_000);
    expect(traceOf(world.payouts[0])).toEqual(KNOWN);
  });

  it('a card never has a trace, and what came back before it was known does not get one', async () => {
    const world = simulateStripe();
    const card = world.account().addCard({ currency: 'usd' }).id;
    const bank = world.account().addBankAccount({ currency: 'usd', accountNumber: LATE_BOUNCE_ACCOUNT_NUMBER }).id;
    for (const destination of [card, bank]) {
      await asking(world)('POST /v1/payouts', { body: `amount=1&currency=usd&destination=${destination}` });
    }
    await world.clock.advance(30 * DAY_MS);
    expect(world.payouts.map(traceOf)).toEqual([{ status: 'unsupported', value: null }, PENDING]);
  });

  it.each([
    ['Monday', '2026-11-23T09:00:00Z', '2026-11-25T00:00:00Z'],
    ['Thursday', '2026-11-26T09:00:00Z', '2026-11-30T00:00:00Z'],
    ['Friday', '2026-11-27T23:00:00Z', '2026-12-01T00:00:00Z'],
    ['Saturday', '2026-11-28T09:00:00Z', '2026-12-01T00:00:00Z'],
    ['Sunday', '2026-11-29T09:00:00Z', '2026-12-01T00:00:00Z'],
  ])('skips weekends: made on a %s', async (_, start, arrival) => {
    const world = simulateStripe({ clock: createVirtualClock({ start }) });
    const reply = await asking(world)('POST /v1/payouts', { body: 'amount=1&currency=usd' });
    expect(reply.json['arrival_date']).toBe(at(arrival));
    await world.clock.advanceTo(Date.parse(arrival) - 1);
    expect(world.payouts[0]?.status).toBe('in_transit');
    await world.clock.advance(1);
    expect(world.payouts[0]?.status).toBe('paid');
  });

  it('is quick for instant payouts', async () => {
    const { world } = await paidTo('000123456789', 'usd', 'instant');
    await world.clock.advance(60_000);
    expect(world.payouts[0]?.status).toBe('in_transit');
    await world.clock.advance(29 * 60_000);
    expect(world.payouts[0]?.status).toBe('paid');
  });

  it('keeps the order of creation where two things happen at the same time', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1) ids.push((await ask('POST /v1/payouts', { body: 'amount=1&currency=usd' })).json.id);
    await world.clock.advance(DAY_MS);
    expect(world.events.slice(3).map(({ payout }) => payout.id)).toEqual(ids);
  });

  it('goes on from where a control moved a payout', async () => {
    const { world, id } = await paidTo('000123456789');
    world.account().move(id, 'in_transit');
    await world.clock.advanceTo('2026-11-24T12:00:00Z');
    expect(types(world)).toEqual(['payout.created', 'payout.updated']);
    await world.clock.advanceTo('2026-11-26T00:00:00Z');
    expect(types(world)).toEqual(['payout.created', 'payout.updated', 'payout.paid']);
  });

  it('lets a control decide over what the account number had in store', async () => {
    const { world, id } = await paidTo('000111111116');
    world.account().move(id, 'paid');
    await world.clock.advance(30 * DAY_MS);
    expect(world.payouts[0]?.status).toBe('paid');
  });

  it('completes the reconciliation of an automatic payout', async () => {
    const world = simulateStripe();
    world.account().addAutomaticPayout({ amount: 500, currency: 'usd' });
    world.account().addAutomaticPayout({ amount: -300, currency: 'usd' });
    expect(world.account().available('usd')).toBe(1_000_000 - 500 + 300);
    await world.clock.advance(3 * DAY_MS);
    expect(world.payouts).toMatchObject([
      { status: 'paid', automatic: true, reconciliation_status: 'completed', amount: 500 },
      { status: 'paid', automatic: true, reconciliation_status: 'completed', amount: -300 },
    ]);
    expect(types(world)).toContain('payout.reconciliation_completed');
  });
});

describe('test account numbers', () => {
  it.each([
    ['000111111116', 'usd', 'no_account'],
    ['000111111113', 'usd', 'account_closed'],
    ['000222222227', 'usd', 'insufficient_funds'],
    ['000333333335', 'usd', 'debit_not_authorized'],
    ['000444444440', 'usd', 'invalid_currency'],
    ['DE62370400440532013001', 'eur', 'no_account'],
    ['DE62370400440532013002', 'eur', 'account_closed'],
    ['DE62370400440532013003', 'eur', 'insufficient_funds'],
    ['DE62370400440532013004', 'eur', 'debit_not_authorized'],
    ['DE62370400440532013005', 'eur', 'invalid_currency'],
    // Other countries repeat the endings.
    ['11111116', 'eur', 'no_account'],
    ['11111113', 'eur', 'account_closed'],
    ['22222227', 'eur', 'insufficient_funds'],
    ['0033333335', 'eur', 'debit_not_authorized'],
    ['0044444440', 'eur', 'invalid_currency'],
  ])('%s (%s) fails with %s', async (number, currency, code) => {
    const { world, destination } = await paidTo(number, currency);
    const account = world.account();
    expect(account.available(currency)).toBe(1_000_000 - 1100);
    await world.clock.advance(3 * DAY_MS);
    const [payout] = world.payouts;
    expect(payout).toMatchObject({ status: 'failed', failure_code: code });
    expect(payout?.failure_message).toMatch(/\.$/);
    expect(account.ledger.at(-1)).toMatchObject({ id: payout?.failure_balance_transaction, type: 'payout_failure', amount: 1100 });
    expect(account.available(currency)).toBe(1_000_000);
    expect(account.externalAccount(destination).status).toBe('errored');
    expect(types(world)).toEqual(['payout.created', 'payout.updated', 'payout.failed']);
  });

  it.each([
    ['000123456789', 'usd'],
    ['00012345', 'eur'],
    ['DE89370400440532013000', 'eur'],
  ])('%s (%s) takes the money', async (number, currency) => {
    const { world } = await paidTo(number, currency);
    await world.clock.advance(30 * DAY_MS);
    expect(world.payouts[0]?.status).toBe('paid');
  });

  it('000888888883 fails only when the method is instant', async () => {
    const instant = await paidTo('000888888883', 'usd', 'instant');
    const standard = await paidTo('000888888883');
    await instant.world.clock.advance(3 * DAY_MS);
    await standard.world.clock.advance(3 * DAY_MS);
    expect(instant.world.payouts[0]).toMatchObject({ status: 'failed', failure_code: 'could_not_process' });
    expect(standard.world.payouts[0]?.status).toBe('paid');
  });

  it('bounces on day 5 after it was paid', async () => {
    const { world } = await paidTo(LATE_BOUNCE_ACCOUNT_NUMBER);
    const account = world.account();
    await world.clock.advanceTo('2026-11-29T23:59:59.999Z');
    expect(world.payouts[0]?.status).toBe('paid');
    expect(account.available('usd')).toBe(1_000_000 - 1100);
    await world.clock.advance(1);
    expect(world.payouts[0]).toMatchObject({ status: 'failed', failure_code: 'account_closed' });
    expect(account.available('usd')).toBe(1_000_000);
    expect(types(world)).toEqual(['payout.created', 'payout.updated', 'payout.paid', 'payout.failed']);
  });

  it('refuses payouts to an account that failed until its details are new', async () => {
    const { world, destination } = await paidTo('000111111113');
    const ask = asking(world);
    await world.clock.advance(3 * DAY_MS);
    const body = `amount=1100&currency=usd&destination=${destination}`;
    expect(errorOf(await ask('POST /v1/payouts', { body }))).toMatchObject({ status: 400, code: 'bank_account_unusable' });
    expect(world.payouts).toHaveLength(1);
    world.account().updateBankAccount(destination, { accountNumber: '000123456789' });
    expect((await ask('POST /v1/payouts', { body })).status).toBe(200);
  });

  it('gives a bank account that succeeds where the new details name no number', async () => {
    const { world, destination } = await paidTo('000111111113');
    const ask = asking(world);
    const account = world.account();
    await world.clock.advance(3 * DAY_MS);
    const broken = (): readonly string[] => account.externalAccounts.flatMap(({ id, status }) => (status === 'errored' ? [id] : []));
    expect(broken()).toEqual([destination]);
    account.updateBankAccount(destination);
    expect(broken()).toEqual([]);
    await ask('POST /v1/payouts', { body: `amount=1100&currency=usd&destination=${destination}` });
    await world.clock.advance(7 * DAY_MS);
    expect(world.payouts.map(({ status }) => status)).toEqual(['failed', 'paid']);
  });
});

describe('controls', () => {
  it.each([
    ['paid', 'in_transit'],
    ['paid', 'canceled'],
    ['failed', 'paid'],
    ['canceled', 'failed'],
    ['in_transit', 'pending'],
  ] as const)('refuses the step from %s to %s', async (from, to) => {
    const { world, id } = await paidTo('000123456789');
    const account = world.account();
    account.move(id, from);
    const rows = account.ledger.length;
    expect(() => account.move(id, to)).toThrow(`${id} is ${from} and cannot become ${to}.`);
    expect(account.ledger).toHaveLength(rows);
    expect(() => account.move('po_nope', to)).toThrow('no payout po_nope');
  });

  it('fails with the code asked for, from any open status', async () => {
    for (const from of ['in_transit', 'paid'] as const) {
      const { world, id } = await paidTo('000123456789');
      world.account().move(id, from);
      world.account().move(id, 'failed', { failureCode: 'a_code_of_tomorrow' });
      expect(world.payouts[0]).toMatchObject({ status: 'failed', failure_code: 'a_code_of_tomorrow' });
      expect(world.account().available('usd')).toBe(1_000_000);
    }
  });

  it.each([
    'account_closed',
    'account_frozen',
    'bank_account_restricted',
    'bank_ownership_changed',
    'could_not_process',
    'debit_not_authorized',
    'declined',
    'insufficient_funds',
    'invalid_account_number',
    'incorrect_account_holder_name',
    'incorrect_account_holder_address',
    'incorrect_account_holder_tax_id',
    'invalid_currency',
    'no_account',
    'unsupported_card',
  ])('has a sentence of its own for %s', async (failureCode) => {
    const { world, id } = await paidTo('000123456789');
    const { failure_message } = world.account().move(id, 'failed', { failureCode });
    expect(failure_message).toMatch(/^[A-Z].{20,}\.$/);
    expect(failure_message).not.toContain(`(${failureCode})`); // As one is told that is in no table.
  });

  it('tells every change to listeners, with the request that caused it', async () => {
    const world = simulateStripe();
    world.account('acct_1');
    const heard: string[] = [];
    const takeBack = world.onEvent(({ type }) => heard.push(type));
    const reply = await asking(world)('POST /v1/payouts', { body: 'amount=1&currency=usd', key: 'k', account: 'acct_1' });
    takeBack();
    await world.clock.advance(DAY_MS);
    expect(heard).toEqual(['payout.created']);
    expect(world.events).toMatchObject([
      { type: 'payout.created', account: 'acct_1', previous: null, request: { id: reply.headers.get('request-id'), idempotencyKey: 'k' } },
      { type: 'payout.updated', previous: { status: 'pending' }, payout: { status: 'in_transit' }, request: null },
    ]);
    expect(world.events[0]?.payout.status).toBe('pending');
    await asking(world)('POST /v1/payouts', { body: 'amount=1&currency=usd' });
    expect(world.events.at(-1)).toMatchObject({ type: 'payout.created', account: null, request: { idempotencyKey: null } });
  });
});
