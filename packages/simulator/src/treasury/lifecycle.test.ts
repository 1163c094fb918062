// Contract sections 5, 8, 10 and 12: test accounts, time, money, events.
import { describe, expect, it } from 'vitest';
import type { OutboundPaymentStatus, ReturnCode } from '../index.ts';
import { ACH, paying, PAYMENTS, TO_ACCOUNT, TO_TOKEN, WIRE, type Paying } from './__fixtures__/paying.ts';

const MONDAY = '2026-11-23T09:00:00Z';
const FRIDAY_EVENING = '2026-11-27T23:30:00Z';
const SATURDAY = '2026-11-28T12:00:00Z';
const unix = (time: string): number => Date.parse(time) / 1000;
const DATES = ['canceled_at', 'failed_at', 'posted_at', 'returned_at'] as const;
const at = (times: Partial<Record<(typeof DATES)[number], string>>): object =>
  Object.fromEntries(DATES.map((name) => [name, times[name] === undefined ? null : unix(times[name])]));

/** Makes a payment and says its id. */
async function made({ pay, world }: Paying, body?: string, start?: string): Promise<string> {
  if (start !== undefined) await world.clock.advanceTo(start);
  const { status, json } = await pay(body);
  expect([status, json['status'], json['cancelable']]).toEqual([200, 'processing', true]);
  return json.id;
}

/** The events of the payment, without the common beginning of their names. */
const told = ({ world }: Paying): readonly string[] => world.events.map(({ type }) => type.replace('treasury.outbound_payment.', ''));

describe('test accounts', () => {
  const TRACKED = ['created', 'tracking_details_updated'];
  const LATER = [...TRACKED, 'expected_arrival_date_updated', 'posted'];
  const RETURNED = [...TRACKED, 'posted', 'returned'];
  // account number, token, how it ends, code, events, [cash, pending] at the end, transactions
  it.each<[string, string, OutboundPaymentStatus, ReturnCode | null, readonly string[], readonly [number, number], readonly string[]]>([
    ['000000000009', 'pm_usBankAccount_processing', 'processing', null, TRACKED, [998_900, 1100], ['open -1100']],
    ['000123456789', 'pm_usBankAccount', 'posted', null, [...TRACKED, 'posted'], [998_900, 0], ['posted -1100']],
    ['000123457890', 'pm_usBankAccount_expectedArrivalDateUpdated', 'posted', null, LATER, [998_900, 0], ['posted -1100']],
    ['000000000123', 'pm_usBankAccount_canceledByUser', 'canceled', null, ['created', 'canceled'], [1_000_000, 0], ['void -1100']],
    ['000000000234', 'pm_usBankAccount_internalFailure', 'failed', null, [...TRACKED, 'failed'], [1_000_000, 0], ['void -1100']],
    [
      '000111111113',
      'pm_usBankAccount_accountClosed',
      'returned',
      'account_closed',
      RETURNED,
      [1_000_000, 0],
      ['posted -1100', 'posted 1100'],
    ],
    ['000111111116', 'pm_usBankAccount_noAccount', 'returned', 'no_account', RETURNED, [1_000_000, 0], ['posted -1100', 'posted 1100']],
    [
      '000111111119',
      'pm_usBankAccount_invalidAccountNumber',
      'returned',
      'invalid_account_number',
      RETURNED,
      [1_000_000, 0],
      ['posted -1100', 'posted 1100'],
    ],
    ['987654321', 'pm_usBankAccount', 'posted', null, [...TRACKED, 'posted'], [998_900, 0], ['posted -1100']],
  ])('%s, %s: %s %s', async (number, token, status, code, events, money, transactions) => {
    for (const body of [ACH.replace('000123456789', number), TO_TOKEN.replace('pm_usBankAccount', token)]) {
      const given = paying();
      const id = await made(given, body);
      expect(given.money()).toEqual([998_900, 1100]);
      await given.world.clock.advance(30 * 86_400_000);
      const end = given.now(id);
      expect([end?.status, end?.returned_details?.code ?? null]).toEqual([status, code]);
      expect(told(given)).toEqual(events);
      expect(given.money()).toEqual(money);
      const own = given.world.account().transactions().slice(1);
      expect(own.map((row) => `${row.status} ${row.amount}`)).toEqual(transactions);
      expect(own.every((row) => row.flow === id && row.flow_type === 'outbound_payment')).toBe(true);
      expect(end?.returned_details?.transaction).toBe(status === 'returned' ? own[1]?.id : undefined);
      expect(end?.transaction).toBe(own[0]?.id);
    }
  });

  it('decide by wire as well', async () => {
    const given = paying();
    const id = await made(given, WIRE.replace('000123456789', '000111111113'));
    await given.world.clock.advance(30 * 86_400_000);
    expect(given.now(id)).toMatchObject({ status: 'returned', returned_details: { code: 'account_closed' } });
  });
});

