// A payout's whole life against the simulated Stripe, behind `fetch` and over HTTP.
import { memorySubmissions, nextAttempt, parseSubmission } from '@disburse/core';
import { LATE_BOUNCE_ACCOUNT_NUMBER, type SimulatedStripe } from '@disburse/simulator';
import { describe, expect, it } from 'vitest';
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { create, setUp, usd } from './__fixtures__/simulated.ts';
import { createStripe, stripePayoutLedger, stripePayoutOf } from './index.ts';

const DAY_MS = 86_400_000;
const creates = (world: SimulatedStripe) => world.requests.filter(({ method, path }) => method === 'POST' && path === '/v1/payouts');

describe.each(['fetch', 'http'] as const)('over %s', (over) => {
  it('a payout is created, goes to the bank, is paid, and comes back on day five', async () => {
    const { world, stripe } = await setUp(over);
    const bank = world.account().addBankAccount({ currency: 'usd', accountNumber: LATE_BOUNCE_ACCOUNT_NUMBER });
    const created = await create(stripe, 'rent', '11.00', { destination: bank.id, description: 'Rent', statementDescriptor: 'RENT' });
    expect(created).toMatchObject({
      status: 'pending',
      cancelable: true,
      reference: 'rent',
      destination: bank.id,
      description: 'Rent',
      statementDescriptor: 'RENT',
      live: false,
    });
    const statuses: string[] = [];
    for (let day = 0; day < 12; day += 1) {
      const { status } = await stripe.retrieve(created.id);
      if (statuses.at(-1) !== status) statuses.push(status);
      await world.clock.advance(DAY_MS);
    }
    expect(statuses).toEqual(['pending', 'in_transit', 'paid', 'failed']);
    const failed = await stripe.retrieve(created.id);
    expect(failed.failure).toEqual({ reason: 'account_closed', code: 'account_closed', message: expect.any(String) });
    expect(world.payouts).toHaveLength(1);
  });

  it.each([
    ['000111111116', 'account_not_found'],
    ['000222222227', 'insufficient_funds'],
    ['000333333335', 'debit_not_authorized'],
    ['000444444440', 'currency_not_supported'],
  ])('a payout to %s fails: %s', async (accountNumber, reason) => {
    const { world, stripe } = await setUp(over);
    const { id: destination } = world.account().addBankAccount({ currency: 'usd', accountNumber });
    const { id } = await create(stripe, 'r', '11.00', { destination });
    await world.clock.advance(10 * DAY_MS);
    expect(await stripe.retrieve(id)).toMatchObject({ status: 'failed', failure: { reason }, cancelable: false });
  });

  it('a cancel gives the money back, a second one finds it canceled, one that is too late says so', async () => {
    const { world, stripe } = await setUp(over);
    const { id } = await create(stripe, 'first');
    expect(world.account().available('usd')).toBe(1_000_000 - 1_100);
    expect(await stripe.cancel(id)).toMatchObject({ id, status: 'canceled', failure: null });
    expect(await stripe.cancel(id)).toMatchObject({ id, status: 'canceled' });
    expect(world.account().available('usd')).toBe(1_000_000);
    const late = await create(stripe, 'second');
    world.account().move(late.id, 'paid');
    await expect(stripe.cancel(late.id)).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected' });
    await expect(stripe.cancel('po_nope')).rejects.toMatchObject({ code: 'not_found', outcome: 'rejected' });
  });

  it('a payout of the schedule cannot be canceled', async () => {
    const { world, stripe } = await setUp(over);
    const { id } = world.account().addAutomaticPayout({ amount: 500, currency: 'usd' });
    expect(await stripe.retrieve(id)).toMatchObject({ automatic: true, cancelable: false, status: 'pending' });
    await expect(stripe.cancel(id)).rejects.toMatchObject({ code: 'invalid_state' });
  });

  it('an update sets, unsets one, and unsets all but what a lookup needs', async () => {
    const { world, stripe } = await setUp(over);
    const { id, metadata: ours } = await create(stripe, 'r');
    expect((await stripe.update(id, { metadata: { a: '1', b: '2' } })).metadata).toEqual({ ...ours, a: '1', b: '2' });
    expect((await stripe.update(id, { metadata: { a: null } })).metadata).toEqual({ ...ours, b: '2' });
    expect((await stripe.update(id, { metadata: null })).metadata).toEqual(ours);
    expect(Object.keys(ours)).toEqual(['disburse_key', 'disburse_reference']);
    expect(world.payouts.map(({ metadata }) => metadata)).toEqual([ours]);
  });

  it('too little in the balance is its own error, and the next attempt works once it is funded', async () => {
    const { world, stripe } = await setUp(over);
    const refused = await stripe.createPayout({ reference: 'big', money: usd('20000.00') });
    expect(refused).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      error: { code: 'insufficient_funds', httpStatus: 400, providerCode: 'balance_insufficient' },
    });
    expect(world.payouts).toEqual([]);
    world.account().fund({ amount: 2_000_000, currency: 'usd' });
    if (refused.outcome !== 'rejected' || refused.retry !== 'next_attempt') throw new Error('unreachable');
    const again = await stripe.createPayout({ reference: 'big', money: usd('20000.00'), attempt: nextAttempt(refused) });
    expect(again).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(world.payouts).toHaveLength(1);
    expect(new Set(creates(world).map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
  });

  it.each([
    ['the connection is reset', { reset: 'after' }],
    ['half an answer arrives', { truncate: 40 }],
    ['a page of a proxy arrives', { answer: { status: 502, body: '<html>' }, at: 'after', stored: false }],
  ] as const)('after the commit %s: the same bytes are sent again, and exactly one payout exists', async (_, fault) => {
    const { world, stripe } = await setUp(over);
    world.faults.next(fault);
    const outcome = await stripe.createPayout({ reference: 'lost', money: usd('11.00') });
    expect(outcome).toMatchObject({ outcome: 'accepted', replayed: true, payout: { reference: 'lost' } });
    expect(world.payouts).toHaveLength(1);
    const sent = creates(world).map(({ headers, body }) => `${headers['idempotency-key']} ${body}`);
    expect([sent.length, new Set(sent).size]).toEqual([2, 1]);
  });

  it('a lost answer without resends is unknown, and submitting the stored submission resolves it', async () => {
    const { world, stripe } = await setUp(over, {}, { maxResends: 0 });
    world.faults.next({ reset: 'after' });
    const lost = await stripe.createPayout({ reference: 'lost', money: usd('11.00') });
    if (lost.outcome !== 'unknown') throw new Error(`it was ${lost.outcome}`);
    expect(lost.next).toMatchObject({ action: 'submit' });
    const resolved = await stripe.submit(parseSubmission(JSON.stringify(lost.submission)));
    expect(resolved).toMatchObject({ outcome: 'accepted', replayed: true });
    expect(world.payouts).toHaveLength(1);
  });

  it('after the key is forgotten, the payout is found by its metadata and not made again', async () => {
    const { world, stripe } = await setUp(over, {}, { maxResends: 0 });
    world.faults.next({ reset: 'after' });
    const lost = await stripe.createPayout({ reference: 'lost', money: usd('11.00') });
    if (lost.outcome !== 'unknown') throw new Error(`it was ${lost.outcome}`);
    await world.clock.advance(2 * DAY_MS);
    expect(await stripe.submit(lost.submission)).toMatchObject({ outcome: 'accepted', payout: { id: world.payouts[0]?.id } });
    expect([creates(world).length, world.payouts.length]).toEqual([1, 1]);
  });

  it('a connected account has its own payouts, keys and balance', async () => {
    const { world, stripe } = await setUp(over);
    world.account('acct_1').fund({ amount: 500, currency: 'usd' });
    const connected = stripe.forAccount('acct_1');
    const { id } = await create(connected, 'same-reference');
    await create(stripe, 'same-reference-here');
    expect(world.payouts.map(({ account }) => account).sort()).toEqual(['acct_1', 'acct_simulated']);
    await expect(stripe.retrieve(id)).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('stripeAccount') });
    expect((await connected.retrieve(id)).id).toBe(id);
    expect((await connected.balances()).find(({ source }) => source === 'usd:card')?.available).toEqual(usd('9994.00'));
    await expect(stripe.forAccount('acct_stranger').retrieve(id)).rejects.toMatchObject({ code: 'permission' });
  });

  it('a payout of a connected account is reversed once, whoever asks again', async () => {
    const { world, stripe } = await setUp(over);
    world.account('acct_1');
    const connected = stripe.forAccount('acct_1');
    const { id } = await create(connected, 'r');
    world.account('acct_1').move(id, 'paid');
    const reversal = await connected.reverse(id, { metadata: { why: 'duplicate' } });
    expect(reversal).toMatchObject({ reverses: id, metadata: { why: 'duplicate' }, reference: null });
    expect(await connected.retrieve(id)).toMatchObject({ reversedBy: reversal.id });
    expect((await connected.reverse(id)).id).toBe(reversal.id);
    expect(world.payouts).toHaveLength(2);
    const own = await create(stripe, 'own');
    world.account().move(own.id, 'paid');
    await expect(stripe.reverse(own.id)).rejects.toMatchObject({ code: 'invalid_request', outcome: 'rejected' });
  });

  it('a lost answer to a reverse does not reverse twice', async () => {
    const { world, stripe } = await setUp(over);
    world.account('acct_1');
    const connected = stripe.forAccount('acct_1');
    const { id } = await create(connected, 'r');
    world.account('acct_1').move(id, 'paid');
    world.faults.on({ path: `/v1/payouts/${id}/reverse` }, { reset: 'after' }, 1);
    expect(await connected.reverse(id)).toMatchObject({ reverses: id });
    expect(world.payouts).toHaveLength(2);
  });

  it('a lost answer to a cancel is resolved by reading', async () => {
    const { world, stripe } = await setUp(over, {}, { maxResends: 0 });
    const { id } = await create(stripe, 'r');
    world.faults.on({ path: `/v1/payouts/${id}/cancel` }, { reset: 'after' }, 1);
    expect(await stripe.cancel(id)).toMatchObject({ status: 'canceled' });
  });

  it('the ledger shows what a payout took and what came back', async () => {
    const { stripe } = await setUp(over);
    const { id } = await create(stripe, 'r');
    await stripe.cancel(id);
    const rows = await stripePayoutLedger(stripe, id);
    expect(rows.map(({ type, amount, fee, net }) => [type, amount.amount, fee.amount, net.amount])).toEqual([
      ['payout_cancel', '11.00', '0.00', '11.00'],
      ['payout', '-11.00', '0.00', '-11.00'],
    ]);
    await expect(stripePayoutLedger(stripe, 'po_nope')).rejects.toMatchObject({ name: 'PayoutError' });
  });
});

