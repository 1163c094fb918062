// Contract sections 2 to 5, 7 and 9: what create, update, cancel and reverse take and refuse.
import { describe, expect, it } from 'vitest';
import { asking, errorOf, type Reply } from '../__fixtures__/asking.ts';
import { simulateStripe, type SimulateStripeOptions } from '../index.ts';

const DAY_MS = 86_400_000;
const invalid = (code: string | undefined, message: unknown, param?: string): object => ({
  status: 400,
  type: 'invalid_request_error',
  code,
  message,
  param,
});
const text = (part: string): unknown => expect.stringContaining(part);

async function create(
  body: string,
  options: SimulateStripeOptions = {},
): Promise<{ reply: Reply; world: ReturnType<typeof simulateStripe> }> {
  const world = simulateStripe(options);
  return { reply: await asking(world)('POST /v1/payouts', { body }), world };
}

describe('create', () => {
  it('answers 200 with every field of the object', async () => {
    const { reply, world } = await create('amount=1100&currency=usd');
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({
      id: expect.stringMatching(/^po_\w+$/) as string,
      object: 'payout',
      amount: 1100,
      application_fee: null,
      application_fee_amount: null,
      arrival_date: Date.parse('2026-11-25T00:00:00Z') / 1000,
      automatic: false,
      balance_transaction: expect.stringMatching(/^txn_\w+$/) as string,
      created: Date.parse('2026-11-23T09:00:00Z') / 1000,
      currency: 'usd',
      description: null,
      destination: expect.stringMatching(/^ba_\w+$/) as string,
      failure_balance_transaction: null,
      failure_code: null,
      failure_message: null,
      livemode: false,
      metadata: {},
      method: 'standard',
      original_payout: null,
      payout_method: null,
      reconciliation_status: 'not_applicable',
      reversed_by: null,
      source_type: 'card',
      statement_descriptor: null,
      status: 'pending',
      trace_id: { status: 'pending', value: null },
      type: 'bank_account',
    });
    expect(world.account().available('usd')).toBe(1_000_000 - 1100);
    expect(world.account().ledger.at(-1)).toMatchObject({ type: 'payout', amount: -1100, net: -1100, source: reply.json.id });
  });

  it.each<[string, string, object]>([
    ['no amount', 'currency=usd', invalid('parameter_missing', 'Missing required param: amount.', 'amount')],
    ['no currency', 'amount=1100', invalid('parameter_missing', 'Missing required param: currency.', 'currency')],
    ['amount 0', 'amount=0&currency=usd', invalid('parameter_invalid_integer', 'This value must be greater than or equal to 1.', 'amount')],
    [
      'amount below 0',
      'amount=-5&currency=usd',
      invalid('parameter_invalid_integer', 'This value must be greater than or equal to 1.', 'amount'),
    ],
    ['amount with decimals', 'amount=11.00&currency=usd', invalid('parameter_invalid_integer', 'Invalid integer: 11.00', 'amount')],
    ['amount in words', 'amount=abc&currency=usd', invalid('parameter_invalid_integer', 'Invalid integer: abc', 'amount')],
    ['amount with an exponent', 'amount=1e3&currency=usd', invalid('parameter_invalid_integer', 'Invalid integer: 1e3', 'amount')],
    [
      'amount beyond integers',
      'amount=9007199254740993&currency=usd',
      invalid('parameter_invalid_integer', text('Invalid integer'), 'amount'),
    ],
    ['empty amount', 'amount=&currency=usd', invalid('parameter_invalid_integer', 'Invalid integer: ', 'amount')],
    ['unknown parameter', 'amount=1&currency=usd&nope=1', invalid('parameter_unknown', 'Received unknown parameter: nope', 'nope')],
    ['unknown parameters', 'amount=1&currency=usd&a=1&b=2', invalid('parameter_unknown', 'Received unknown parameters: a, b', 'a')],
    ['unknown before missing', 'currency=usd&nope=1', invalid('parameter_unknown', text('nope'), 'nope')],
    [
      'idempotency in the body',
      'amount=1&currency=usd&idempotency_key=a',
      invalid('parameter_unknown', text('idempotency_key'), 'idempotency_key'),
    ],
    [
      'bogus currency',
      'amount=1&currency=xxd',
      invalid(undefined, text('Invalid currency: xxd. Stripe currently supports these currencies: usd'), 'currency'),
    ],
    ['upper case', 'amount=1&currency=USD', invalid(undefined, text('Invalid currency: USD'), 'currency')],
    ['parameters before currency', 'amount=0&currency=xxd', invalid('parameter_invalid_integer', text('1.'), 'amount')],
    ['empty currency', 'amount=1&currency=', invalid('parameter_invalid_empty', text("empty string for 'currency'"), 'currency')],
    [
      'descriptor of 23',
      `amount=1&currency=usd&statement_descriptor=${'a'.repeat(23)}`,
      invalid(undefined, text('at most 22'), 'statement_descriptor'),
    ],
    [
      'description of 5001',
      `amount=1&currency=usd&description=${'a'.repeat(5001)}`,
      invalid(undefined, text('at most 5000'), 'description'),
    ],
    ['unknown method', 'amount=1&currency=usd&method=fast', invalid(undefined, text('Invalid method'), 'method')],
    ['unknown source type', 'amount=1&currency=usd&source_type=cash', invalid(undefined, text('Invalid source_type'), 'source_type')],
    ['metadata as text', 'amount=1&currency=usd&metadata=x', invalid(undefined, 'Invalid object', 'metadata')],
    ['nested metadata', 'amount=1&currency=usd&metadata[a][b]=x', invalid(undefined, 'Invalid string', 'metadata[a]')],
    [
      'metadata key of 41',
      `amount=1&currency=usd&metadata[${'k'.repeat(41)}]=x`,
      invalid(undefined, text('41 characters'), `metadata[${'k'.repeat(41)}]`),
    ],
    [
      'metadata value of 501',
      `amount=1&currency=usd&metadata[a]=${'v'.repeat(501)}`,
      invalid(undefined, text('501 characters'), 'metadata[a]'),
    ],
    [
      '51 metadata keys',
      `amount=1&currency=usd&${Array.from({ length: 51 }, (_, n) => `metadata[k${n}]=v`).join('&')}`,
      invalid(undefined, text('50 keys'), 'metadata'),
    ],
    ['expand nonsense', 'amount=1&currency=usd&expand[]=amount', invalid(undefined, text('cannot be expanded (amount)'), 'expand')],
    ['expand as text', 'amount=1&currency=usd&expand=destination', invalid(undefined, 'Invalid array', 'expand')],
    ['unknown destination', 'amount=1&currency=usd&destination=ba_nope', invalid('resource_missing', text("'ba_nope'"), 'destination')],
    [
      'unknown payout method',
      'amount=1&currency=usd&payout_method=fa_nope',
      invalid('resource_missing', text("'fa_nope'"), 'payout_method'),
    ],
    [
      'two destinations',
      'amount=1&currency=usd&payout_method=fa_1&destination=ba_1',
      invalid('parameters_exclusive', text('only specify one'), 'payout_method'),
    ],
    [
      'no account of that currency',
      'amount=1&currency=gbp',
      invalid(undefined, "Sorry, you don't have any external accounts in that currency (gbp)."),
    ],
    ['external account before balance', 'amount=99999999&currency=gbp', invalid(undefined, text('external accounts in that currency'))],
    [
      'too little money',
      'amount=1000001&currency=usd',
      invalid('balance_insufficient', text('You have insufficient funds in your Stripe account for this transfer.')),
    ],
    [
      'too little of that source',
      'amount=50001&currency=usd&source_type=bank_account',
      invalid('balance_insufficient', text('bank_account balance is too low')),
    ],
    ['nothing of that source', 'amount=1&currency=usd&source_type=fpx', invalid('balance_insufficient', text('fpx balance'))],
  ])('refuses %s', async (_, body, expected) => {
    const { reply, world } = await create(body);
    expect(errorOf(reply)).toEqual(expected);
    expect(world.payouts).toEqual([]);
    expect(world.account().available('usd')).toBe(1_000_000);
    expect(world.events).toEqual([]);
  });

  it('names the documentation of a code, and nothing without a code', async () => {
    const missing = await create('currency=usd');
    expect(missing.reply.json.error).toHaveProperty('doc_url', 'https://stripe.com/docs/error-codes/parameter-missing');
    const bogus = await create('amount=1&currency=xxd');
    expect(Object.keys(bogus.reply.json.error)).toEqual(['message', 'param', 'type']);
  });

  it('takes what is just allowed', async () => {
    const metadata = Array.from({ length: 50 }, (_, n) => `metadata[k${n}]=v`).join('&');
    const body = `amount=1000000&currency=usd&statement_descriptor=${'é'.repeat(22)}&${metadata}&expand[]=application_fee`;
    expect((await create(body)).reply.status).toBe(200);
  });

  // Section 9: amounts in wire units, refused and taken.
  it.each([
    ['huf', 1045, 1000],
    ['twd', 150, 100],
    ['isk', 5, 500],
    ['ugx', 501, 500],
    ['kwd', 15, 10],
    ['bhd', 1001, 1000],
    ['jod', 1005, 1010],
    ['omr', 1, 10],
    ['tnd', 99, 100],
    ['jpy', null, 1],
    ['mga', null, 1],
    ['gbp', null, 1],
  ])('keeps the payout step of %s', async (currency, refusedAmount, takenAmount) => {
    const world = simulateStripe({ empty: true });
    world.account().fund({ amount: 100_000, currency });
    world.account().addBankAccount({ currency });
    const ask = asking(world);
    if (refusedAmount !== null) {
      const reply = await ask('POST /v1/payouts', { body: `amount=${refusedAmount}&currency=${currency}` });
      expect(errorOf(reply)).toMatchObject({ status: 400, type: 'invalid_request_error', param: 'amount' });
      expect(world.payouts).toHaveLength(0);
    }
    expect((await ask('POST /v1/payouts', { body: `amount=${takenAmount}&currency=${currency}` })).json['amount']).toBe(takenAmount);
  });

  it('refuses on an account without external accounts, after the currency', async () => {
    const { reply } = await create('amount=1&currency=usd', { empty: true });
    expect(errorOf(reply)).toEqual(invalid(undefined, "Sorry, you don't have any external accounts in that currency (usd)."));
    expect(errorOf((await create('amount=1&currency=xxd', { empty: true })).reply)).toMatchObject({ param: 'currency' });
  });

  it('refuses while payouts are blocked', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    world.account().blockPayouts();
    expect(errorOf(await ask('POST /v1/payouts', { body: 'amount=1&currency=usd' }))).toMatchObject({
      status: 400,
      code: 'payouts_not_allowed',
    });
    world.account().allowPayouts();
    expect((await ask('POST /v1/payouts', { body: 'amount=1&currency=usd' })).status).toBe(200);
  });

  it('goes to the default of the currency, to another account, to a card, to a payout method', async () => {
    const world = simulateStripe();
    const account = world.account();
    const ask = asking(world);
    const other = account.addBankAccount({ currency: 'usd' });
    const card = account.addCard({ currency: 'usd' });
    const method = account.addPayoutMethod();
    const to = async (extra: string): Promise<unknown> => (await ask('POST /v1/payouts', { body: `amount=1&currency=usd${extra}` })).json;
    expect(await to('')).not.toMatchObject({ destination: other.id });
    expect(await to(`&destination=${other.id}`)).toMatchObject({ destination: other.id, type: 'bank_account' });
    expect(await to(`&destination=${card.id}`)).toMatchObject({ destination: card.id, type: 'card' });
    expect(await to(`&payout_method=${method.id}`)).toMatchObject({ destination: null, payout_method: method.id });
    account.addBankAccount({ currency: 'usd', default: true, accountNumber: '000000009999' });
    expect(await to('&expand[]=destination')).toMatchObject({ destination: { last4: '9999', default_for_currency: true } });
    const euros = account.addBankAccount({ currency: 'eur' });
    expect(await to(`&destination=${euros.id}`)).toMatchObject({ error: { message: text('in that currency (usd)') } });
    account.removeExternalAccount(other.id);
    expect(await to(`&destination=${other.id}`)).toMatchObject({ error: { code: 'resource_missing' } });
    const listed = await ask(`GET /v1/payouts?destination=${other.id}&expand[]=data.destination`);
    expect(listed.json.data).toMatchObject([{ destination: { id: other.id, object: 'bank_account', deleted: true } }]);
  });

  it('draws instant payouts on the instant balance only', async () => {
    const world = simulateStripe({ empty: true });
    const account = world.account();
    const ask = asking(world);
    account.fund({ amount: 1000, currency: 'usd' });
    account.fund({ amount: 500, currency: 'usd', instant: false });
    account.addBankAccount({ currency: 'usd' });
    const slow = account.addBankAccount({ currency: 'usd', instant: false });
    const pay = (extra: string): Promise<Reply> => ask('POST /v1/payouts', { body: `currency=usd&method=instant${extra}` });
    expect(errorOf(await pay('&amount=1001'))).toMatchObject({ code: 'balance_insufficient' });
    expect(errorOf(await pay(`&amount=1&destination=${slow.id}`))).toMatchObject({ code: 'instant_payouts_unsupported' });
    expect((await pay('&amount=1000')).json['method']).toBe('instant');
    expect(account.available('usd')).toBe(500);
    expect((await ask('GET /v1/balance')).json).not.toHaveProperty('instant_available');
  });
});

