// Stripe's protocol (contract stripe-payouts.md, section 10) as it meets this API; what is common is tested beside the Payouts simulator.
import { describe, expect, it } from 'vitest';
import { asking, errorOf } from '../__fixtures__/asking.ts';
import { simulateStripeTreasury, type Fault } from '../index.ts';
import { paying, PAYMENTS, TO_TOKEN } from './__fixtures__/paying.ts';

const html = { status: 502, body: '<html>bad gateway</html>' };
const json500 = { status: 500, body: { error: { type: 'api_error', message: 'An error occurred' } } };

describe('keys', () => {
  it('answer the past: the payment may have moved on', async () => {
    const given = paying();
    const first = await given.pay(TO_TOKEN, 'k');
    given.world.account().move(first.json.id, 'posted');
    const again = await given.pay(TO_TOKEN, 'k');
    expect(again.json).toEqual(first.json);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(given.world.payouts).toHaveLength(1);
    await given.world.clock.advance(86_400_000);
    expect((await given.pay(TO_TOKEN, 'k')).json.id).not.toBe(first.json.id);
    expect(given.world.payouts).toHaveLength(2);
  });

  it('keep a refusal for too little cash, and none of the parameters', async () => {
    const given = paying();
    const tooMuch = TO_TOKEN.replace('1100', '1000001');
    expect((await given.pay(tooMuch, 'cash')).status).toBe(400);
    expect((await given.pay(TO_TOKEN.replace('1100', '0'), 'zero')).status).toBe(400);
    given.world.account().fund(1);
    const replayed = await given.pay(tooMuch, 'cash');
    expect([replayed.json.error.code, replayed.headers.get('idempotent-replayed')]).toEqual(['balance_insufficient', 'true']);
    expect((await given.pay(TO_TOKEN, 'zero')).status).toBe(200);
  });

  it('do not keep it where the world says so', async () => {
    const given = paying({ variants: { storesRefusals: false } });
    const tooMuch = TO_TOKEN.replace('1100', '1000001');
    await given.pay(tooMuch, 'cash');
    given.world.account().fund(1);
    expect((await given.pay(tooMuch, 'cash')).status).toBe(200);
  });

  it('belong to one endpoint, and to one set of parameters however written', async () => {
    const given = paying();
    const { id } = (await given.pay(TO_TOKEN, 'k')).json;
    const other = await given.ask(`POST ${PAYMENTS}/${id}/cancel`, { key: 'k' });
    expect(errorOf(other)).toMatchObject({ status: 400, type: 'idempotency_error', code: undefined });
    expect(errorOf(await given.pay(`${TO_TOKEN}&description=x`, 'k'))).toMatchObject({ type: 'idempotency_error' });
    expect((await given.pay(TO_TOKEN.split('&').toReversed().join('&'), 'k')).json.id).toBe(id);
    expect(given.now(id)?.status).toBe('processing');
  });

  it('are spent by an execution that is under way', async () => {
    const given = paying();
    given.world.faults.next({ delayMs: 5000, at: 'before' });
    const first = given.pay(TO_TOKEN, 'k');
    await given.world.clock.advance(1);
    expect(errorOf(await given.pay(TO_TOKEN, 'k'))).toMatchObject({ status: 409, code: 'idempotency_key_in_use' });
    await given.world.clock.advance(5000);
    expect((await first).status).toBe(200);
    expect(given.world.payouts).toHaveLength(1);
  });
});

