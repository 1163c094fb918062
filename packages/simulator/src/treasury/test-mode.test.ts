// Contract sections 5 and 9: cancel and the test helpers, with what they ask for first.
import { describe, expect, it } from 'vitest';
import { errorOf, type Reply } from '../__fixtures__/asking.ts';
import type { OutboundPaymentStatus, TreasuryVariants } from '../index.ts';
import { ACH, paying, PAYMENTS, TEST_HELPERS, TO_TOKEN, type Paying } from './__fixtures__/paying.ts';

type Place = OutboundPaymentStatus | 'submitted';
const ACH_TRACE = 'tracking_details[type]=ach&tracking_details[ach][trace_id]=123456789012345';

/** A payment in this place. */
async function at(place: Place, given: Paying): Promise<string> {
  const { id } = (await given.pay()).json;
  if (place === 'submitted') given.world.account().submit(id);
  else if (place !== 'processing') given.world.account().move(id, place);
  return id;
}

type Action = 'cancel' | 'post' | 'fail' | 'return' | 'track';
function act({ ask }: Paying, action: Action, id: string): Promise<Reply> {
  if (action === 'cancel') return ask(`POST ${PAYMENTS}/${id}/cancel`);
  if (action === 'track') return ask(`POST ${TEST_HELPERS}/${id}`, { body: ACH_TRACE });
  return ask(`POST ${TEST_HELPERS}/${id}/${action}`);
}

describe('who may do what when', () => {
  const TABLE: Readonly<Record<Action, Readonly<Record<Place, OutboundPaymentStatus | null>>>> = {
    cancel: { processing: 'canceled', submitted: null, posted: null, failed: null, canceled: null, returned: null },
    post: { processing: 'posted', submitted: 'posted', posted: null, failed: null, canceled: null, returned: null },
    fail: { processing: 'failed', submitted: 'failed', posted: null, failed: null, canceled: null, returned: null },
    return: { processing: 'returned', submitted: 'returned', posted: null, failed: null, canceled: null, returned: null },
    track: { processing: null, submitted: 'processing', posted: 'posted', failed: null, canceled: null, returned: 'returned' },
  };
  const ROWS = Object.entries(TABLE).flatMap(([action, places]) =>
    Object.entries(places).map(([place, result]) => [action as Action, place as Place, result] as const),
  );

  it.each(ROWS)('%s when %s: %s', async (action, place, result) => {
    const given = paying();
    const id = await at(place, given);
    const before = given.now(id);
    const events = given.world.events.length;
    const reply = await act(given, action, id);
    if (result === null) {
      expect(errorOf(reply)).toEqual({
        status: 400,
        type: 'invalid_request_error',
        code: undefined,
        message: expect.any(String) as string,
        param: undefined,
      });
      expect(given.now(id)).toEqual(before);
      expect(given.world.events).toHaveLength(events);
      return;
    }
    expect([reply.status, reply.json['status']]).toEqual([200, result]);
    const suffix = action === 'track' ? 'tracking_details_updated' : result;
    expect(given.world.events.at(-1)?.type).toBe(`treasury.outbound_payment.${suffix}`);
    expect(given.world.events).toHaveLength(events + 1);
    expect({ ...reply.json, account: before?.account }).toEqual(given.now(id));
  });

  it.each(['cancel', 'post', 'track'] as const)('says status_transition_invalid to %s where the world does', async (action) => {
    const variants: TreasuryVariants = { wrongStateCode: 'status_transition_invalid' };
    const given = paying({ variants });
    const reply = await act(given, action, await at('failed', given));
    expect(errorOf(reply)).toMatchObject({ status: 400, code: 'status_transition_invalid' });
  });

  it.each(['cancel', 'post', 'fail', 'return', 'track'] as const)('%s knows no stranger', async (action) => {
    expect(errorOf(await act(paying(), action, 'obp_nope'))).toMatchObject({ status: 404, code: 'resource_missing', param: 'id' });
  });

  it.each(['post', 'fail', 'return', 'track'] as const)('%s does not touch live objects', async (action) => {
    const given = paying({ apiKey: 'sk_live_x' });
    const { id } = (await given.pay(ACH)).json;
    given.world.account().submit(id);
    expect(errorOf(await act(given, action, id))).toMatchObject({ status: 400, message: expect.stringContaining('test mode') as string });
    expect(given.now(id)).toMatchObject({ status: 'processing', tracking_details: null });
  });
});