describe('the instant balance', () => {
  it('is never more than what is there', async () => {
    const world = simulateStripe({ empty: true });
    const ask = asking(world);
    world.account().fund({ amount: 1000, currency: 'usd' });
    world.account().addBankAccount({ currency: 'usd' });
    await ask('POST /v1/payouts', { body: 'amount=600&currency=usd' });
    expect((await ask('GET /v1/balance')).json).toMatchObject({ instant_available: [{ amount: 400 }] });
    expect(errorOf(await ask('POST /v1/payouts', { body: 'amount=401&currency=usd&method=instant' }))).toMatchObject({
      code: 'balance_insufficient',
    });
    expect((await ask('POST /v1/payouts', { body: 'amount=400&currency=usd&method=instant' })).status).toBe(200);
  });
});

describe('update', () => {
  it('refuses everything but metadata', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    const { id } = (await ask('POST /v1/payouts', { body: 'amount=1&currency=usd' })).json;
    expect(errorOf(await ask(`POST /v1/payouts/${id}`, { body: 'description=x' }))).toEqual(
      invalid('parameter_unknown', 'Received unknown parameter: description', 'description'),
    );
    const many = Array.from({ length: 49 }, (_, n) => `metadata[k${n}]=v`).join('&');
    expect((await ask(`POST /v1/payouts/${id}`, { body: many })).status).toBe(200);
    expect(errorOf(await ask(`POST /v1/payouts/${id}`, { body: 'metadata[a]=1&metadata[b]=2' }))).toMatchObject({ param: 'metadata' });
    expect((await ask(`POST /v1/payouts/${id}`, { body: 'metadata[a]=1&metadata[b]=2&metadata[k0]=' })).status).toBe(200);
  });
});