describe('time', () => {
  // network, body, made at, cancelable until, tracked at, posted at, expected at creation
  it.each<[string, string, string, string, string | null, string, string]>([
    ['ach', ACH, MONDAY, '2026-11-23T10:00:00Z', '2026-11-23T11:00:00Z', '2026-11-24T00:00:00Z', '2026-11-25T00:00:00Z'],
    ['ach at night', ACH, FRIDAY_EVENING, '2026-11-28T00:30:00Z', '2026-11-28T01:30:00Z', '2026-11-30T00:00:00Z', '2026-12-01T00:00:00Z'],
    ['ach on a weekend', ACH, SATURDAY, '2026-11-30T01:00:00Z', '2026-11-30T02:00:00Z', '2026-12-01T00:00:00Z', '2026-12-02T00:00:00Z'],
    ['a wire', WIRE, MONDAY, '2026-11-23T09:15:00Z', '2026-11-23T10:15:00Z', '2026-11-23T13:15:00Z', '2026-11-23T13:15:00Z'],
    ['a wire on a weekend', WIRE, SATURDAY, '2026-11-30T00:15:00Z', '2026-11-30T01:15:00Z', '2026-11-30T04:15:00Z', '2026-11-30T04:15:00Z'],
    ['stripe', TO_ACCOUNT, SATURDAY, '2026-11-28T12:00:30Z', null, '2026-11-28T12:01:00Z', '2026-11-28T12:01:00Z'],
  ])('%s', async (_, body, start, submitted, tracked, posted, expected) => {
    const given = paying();
    const { clock } = given.world;
    const id = await made(given, body, start);
    expect(given.now(id)?.expected_arrival_date).toBe(unix(expected));
    await clock.advanceTo(Date.parse(submitted) - 1);
    expect(given.now(id)).toMatchObject({ status: 'processing', cancelable: true, tracking_details: null });
    await clock.advanceTo(submitted);
    expect(given.now(id)).toMatchObject({ status: 'processing', cancelable: false, tracking_details: null });
    if (tracked !== null) {
      await clock.advanceTo(Date.parse(tracked) - 1);
      expect(given.now(id)?.tracking_details).toBeNull();
      await clock.advanceTo(tracked);
      expect(given.now(id)?.tracking_details).not.toBeNull();
    }
    await clock.advanceTo(Date.parse(posted) - 1);
    expect(given.now(id)?.status).toBe('processing');
    await clock.advanceTo(posted);
    expect(given.now(id)).toMatchObject({ status: 'posted', cancelable: false, status_transitions: at({ posted_at: posted }) });
    if (tracked === null) expect(given.now(id)?.tracking_details).toBeNull();
  });

  it('returns come two business days after the posting, and leave both dates', async () => {
    const given = paying();
    const id = await made(given, ACH.replace('000123456789', '000111111116'), '2026-11-26T09:00:00Z');
    await given.world.clock.advanceTo('2026-11-30T23:59:59Z');
    expect(given.now(id)).toMatchObject({ status: 'posted', returned_details: null });
    await given.world.clock.advanceTo('2026-12-01T00:00:00Z');
    expect(given.now(id)).toMatchObject({
      status: 'returned',
      status_transitions: at({ posted_at: '2026-11-27T00:00:00Z', returned_at: '2026-12-01T00:00:00Z' }),
    });
  });

  it('a later arrival is told before the posting, and is one day later', async () => {
    const given = paying();
    const id = await made(given, ACH.replace('000123456789', '000123457890'));
    await given.world.clock.advanceTo('2026-11-23T11:00:00Z');
    expect(given.now(id)).toMatchObject({ status: 'processing', expected_arrival_date: unix('2026-11-26T00:00:00Z') });
    expect(given.world.events.at(-1)?.previous).toEqual({ expected_arrival_date: unix('2026-11-25T00:00:00Z') });
  });

  it('the user cancels half way to the network', async () => {
    const given = paying();
    const id = await made(given, ACH.replace('000123456789', '000000000123'));
    await given.world.clock.advance(30 * 60_000 - 1);
    expect(given.now(id)?.status).toBe('processing');
    await given.world.clock.advance(1);
    expect(given.now(id)).toMatchObject({ status: 'canceled', status_transitions: at({ canceled_at: '2026-11-23T09:30:00Z' }) });
  });

  it.each(['pm_usBankAccount', 'pm_usBankAccount_expectedArrivalDateUpdated', 'pm_usBankAccount_accountClosed'])(
    'what happened otherwise is left alone: %s canceled stays canceled',
    async (token) => {
      const given = paying();
      const id = await made(given, TO_TOKEN.replace('pm_usBankAccount', token));
      await given.ask(`POST ${PAYMENTS}/${id}/cancel`);
      await given.world.clock.advance(30 * 86_400_000);
      expect(given.now(id)).toMatchObject({ status: 'canceled', cancelable: false, tracking_details: null });
      expect(told(given)).toEqual(['created', 'canceled']);
    },
  );

  it.each([
    ['ach', ACH, { type: 'ach', ach: { trace_id: expect.any(String) as string } }],
    [
      'us_domestic_wire',
      WIRE,
      {
        type: 'us_domestic_wire',
        us_domestic_wire: { chips: null, imad: expect.any(String) as string, omad: expect.any(String) as string },
      },
    ],
  ])('%s has its own tracking', async (_, body, tracking) => {
    const given = paying();
    const id = await made(given, body);
    await given.world.clock.advance(2 * 3_600_000);
    expect(given.now(id)?.tracking_details).toEqual(tracking);
  });
});