describe('faults', () => {
  // name, fault, payments after it, payments after the resend with the same key, what the resend sees
  it.each<[string, Fault, number, number, number]>([
    ['reset before the commit', { reset: 'before' }, 0, 1, 200],
    ['reset after the commit', { reset: 'after' }, 1, 1, 200],
    ['HTML 502 after the commit', { answer: html, at: 'after' }, 1, 1, 200],
    ['500 after the commit is stored', { answer: json500, at: 'after' }, 1, 1, 500],
    ['cut body', { truncate: 20 }, 1, 1, 200],
    ['429 before', { answer: { status: 429 }, at: 'before' }, 0, 1, 200],
  ])('%s', async (_, fault, existing, after, seen) => {
    const given = paying();
    given.world.faults.next(fault);
    await given.pay(TO_TOKEN, 'k').catch(() => undefined);
    expect(given.world.payouts).toHaveLength(existing);
    expect(given.money()).toEqual([1_000_000 - 1100 * existing, 1100 * existing]);
    expect((await given.pay(TO_TOKEN, 'k')).status).toBe(seen);
    expect(given.world.payouts).toHaveLength(after);
  });

  it('a late request arrives, and finds its key spent or not', async () => {
    const given = paying();
    given.world.faults.next({ lateMs: 60_000, client: 'reset' });
    await given.pay(TO_TOKEN, 'k').catch(() => undefined);
    expect(given.world.payouts).toHaveLength(0);
    await given.world.clock.advance(60_000);
    expect(given.world.payouts).toMatchObject([{ created: Date.parse('2026-11-23T09:01:00Z') / 1000 }]);
    expect((await given.pay(TO_TOKEN, 'k')).headers.get('idempotent-replayed')).toBe('true');
    given.world.faults.next({ expireKeys: true });
    await given.pay(TO_TOKEN, 'k');
    expect(given.world.payouts).toHaveLength(2);
  });
});

describe('headers', () => {
  it.each<[string, string, Fault | null, number]>([
    ['a success', `GET ${PAYMENTS}?financial_account=fa_1`, null, 200],
    ['a refusal', `GET ${PAYMENTS}/obp_nope`, null, 404],
    ['an unknown address', 'GET /v1/nope', null, 404],
    ['a proxy page', `GET ${PAYMENTS}?financial_account=fa_1`, { answer: html, at: 'before' }, 502],
    ['an answer instead', `GET ${PAYMENTS}?financial_account=fa_1`, { answer: json500, at: 'after' }, 500],
  ])('%s is dated by the virtual clock, over fetch and HTTP', async (_, what, fault, status) => {
    const given = paying();
    await given.world.clock.advanceTo('2026-12-24T17:00:05Z');
    const server = await given.world.listen();
    const overHttp = asking(given.world, globalThis.fetch, server.url);
    const named = what.replace('fa_1', given.world.account().financialAccount().id);
    for (const ask of [given.ask, overHttp]) {
      if (fault !== null) given.world.faults.next(fault);
      const reply = await ask(named);
      expect([reply.status, reply.headers.get('date')]).toEqual([status, 'Thu, 24 Dec 2026 17:00:05 GMT']);
    }
    await server.close();
  });

  it('need a key that is known', async () => {
    const given = paying();
    given.world.acceptApiKey('rk_test_second');
    given.world.expireApiKey(given.world.apiKey);
    expect(errorOf(await given.pay())).toMatchObject({ status: 401, code: 'api_key_expired' });
    expect(
      (await given.ask(`GET ${PAYMENTS}?financial_account=fa_1`, { headers: { authorization: 'Bearer rk_test_second' } })).status,
    ).toBe(200);
    expect(errorOf(await given.ask('GET /v1/nope', { headers: { authorization: '' } }))).toMatchObject({ status: 401 });
  });
});

describe('a world', () => {
  it('is the same for the same seed, and another for another', async () => {
    const id = async (seed: number): Promise<string> => (await paying({ seed }).pay()).json.id;
    expect(await id(1)).toBe(await id(1));
    expect(await id(1)).not.toBe(await id(2));
  });

  it('can begin empty', () => {
    const account = simulateStripeTreasury({ empty: true }).account();
    expect(account.customers).toEqual([]);
    expect(() => account.financialAccount()).toThrow('has no financial account');
    expect(account.addFinancialAccount().balance.cash.usd).toBe(0);
  });
});