describe('cancel', () => {
  it('gives the money back by a second row', async () => {
    const world = simulateStripe();
    const ask = asking(world);
    const { id } = (await ask('POST /v1/payouts', { body: 'amount=1100&currency=usd' })).json;
    const canceled = await ask(`POST /v1/payouts/${id}/cancel?expand[]=failure_balance_transaction`);
    expect(canceled.json).toMatchObject({
      status: 'canceled',
      failure_code: null,
      failure_balance_transaction: { type: 'payout_cancel', amount: 1100 },
    });
    const rows = await ask(`GET /v1/balance_transactions?payout=${id}`);
    expect(rows.json.data.map((row) => [row['type'], row['net']])).toEqual([
      ['payout_cancel', 1100],
      ['payout', -1100],
    ]);
    expect(world.account().available('usd')).toBe(1_000_000);
  });

  it.each(['in_transit', 'paid', 'failed', 'canceled'] as const)('refuses a payout that is %s', async (status) => {
    const world = simulateStripe();
    const ask = asking(world);
    const { id } = (await ask('POST /v1/payouts', { body: 'amount=1100&currency=usd' })).json;
    world.account().move(id, status);
    const rows = world.account().ledger.length;
    expect(errorOf(await ask(`POST /v1/payouts/${id}/cancel`))).toEqual(
      invalid(undefined, 'Payouts can only be canceled while they are pending.'),
    );
    expect(world.account().ledger).toHaveLength(rows);
  });

  it('refuses an automatic payout', async () => {
    const world = simulateStripe();
    const { id } = world.account().addAutomaticPayout({ amount: 500, currency: 'usd' });
    expect((await asking(world)(`POST /v1/payouts/${id}/cancel`)).status).toBe(400);
    expect(world.payouts).toMatchObject([{ status: 'pending', automatic: true, reconciliation_status: 'in_progress' }]);
  });
});