describe('money', () => {
  const rows = ({ world }: Paying): readonly object[] => world.account().transactions().slice(1);

  it('is held at creation: out of the cash, pending', async () => {
    const given = paying();
    await made(given, `${TO_TOKEN}&description=rent`);
    expect(rows(given)).toMatchObject([
      {
        object: 'treasury.transaction',
        amount: -1100,
        balance_impact: { cash: -1100, inbound_pending: 0, outbound_pending: 1100 },
        description: 'rent',
        financial_account: given.world.account().financialAccount().id,
        status: 'open',
        status_transitions: { posted_at: null, void_at: null },
      },
    ]);
  });

  it('is gone once posted, back once failed', async () => {
    const given = paying();
    const [posted, failed] = [await made(given), await made(given)];
    given.world.account().move(posted, 'posted');
    given.world.account().move(failed, 'failed');
    expect(given.money()).toEqual([998_900, 0]);
    expect(rows(given)).toMatchObject([
      { status: 'posted', balance_impact: { cash: -1100, outbound_pending: 0 }, status_transitions: { posted_at: unix(MONDAY) } },
      { status: 'void', balance_impact: { cash: 0, outbound_pending: 0 }, status_transitions: { void_at: unix(MONDAY) } },
    ]);
  });

  it('comes back by a new row; the first one stays posted', async () => {
    const given = paying();
    const id = await made(given);
    given.world.account().move(id, 'posted');
    given.world.account().move(id, 'returned', { code: 'account_frozen' });
    expect(given.money()).toEqual([1_000_000, 0]);
    expect(rows(given)).toMatchObject([
      { status: 'posted', amount: -1100 },
      { status: 'posted', amount: 1100, flow: id, balance_impact: { cash: 1100 } },
    ]);
    expect(given.now(id)?.returned_details?.code).toBe('account_frozen');
  });

  it('arrives on the stripe network when it is posted, and leaves again when that is returned', async () => {
    const given = paying();
    const id = await made(given, TO_ACCOUNT);
    const arrived = (): number => given.world.recipient.financialAccount().balance.cash.usd;
    expect(arrived()).toBe(1_000_000);
    given.world.account().move(id, 'posted');
    expect(arrived()).toBe(1_001_100);
    expect(given.world.recipient.transactions().at(-1)).toMatchObject({ amount: 1100, flow_type: 'received_credit', status: 'posted' });
    given.world.account().move(id, 'returned');
    expect([arrived(), given.money()]).toEqual([1_000_000, [1_000_000, 0]]);
  });

  it('that never arrived on the stripe network is not taken from there', async () => {
    const given = paying();
    const id = await made(given, TO_ACCOUNT);
    given.world.account().move(id, 'returned');
    expect([given.world.recipient.financialAccount().balance.cash.usd, given.money()]).toEqual([1_000_000, [1_000_000, 0]]);
  });

  it('adds up: the balance is the sum of the impacts, and no cent is made or lost', async () => {
    const given = paying();
    const { world } = given;
    const numbers = ['000000000009', '000123456789', '000000000123', '000000000234', '000111111113', '000111111116'];
    for (const [index, number] of numbers.entries()) {
      await made(given, ACH.replace('1100', String(100 + index)).replace('000123456789', number));
      await made(given, TO_ACCOUNT.replace('1100', String(7 + index)));
      await world.clock.advance(20_000);
    }
    for (let day = 0; day < 8; day += 1) {
      for (const account of [world.account(), world.recipient]) {
        const impacts = account.transactions().map((row) => row.balance_impact);
        const sum = (name: 'cash' | 'outbound_pending'): number => impacts.reduce((total, impact) => total + impact[name], 0);
        const { cash, outbound_pending, inbound_pending } = account.financialAccount().balance;
        expect([cash.usd, outbound_pending.usd, inbound_pending.usd]).toEqual([sum('cash'), sum('outbound_pending'), 0]);
      }
      const left = world.payouts.filter((payment) => payment.status === 'posted' && payment.tracking_details !== null);
      const outside = left.reduce((total, payment) => total + payment.amount, 0);
      const [cash, pending] = given.money();
      expect(cash + pending + world.recipient.financialAccount().balance.cash.usd + outside).toBe(2_000_000);
      await world.clock.advance(86_400_000);
    }
    expect(world.payouts).toHaveLength(12);
  });
});