describe('what the simulator checks of a request', () => {
  it('every option arrives: instant, from the bank balance, to a FinancialAccount', async () => {
    const { world, stripe } = await setUp('fetch');
    const { id: payoutMethod } = world.account().addPayoutMethod();
    const payout = await create(stripe, 'r', '1.00', {
      metadata: { order: 'ö & ü' },
      providerOptions: { stripe: { method: 'instant', sourceType: 'bank_account', payoutMethod } },
    });
    expect(world.payouts[0]).toMatchObject({ method: 'instant', source_type: 'bank_account', payout_method: payoutMethod, amount: 100 });
    expect(payout.metadata['order']).toBe('ö & ü');
    expect(stripePayoutOf(payout)?.method).toBe('instant');
  });

  it.each([
    ['a destination that does not exist', { destination: 'ba_nope' }, 'invalid_destination'],
    ['no bank account for the currency', { money: { amount: '1.00', currency: 'GBP' } }, 'invalid_destination'],
  ])('%s', async (_, change, code) => {
    const { world, stripe } = await setUp('fetch');
    expect(await stripe.createPayout({ reference: 'r', money: usd('1.00'), ...change })).toMatchObject({
      outcome: 'rejected',
      retry: 'next_attempt',
      error: { code },
    });
    expect(world.payouts).toEqual([]);
  });

  it('an expired key is an authentication error, and the same attempt works with the new one', async () => {
    const { world, stripe } = await setUp('fetch');
    world.expireApiKey(world.apiKey);
    const refused = await stripe.createPayout({ reference: 'r', money: usd('1.00') });
    expect(refused).toMatchObject({ outcome: 'rejected', retry: 'same_attempt', error: { code: 'authentication' } });
    world.acceptApiKey(world.apiKey);
    expect(await stripe.createPayout({ reference: 'r', money: usd('1.00') })).toMatchObject({ outcome: 'accepted', replayed: false });
    expect(world.payouts).toHaveLength(1);
  });

  it('blocked payouts are said to be blocked', async () => {
    const { world, stripe } = await setUp('fetch');
    world.account().blockPayouts();
    expect(await stripe.createPayout({ reference: 'r', money: usd('1.00') })).toMatchObject({
      outcome: 'rejected',
      error: { code: 'payouts_blocked' },
    });
  });

  it('another request under the same key is never called rejected', async () => {
    const { world, stripe } = await setUp('fetch');
    await create(stripe, 'r', '1.00');
    const other = createStripe({
      apiKey: world.apiKey,
      fetch: world.fetch,
      submissions: memorySubmissions(),
      runtime: patientRuntime(world.clock),
    });
    const conflict = await other.createPayout({ reference: 'r', money: usd('2.00') });
    expect(conflict).toMatchObject({
      outcome: 'unknown',
      error: { code: 'idempotency_conflict' },
      next: { action: 'review', candidates: [{ reference: 'r' }] },
    });
    expect(world.payouts).toHaveLength(1);
  });
});