describe('an id that nobody knows', () => {
  it.each(['GET /v1/payouts/po_nope', 'POST /v1/payouts/po_nope', 'POST /v1/payouts/po_nope/cancel', 'POST /v1/payouts/po_nope/reverse'])(
    '%s',
    async (what) => {
      const reply = await asking(simulateStripe())(what);
      expect(errorOf(reply)).toEqual({ ...invalid('resource_missing', "No such payout: 'po_nope'", 'payout'), status: 404 });
    },
  );
});

describe('reverse', () => {
  async function payout(
    extra = '',
    account = 'acct_1',
    days = 3,
  ): Promise<{ world: ReturnType<typeof simulateStripe>; id: string; reverse: () => Promise<Reply> }> {
    const world = simulateStripe();
    const ask = asking(world);
    const owner = account === '' ? undefined : account;
    world.account(owner);
    const { id } = (await ask('POST /v1/payouts', { body: `amount=1100&currency=usd${extra}`, account: owner })).json;
    await world.clock.advance(days * DAY_MS);
    return { world, id, reverse: () => ask(`POST /v1/payouts/${id}/reverse`, { account: owner }) };
  }

  it('makes a new payout that brings the money in when it is paid, and only then', async () => {
    const { world, id, reverse } = await payout();
    const account = world.account('acct_1');
    const reply = await reverse();
    expect(reply.json).toMatchObject({ object: 'payout', original_payout: id, balance_transaction: null, status: 'pending' });
    expect(account.available('usd')).toBe(1_000_000 - 1100);
    await world.clock.advance(5 * DAY_MS);
    expect(account.available('usd')).toBe(1_000_000);
    expect(account.payouts).toMatchObject([{ id, status: 'paid', reversed_by: reply.json.id }, { status: 'paid' }]);
    account.move(reply.json.id, 'failed');
    expect(account.available('usd')).toBe(1_000_000 - 1100);
    expect((await reverse()).status).toBe(400);
  });

  it('is canceled when the original fails meanwhile', async () => {
    const { world, id, reverse } = await payout();
    const reversal = (await reverse()).json.id;
    world.account('acct_1').move(id, 'failed', { failureCode: 'account_closed' });
    expect(world.payouts.find((other) => other.id === reversal)).toMatchObject({ status: 'canceled', failure_balance_transaction: null });
    expect(world.account('acct_1').available('usd')).toBe(1_000_000);
  });

  it.each([
    ['until 90 days after the expected arrival', -1, 200],
    ['not from then on', 0, 400],
  ])('is possible %s', async (_, ms, status) => {
    const { world, reverse } = await payout();
    await world.clock.advanceTo(Date.parse('2026-11-25T00:00:00Z') + 90 * DAY_MS + ms);
    expect((await reverse()).status).toBe(status);
  });

  it('may show a positive amount', async () => {
    const world = simulateStripe({ variants: { reversalAmount: 'positive' } });
    const ask = asking(world);
    world.account('acct_1');
    const { id } = (await ask('POST /v1/payouts', { body: 'amount=1100&currency=usd', account: 'acct_1' })).json;
    await world.clock.advance(3 * DAY_MS);
    expect((await ask(`POST /v1/payouts/${id}/reverse`, { account: 'acct_1' })).json['amount']).toBe(1100);
  });

  it.each<[string, string, string, number]>([
    ['of the platform', '', '', 3],
    ['to Germany', '&currency=eur', 'acct_1', 3],
    ['by the instant method', '&method=instant', 'acct_1', 3],
    ['that is pending', '', 'acct_1', 0],
  ])('refuses a payout %s', async (_, extra, account, days) => {
    const { world, reverse } = await payout(extra, account, days);
    expect(errorOf(await reverse())).toMatchObject({ status: 400, code: undefined, message: text('cannot be reversed') });
    expect(world.payouts).toHaveLength(1);
  });
});