describe('controls', () => {
  const LEGAL = [
    ['processing', 'posted'],
    ['processing', 'failed'],
    ['processing', 'canceled'],
    ['processing', 'returned'],
    ['posted', 'returned'],
  ].map(String);
  const STATUSES: readonly OutboundPaymentStatus[] = ['processing', 'posted', 'failed', 'canceled', 'returned'];
  const STEPS = STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const));

  it.each(STEPS)('%s -> %s', async (from, to) => {
    const given = paying();
    const id = await made(given);
    const account = given.world.account();
    if (from !== 'processing') account.move(id, from);
    const before = told(given).length;
    if (LEGAL.includes(String([from, to]))) {
      expect(account.move(id, to).status).toBe(to);
      expect(told(given).slice(before)).toEqual([to]);
    } else {
      expect(() => account.move(id, to)).toThrow(`is ${from} and cannot become ${to}`);
      expect([told(given).length, given.now(id)?.status]).toEqual([before, from]);
    }
  });

  it('submit at once, which is told to nobody', async () => {
    const given = paying();
    const id = await made(given);
    const account = given.world.account();
    expect(account.submit(id).cancelable).toBe(false);
    expect(told(given)).toEqual(['created']);
    account.move(id, 'posted');
    expect(() => account.submit(id)).toThrow('is posted');
    expect(() => account.move('obp_nope', 'posted')).toThrow('has no OutboundPayment obp_nope');
    expect(() => account.financialAccount('fa_nope')).toThrow('has no financial account fa_nope');
    expect(() => account.addPaymentMethod({ customer: 'cus_nope' })).toThrow('has no customer cus_nope');
  });
});

describe('events', () => {
  it('carry the payment as it was then, what changed, whose it is, and the request', async () => {
    const given = paying();
    const { world } = given;
    const heard: string[] = [];
    const stop = world.onEvent(({ type }) => heard.push(type));
    const reply = await given.pay(TO_TOKEN, 'key-1');
    await world.clock.advance(3_600_000);
    world.account().move(reply.json.id, 'posted');
    stop();
    world.account().move(reply.json.id, 'returned');
    expect(heard).toEqual(['treasury.outbound_payment.created', 'treasury.outbound_payment.posted']);
    const [created, posted, returned] = world.events;
    expect(created).toMatchObject({
      id: expect.stringMatching(/^evt_/) as string,
      account: null,
      created: unix(MONDAY),
      livemode: false,
      previous: null,
      request: { id: reply.headers.get('request-id'), idempotencyKey: 'key-1' },
    });
    expect(created?.payout).toEqual(reply.json);
    expect(posted).toMatchObject({ request: null, created: unix('2026-11-23T10:00:00Z'), previous: { status: 'processing' } });
    expect(posted?.payout).toMatchObject({ status: 'posted', returned_details: null });
    expect(returned?.previous).toMatchObject({ status: 'posted', returned_details: null });
  });

  it('name the connected account', async () => {
    const { world, ask } = paying();
    const account = world.account('acct_1');
    const body = TO_TOKEN.replace('fa_1', account.financialAccount().id).replace('cus_1', account.customers[0] ?? '');
    expect((await ask(`POST ${PAYMENTS}`, { body, account: 'acct_1' })).status).toBe(200);
    expect(world.events).toMatchObject([{ account: 'acct_1' }]);
  });
});