describe('return', () => {
  it('jumps from processing: the money leaves and comes back, and only the return is dated and told', async () => {
    const given = paying();
    const id = await at('processing', given);
    const { json } = await given.ask(`POST ${TEST_HELPERS}/${id}/return`, { body: 'returned_details[code]=account_closed' });
    expect(json).toMatchObject({
      status: 'returned',
      returned_details: { code: 'account_closed', transaction: expect.stringMatching(/^trxn_/) as string },
      status_transitions: { posted_at: null, returned_at: Date.parse('2026-11-23T09:00:00Z') / 1000 },
    });
    expect(given.money()).toEqual([1_000_000, 0]);
    const rows = given.world.account().transactions().slice(1);
    expect(rows.map(({ status, amount }) => [status, amount])).toEqual([
      ['posted', -1100],
      ['posted', 1100],
    ]);
    expect(given.world.events.map(({ type }) => type)).toEqual(['treasury.outbound_payment.created', 'treasury.outbound_payment.returned']);
  });

  it.each([
    'account_closed',
    'account_frozen',
    'bank_account_restricted',
    'bank_ownership_changed',
    'declined',
    'incorrect_account_holder_name',
    'invalid_account_number',
    'invalid_currency',
    'no_account',
    'other',
  ])('takes %s', async (code) => {
    const given = paying();
    const { json } = await given.ask(`POST ${TEST_HELPERS}/${await at('processing', given)}/return`, {
      body: `returned_details[code]=${code}`,
    });
    expect(json['returned_details']).toMatchObject({ code });
  });

  it('is declined where nothing is said', async () => {
    const given = paying();
    expect((await act(given, 'return', await at('processing', given))).json['returned_details']).toMatchObject({ code: 'declined' });
  });

  it.each(['returned_details[code]=could_not_process', 'returned_details[reason]=x', 'returned_details=x', 'code=declined'])(
    'refuses %s',
    async (body) => {
      const given = paying();
      const id = await at('processing', given);
      expect((await given.ask(`POST ${TEST_HELPERS}/${id}/return`, { body })).status).toBe(400);
      expect(given.now(id)?.status).toBe('processing');
    },
  );
});

describe('tracking', () => {
  const WIRE =
    'tracking_details[type]=us_domestic_wire&tracking_details[us_domestic_wire][imad]=I1&tracking_details[us_domestic_wire][omad]=O1&tracking_details[us_domestic_wire][chips]=C1';

  it.each<[string, string, object]>([
    ['ach (74 bytes)', ACH_TRACE, { type: 'ach', ach: { trace_id: '123456789012345' } }],
    ['wire (172 bytes)', WIRE, { type: 'us_domestic_wire', us_domestic_wire: { imad: 'I1', omad: 'O1', chips: 'C1' } }],
    [
      'wire, in part',
      'tracking_details[type]=us_domestic_wire&tracking_details[us_domestic_wire][imad]=I1',
      { type: 'us_domestic_wire', us_domestic_wire: { imad: 'I1', omad: null, chips: null } },
    ],
  ])('takes %s, and keeps it', async (_, body, tracking) => {
    const given = paying();
    const id = await at('submitted', given);
    expect((await given.ask(`POST ${TEST_HELPERS}/${id}`, { body })).json['tracking_details']).toEqual(tracking);
    await given.world.clock.advance(86_400_000);
    expect(given.now(id)).toMatchObject({ status: 'posted', tracking_details: tracking });
  });

  it.each([
    ['nothing', '', 'tracking_details'],
    ['no type', 'tracking_details[ach][trace_id]=1', 'tracking_details[type]'],
    ['another type', 'tracking_details[type]=sepa', 'tracking_details[type]'],
    ['ach without its hash', 'tracking_details[type]=ach', 'tracking_details[ach]'],
    ['ach without a number', 'tracking_details[type]=ach&tracking_details[ach][x]=1', 'tracking_details[ach][x]'],
    ['an unknown number', `${WIRE}&tracking_details[us_domestic_wire][uetr]=1`, 'tracking_details[us_domestic_wire][uetr]'],
    ['metadata', `${WIRE}&metadata[a]=b`, 'metadata'],
  ])('refuses %s', async (_, body, param) => {
    const given = paying();
    const id = await at('submitted', given);
    expect(errorOf(await given.ask(`POST ${TEST_HELPERS}/${id}`, { body }))).toMatchObject({ status: 400, param });
    expect(given.now(id)?.tracking_details).toBeNull();
  });
});

describe('what does not exist', () => {
  it.each([
    `POST ${PAYMENTS}/obp_1`,
    `GET ${PAYMENTS}/obp_1/cancel`,
    `POST ${PAYMENTS}/obp_1/reverse`,
    `GET ${TEST_HELPERS}/obp_1`,
    'GET /v1/payouts',
    'GET /v1/balance',
    'GET /v1/treasury/outbound_transfers',
    'GET /v1/treasury/financial_accounts',
  ])('%s', async (what) => {
    const reply = await paying().ask(what, what.startsWith('POST') ? { body: 'metadata[a]=1' } : {});
    expect(errorOf(reply)).toMatchObject({ status: 404, message: expect.stringContaining('Unrecognized request URL') as string });
  });

  it.each(['cancel', 'post', 'fail'])('a parameter of %s', async (action) => {
    const given = paying();
    const { id } = (await given.pay(TO_TOKEN)).json;
    const path = action === 'cancel' ? PAYMENTS : TEST_HELPERS;
    const reply = await given.ask(`POST ${path}/${id}/${action}`, { body: 'stripeAccount=acct_1' });
    expect(errorOf(reply)).toMatchObject({ status: 400, code: 'parameter_unknown', param: 'stripeAccount' });
    expect(given.now(id)?.status).toBe('processing');
  });
});
