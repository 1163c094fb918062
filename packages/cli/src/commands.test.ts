import type { Submission } from '@disburse/core';
import { simulateStripe } from '@disburse/simulator';
import { createStripe } from '@disburse/stripe-adapter';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, type Finished, folder, KEPT, type World, world } from './__tests__/bench.ts';
import type { OutcomeRecord, Results } from './records.ts';

function resultOf<Name extends keyof Results>({ records }: Finished, name: Name): Results[Name] {
  const last = records.at(-1);
  expect(last?.command).toBe(name);
  return last?.result as Results[Name];
}

async function created(place: World, ...more: readonly string[]): Promise<string> {
  const end = await disburse(['create', '25.00', 'USD', '--json', ...more], place);
  expect(end).toMatchObject({ code: 0 });
  return (resultOf(end, 'create') as OutcomeRecord).payout?.id ?? '';
}

describe('create', () => {
  it.each([
    ['us', 'USD', 'stripe'],
    ['parties', 'USD', 'treasury'],
    ['eu', 'EUR', 'mollie'],
  ] as const)('pays through %s, and keeps its submission', async (name, currency, rail) => {
    const place = await world();
    const end = await disburse(['create', '25.00', currency, '--reference', 'r1', '--provider', name, '--json'], place);
    expect(end.code).toBe(0);
    expect(resultOf(end, 'create')).toMatchObject({ outcome: 'accepted', payout: { name, money: { amount: '25.00', currency } } });
    expect(place[rail].payouts()).toHaveLength(1);
    const [file = ''] = await place.kept();
    expect(resultOf(end, 'create').submission?.file).toBe(file);
    expect(await readFile(join(place.cwd, file), 'utf8')).toContain('"reference": "r1"');
  });

  it('twice with one reference is one payout', async () => {
    const place = await world();
    const first = await created(place, '--reference', 'r1');
    expect(await created(place, '--reference', 'r1')).toBe(first);
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it.each([
    ['--provider parties', ['--provider', 'parties'], 'us'],
    ['another default', [], 'us'],
  ])('a reference that was paid stays with its provider: %s', async (_, more, name) => {
    const place = await world();
    const first = await created(place, '--reference', 'r1');
    const file = join(place.cwd, 'disburse.config.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"default": "us"', '"default": "parties"'));
    const end = await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--json', ...more], place);
    if (more.length === 0) expect(resultOf(end, 'create')).toMatchObject({ outcome: 'accepted', payout: { id: first, name } });
    else expect(end.code).toBe(4);
    expect([place.stripe.payouts().length, place.treasury.payouts().length]).toEqual([1, 0]);
  });

  it('rejected: 3, and what may be tried next', async () => {
    const place = await world();
    const refused = await disburse(['create', '1000000.00', 'USD', '--reference', 'r1', '--json'], place);
    expect(refused).toMatchObject({ code: 3, records: [{ error: { code: 'insufficient_funds' } }] });
    expect(resultOf(refused, 'create')).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
    expect(refused.records[0]?.advice.join()).toContain('--next-attempt');
    const again = await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--next-attempt', '--json'], place);
    expect(resultOf(again, 'create')).toMatchObject({ outcome: 'accepted', submission: { attempt: 2 } });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it.each([
    ['of nothing', [], 'nothing is kept'],
    ['of what was paid', ['paid'], 'did not end in a rejection'],
  ])('--next-attempt %s is refused', async (_, before, words) => {
    const place = await world();
    for (const reference of before) await created(place, '--reference', reference);
    const end = await disburse(['create', '25.00', 'USD', '--reference', 'paid', '--next-attempt'], place);
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining(words) as string });
    expect(place.stripe.payouts()).toHaveLength(before.length);
  });

  it.each([
    ['the answer was lost', 'reset', 'after', 1],
    ['the connection broke before the commit', 'reset', 'before', 0],
  ] as const)('%s: 4, the same reference is refused, submit resolves it', async (_, kind, moment, existing) => {
    const place = await world();
    place.stripe.faults.on({ method: 'POST' }, { [kind]: moment } as { reset: 'after' }, 1);
    const lost = await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place);
    expect(lost.code).toBe(4);
    expect(lost.stderr).toContain('disburse submit r1 resolves it');
    expect(place.stripe.payouts()).toHaveLength(existing);

    const again = await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--json'], place);
    expect(again).toMatchObject({ code: 4, records: [{ error: { code: 'unresolved' } }] });
    expect(place.stripe.payouts()).toHaveLength(existing);

    const [file = ''] = await place.kept();
    const resolution = await disburse(['submit', file, '--json'], place);
    expect(resolution.code).toBe(0);
    expect(resultOf(resolution, 'submit')).toMatchObject({ outcome: 'accepted', submission: { file } });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('where nobody listens, nothing was sent: 5, and submit sends it later', async () => {
    const place = await world();
    await place.mollie.server.connections('refuse');
    const end = await disburse(['create', '25.00', 'EUR', '--reference', 'r1', '--provider', 'eu', '--json'], place);
    expect(end.code).toBe(5);
    expect(resultOf(end, 'create')).toMatchObject({ outcome: 'rejected', retry: 'same_attempt' });
    await place.mollie.server.connections('serve');
    expect((await disburse(['submit', 'r1'], place)).code).toBe(0);
    expect(place.mollie.payouts()).toHaveLength(1);
  });

  it('a refusal that is told again has its own reason, once, and no word of a program', async () => {
    const place = await world();
    const args = ['create', '1000000.00', 'USD', '--reference', 'r1'];
    const first = await disburse(args, place);
    const again = await disburse(args, place);
    expect([first.code, again.code]).toEqual([3, 3]);
    expect(again.stdout).toBe('rejected  1000000.00 USD, reference r1: it is on record as rejected\n');
    const [reason = ''] = first.stderr.split('\n');
    expect(reason).toMatch(/^error {2}\[us\] create was refused \(HTTP 400, balance_insufficient\)/);
    expect(again.stderr.split(reason)).toHaveLength(2);
    expect(again.stderr).toMatch(/\nIt was refused at \S+Z\. Nothing was sent now\.\n/);
    const json = await disburse([...args, '--json'], place);
    expect(json.records).toMatchObject([{ result: { outcome: 'rejected', replayed: true }, error: { code: 'insufficient_funds' } }]);
    expect(json.records[0]?.error?.message.split('create was refused')).toHaveLength(2);
    expect(`${again.stderr}${json.stdout}`).not.toContain('nextAttempt');
    for (const command of ['submit', 'lookup']) {
      const { stderr } = await disburse([command, 'r1'], place); // Neither takes --next-attempt.
      expect(stderr).toContain('next   Once the cause is gone: disburse create 1000000.00 USD --reference r1 --next-attempt\n');
    }
  });

  describe('refused, and the same attempt may be sent again', () => {
    const ARGS = ['create', '25.00', 'USD', '--reference', 'r1'];
    const REFUSAL = { status: 401, body: { error: { type: 'invalid_request_error' } } };

    async function refused(...more: readonly string[]): Promise<World> {
      const place = await world();
      place.stripe.faults.on({ method: 'POST' }, { answer: REFUSAL, at: 'before' }, 1);
      expect(await disburse([...ARGS, ...more], place)).toMatchObject({ code: 3 });
      return place;
    }

    it('the same command sends it again', async () => {
      const place = await refused();
      expect(await disburse(ARGS, place)).toMatchObject({ code: 0 });
      expect(place.stripe.payouts()).toHaveLength(1);
    });

    it.each([
      ['another amount', ['create', '26.00', 'USD', '--reference', 'r1']],
      ['another provider', [...ARGS, '--provider', 'parties']],
      ['another destination', [...ARGS, '--destination', 'ba_other']],
    ])('%s is refused: 4, nobody says that a payout may exist, and it stays a certain refusal', async (_, other) => {
      const place = await refused();
      const sent = place.stripe.requests().length;
      const end = await disburse(other, place);
      expect(end).toMatchObject({ code: 4, stdout: '' });
      expect(end.stderr).toContain('reference r1 is kept for 25.00 USD through us, which was refused and may be sent again');
      expect(end.stderr).toContain('next   disburse submit r1 sends the kept one again, unchanged.');
      expect(end.stderr).not.toContain('may exist');
      expect(place.stripe.requests()).toHaveLength(sent);
      const { records } = await disburse(['open', '--json'], place);
      expect(records).toMatchObject([{ result: { submissions: [{ state: 'refused' }] } }]);
      expect(await disburse(ARGS, place)).toMatchObject({ code: 0 });
      expect([place.stripe.payouts().length, place.treasury.payouts().length]).toEqual([1, 0]);
    });

    it('asks again before live money', async () => {
      const place = await world();
      const baseUrl = place.simulated.env.DISBURSE_SIMULATED_STRIPE_URL;
      const config = { submissions: KEPT, providers: { us: { adapter: 'stripe', apiKey: { env: 'LIVE' }, baseUrl, maxResends: 0 } } };
      await writeFile(join(place.cwd, 'disburse.config.json'), JSON.stringify(config));
      const live = { ...place, env: { LIVE: 'sk_live_super-secret' } };
      expect(await disburse([...ARGS, '--yes'], live)).toMatchObject({ code: 3 }); // The simulator knows no such credential.
      const sent = place.stripe.requests().length;
      const end = await disburse(ARGS, live);
      expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('This is live money') as string });
      expect(place.stripe.requests()).toHaveLength(sent);
    });
  });

  it('where nobody listens to the look before it either: 5, and the same command sends it later', async () => {
    const place = await world();
    await place.stripe.server.connections('refuse');
    const args = ['create', '25.00', 'USD', '--reference', 'r1', '--json'];
    const end = await disburse(args, place);
    expect(end).toMatchObject({ code: 5, records: [{ result: null, error: { code: 'provider_unavailable' } }] });
    expect(await place.kept()).toEqual([]);
    await place.stripe.server.connections('serve');
    expect((await disburse(args, place)).code).toBe(0);
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it.each([
    ['a typo in an option', ['--options', '{"methd":"instant"}'], 2],
    ['options that are no JSON', ['--options', '{'], 2],
    ['options that are no object', ['--options', '[]'], 2],
    ['metadata without a value', ['--metadata', 'x'], 2],
    ['metadata twice', ['--metadata', 'a=1', '--metadata', 'a=2'], 2],
    ['a field that Mollie lacks', ['--provider', 'eu', '--metadata', 'a=1'], 2],
    ['an amount and the full balance', ['--full-balance'], 2],
    ['a provider that is not configured', ['--provider', 'nobody'], 2],
    ['an unknown option', ['--nonsense'], 2],
  ])('%s: nothing is sent', async (_, more, code) => {
    const place = await world();
    const end = await disburse(['create', '25.00', 'EUR', '--reference', 'r1', '--json', ...more], place);
    expect(end.code).toBe(code);
    expect(end.records[0]?.error).not.toBeNull();
    expect([place.stripe.payouts().length, place.mollie.payouts().length, (await place.kept()).length]).toEqual([0, 0, 0]);
  });

  it.each([
    ['no reference', ['create', '25.00', 'USD'], '--reference'],
    ['no amount', ['create', '--reference', 'r1'], 'say how much'],
    ['no currency', ['create', '25.00', '--reference', 'r1'], 'say how much'],
  ])('%s: usage', async (_, args, words) => {
    const end = await disburse(args, await world());
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining(words) as string });
  });

  it('where nothing can be kept, nothing is sent', async () => {
    const place = await world();
    await writeFile(join(place.cwd, KEPT), 'not a folder');
    const end = await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--json'], place);
    // Nor can it be seen what was kept before.
    expect(end).toMatchObject({ code: 4, records: [{ error: { code: 'unresolved' } }] });
    expect(place.stripe.payouts()).toEqual([]);
  });

  it('takes the full balance where the provider does', async () => {
    const place = await world();
    const end = await disburse(['create', '--full-balance', '--reference', 'r1', '--provider', 'eu'], place);
    expect(end.code).toBe(0);
    expect(place.mollie.payouts()).toHaveLength(1);
  });
});

describe('create --dry-run', () => {
  it.each([
    ['us', 'USD', 'POST', /\/v1\/payouts$/, 'amount=2500'],
    ['parties', 'USD', 'POST', /\/v1\/treasury\/outbound_payments$/, 'amount=2500'],
    ['eu', 'EUR', 'POST', /\/v2\/payouts$/, '"value":"25.00"'],
  ])('prints the exact request of %s and sends nothing', async (name, currency, method, url, body) => {
    const place = await world();
    const args = ['create', '25.00', currency, '--reference', 'r1', '--provider', name];
    const end = await disburse([...args, '--dry-run', '--json'], place);
    const dry = resultOf(end, 'create') as Extract<Results['create'], { request: object }>;
    expect(dry).toMatchObject({ kept: false, hidden: ['authorization'], request: { method } });
    expect(dry.request.url).toMatch(url);
    expect(dry.request.body).toContain(body);
    expect(dry.request.headers).toMatchObject({ authorization: 'Bearer (hidden)', 'idempotency-key': dry.submission.key });
    expect([place.stripe, place.treasury, place.mollie].map((rail) => rail.payouts().length)).toEqual([0, 0, 0]);
    expect(await place.kept()).toEqual([]);

    const real = resultOf(await disburse([...args, '--json'], place), 'create') as OutcomeRecord;
    expect(real.submission?.key).toBe(dry.submission.key); // It is the same request.
  });

  it('hides the number of an account, whose it is, and from where it was asked for', async () => {
    const place = await world();
    const options = {
      destinationPaymentMethodData: {
        type: 'us_bank_account',
        billingDetails: { name: 'Jenny Rosen', email: 'jenny@rosen.example', address: { line1: '1 Long Way' } },
        usBankAccount: { accountHolderType: 'individual', routingNumber: '110000000', accountNumber: '000123456789' },
      },
      endUserDetails: { present: true, ipAddress: '203.0.113.7' },
    };
    const personal = /000123456789|203\.0\.113\.7|Jenny|Rosen|Long Way|jenny@/;
    await writeFile(join(place.cwd, 'options.json'), JSON.stringify(options));
    const config = join(place.cwd, 'disburse.config.json');
    await writeFile(config, (await readFile(config, 'utf8')).replace('"destination": "pm_usBankAccount",', ''));
    const args = ['create', '25.00', 'USD', '--reference', 'r1', '--provider', 'parties', '--options', '@options.json'];
    const dry = await disburse([...args, '--dry-run'], place);
    expect(dry).toMatchObject({ code: 0 });
    expect(dry.stdout).not.toMatch(personal);
    expect(dry.stdout).toContain('account_number%5D=%28hidden%29');
    for (const more of [['--json', '--trace'], []]) {
      const end = await disburse([...args, ...more], place);
      expect(end.code).toBe(0);
      expect(`${end.stdout}${end.stderr}`).not.toMatch(personal);
    }
  });
});

describe('live money', () => {
  const LIVE = { adapter: 'stripe', apiKey: { env: 'LIVE_KEY' }, baseUrl: { env: 'DISBURSE_SIMULATED_STRIPE_URL' } };
  const env = { LIVE_KEY: 'sk_live_super-secret' };
  async function live(): Promise<World> {
    const place = await world();
    await writeFile(join(place.cwd, 'disburse.config.json'), JSON.stringify({ providers: { us: LIVE } }));
    return place;
  }
  const args = ['create', '25.00', 'USD', '--reference', 'r1'];

  it.each([
    ['live money', 'sk_live_super-secret', 'This is live money'],
    ['a key that does not tell', 'super-secret', 'This may be live money'],
  ])('without a terminal and without --yes is refused, and nothing is kept: %s', async (_, LIVE_KEY, words) => {
    const place = await live();
    const end = await disburse([...args, '--json'], { ...place, env: { LIVE_KEY } });
    expect(end).toMatchObject({ code: 2, records: [{ error: { code: 'not_confirmed' } }] });
    expect(end.records[0]?.error?.message).toContain(words);
    expect(await place.kept()).toEqual([]);
  });

  it.each([
    ['no', 'n', 5, 0],
    ['Ctrl-C', '\u0003', 5, 0],
    ['yes', 'y', 3, 1], // The simulator knows no live key: it was sent, and refused.
  ])('asks, shows what will happen, and takes %s for an answer', async (_, keys, code, kept) => {
    const place = await live();
    const end = await disburse(args, { ...place, env, keys });
    expect(end.stderr).toContain('This is live money. Pay 25.00 USD through us?');
    expect(end.stderr).toMatch(/reference +r1/);
    expect(end.code).toBe(code);
    expect(await place.kept()).toHaveLength(kept);
  });

  describe('submit of a file', () => {
    const prepared = async (): Promise<Submission> => {
      const provider = createStripe({ name: 'us', apiKey: 'sk_live_super-secret' });
      return provider.prepare({ reference: 'r1', money: { amount: '25.00', currency: 'USD' }, destination: 'ba_7' });
    };

    it('asks about what will be sent: amount, destination and reference', async () => {
      const place = await live();
      await writeFile(join(place.cwd, 'given.json'), JSON.stringify(await prepared()));
      const end = await disburse(['submit', 'given.json'], { ...place, env, keys: 'n' });
      expect(end.stderr).toContain('Submit 25.00 USD, to ba_7, reference r1?');
      expect(end.code).toBe(4);
    });

    it.each([
      ['with a question', []],
      ['without one', ['--yes']],
    ])('refuses one whose body pays another amount than it says, %s', async (_, more) => {
      const place = await live();
      const text = JSON.stringify(await prepared()).replace('amount=2500&', 'amount=99900&');
      await writeFile(join(place.cwd, 'given.json'), text);
      const end = await disburse(['submit', 'given.json', ...more], { ...place, env, keys: 'y' });
      expect(end.stderr).toContain('submission.money: must be what the body of its own request says');
      expect(end.stderr).not.toContain('Submit ');
      expect(await place.kept()).toEqual([]);
    });
  });

  it('--yes asks nothing', async () => {
    const place = await live();
    const end = await disburse([...args, '--yes'], { ...place, env });
    expect(end.code).toBe(3);
    expect(end.stderr).not.toContain('?');
  });
});

describe('what is there', () => {
  it('get, list and balances', async () => {
    const place = await world();
    const ids = [await created(place, '--reference', 'r1'), await created(place, '--reference', 'r2')];
    const got = await disburse(['get', ids[0] ?? '', '--json', '--raw'], place);
    expect(resultOf(got, 'get').payout).toMatchObject({ id: ids[0], reference: 'r1', raw: { object: 'payout' } });
    expect(resultOf(await disburse(['get', ids[0] ?? '', '--json'], place), 'get').payout).not.toHaveProperty('raw');
    const page = resultOf(await disburse(['list', '--limit', '1', '--json'], place), 'list');
    expect(page.payouts.map(({ id }) => id)).toEqual([ids[1]]);
    const rest = await disburse(['list', '--cursor', page.nextCursor ?? '', '--json'], place);
    expect(resultOf(rest, 'list').payouts.map(({ id }) => id)).toEqual([ids[0]]);
    const all = resultOf(await disburse(['list', '--all', '--limit', '1', '--json'], place), 'list');
    expect(all.payouts.map(({ id }) => id)).toEqual([ids[1], ids[0]]);
    const none = await disburse(['list', '--status', 'paid'], place);
    expect(none).toMatchObject({ code: 0, stdout: 'No payouts.\n' });
    const balances = await disburse(['balances', '--provider', 'eu', '--json'], place);
    expect(resultOf(balances, 'balances').balances).toMatchObject([{ available: { amount: '10000.00', currency: 'EUR' } }]);
  });

  it.each([
    ['a payout that does not exist', ['get', 'po_nope'], 5, 'not_found'],
    ['a limit that is none', ['list', '--limit', 'x'], 2, 'invalid_request'],
    ['reverse at a provider that cannot', ['reverse', 'payout_1', '--provider', 'eu'], 2, 'unsupported'],
    ['update at a provider that cannot', ['update', 'obp_1', '--metadata', 'a=1', '--provider', 'parties'], 2, 'unsupported'],
    ['cancel of what does not exist', ['cancel', 'po_nope', '--yes'], 3, 'not_found'],
    ['update without a change', ['update', 'po_1'], 2, 'usage'],
    ['update with everything', ['update', 'po_1', '--unset-all', '--unset', 'a'], 2, 'usage'],
  ])('%s', async (_, args, code, error) => {
    const end = await disburse([...args, '--json'], await world());
    expect(end).toMatchObject({ code, records: [{ error: { code: error } }] });
  });

  it('cancel and update change what they say', async () => {
    const place = await world();
    const id = await created(place, '--reference', 'r1', '--metadata', 'draft=1');
    const updated = await disburse(['update', id, '--metadata', 'order=42', '--unset', 'draft', '--json'], place);
    expect(resultOf(updated, 'update').payout.metadata).toMatchObject({ order: '42' });
    expect(resultOf(updated, 'update').payout.metadata).not.toHaveProperty('draft');
    const canceled = await disburse(['cancel', id, '--json'], place);
    expect(resultOf(canceled, 'cancel').payout.status).toBe('canceled');
    expect(await disburse(['cancel', id], place)).toMatchObject({ code: 0 }); // As it is.
  });

  it('reverse brings the money of a connected account back, once', async () => {
    const stripe = simulateStripe();
    stripe.account('acct_1').addBankAccount({ currency: 'usd' });
    stripe.account('acct_1').fund({ amount: 10_000, currency: 'usd' });
    const server = await stripe.listen();
    onTestFinished(() => server.close());
    const us = { adapter: 'stripe', apiKey: { env: 'KEY' }, stripeAccount: 'acct_1', baseUrl: server.url };
    const place = { cwd: await folder(), env: { KEY: 'sk_test_simulated' } };
    await writeFile(join(place.cwd, 'disburse.config.json'), JSON.stringify({ default: 'us', providers: { us } }));
    const made = await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--json'], place);
    expect(made.records).toMatchObject([{ error: null }]);
    const id = (resultOf(made, 'create') as OutcomeRecord).payout?.id ?? '';
    stripe.account('acct_1').move(id, 'paid');
    const reversed = await disburse(['reverse', id, '--yes', '--json'], place);
    expect(reversed.code).toBe(0);
    expect(resultOf(reversed, 'reverse').payout).toMatchObject({ reverses: id });
    const again = await disburse(['reverse', id, '--yes', '--json'], place);
    expect(resultOf(again, 'reverse').payout.id).toBe(resultOf(reversed, 'reverse').payout.id);
    expect(stripe.payouts).toHaveLength(2);
  });

  it('a cancel whose answer and re-read are lost: 4', async () => {
    const place = await world();
    const id = await created(place, '--reference', 'r1');
    place.stripe.faults.on({}, { reset: 'after' });
    expect(await disburse(['cancel', id, '--yes', '--json'], place)).toMatchObject({
      code: 4,
      records: [{ error: { outcome: 'unknown' } }],
    });
  });

  it('providers and check', async () => {
    const place = await world();
    const all = await disburse(['providers', '--json'], place);
    expect(resultOf(all, 'providers')).toMatchObject({ default: 'us', providers: [{ name: 'us' }, { name: 'parties' }, { name: 'eu' }] });
    expect(await disburse(['check'], place)).toMatchObject({ code: 0 });
    await place.mollie.server.connections('reset');
    place.mollie.server.closeIdle('reset');
    const broken = await disburse(['check', '--json'], place);
    expect(broken.code).toBe(5);
    expect(resultOf(broken, 'check').providers.map(({ ok }) => ok)).toEqual([true, true, false]);
  });
});

describe('--account', () => {
  /** A platform with two connected accounts, of which the configuration names none. */
  async function platform(): Promise<{
    readonly cwd: string;
    readonly env: { readonly KEY: string };
    readonly stripe: ReturnType<typeof simulateStripe>;
  }> {
    const stripe = simulateStripe();
    for (const id of ['acct_1', 'acct_2']) {
      stripe.account(id).addBankAccount({ currency: 'usd' });
      stripe.account(id).fund({ amount: 10_000, currency: 'usd' });
    }
    const server = await stripe.listen();
    onTestFinished(() => server.close());
    const cwd = await folder();
    const us = { adapter: 'stripe', apiKey: { env: 'KEY' }, baseUrl: server.url, maxResends: 0 };
    await writeFile(join(cwd, 'disburse.config.json'), JSON.stringify({ providers: { us } }));
    return { cwd, env: { KEY: stripe.apiKey }, stripe };
  }
  const CREATE = ['create', '25.00', 'USD', '--reference', 'r1', '--json'];

  it('pays, reads and resolves at the connected account, and no other', async () => {
    const place = await platform();
    const dry = await disburse([...CREATE, '--account', 'acct_1', '--dry-run'], place);
    expect(resultOf(dry, 'create')).toMatchObject({
      request: { headers: { 'stripe-account': 'acct_1' } },
      submission: { account: 'acct_1' },
    });
    const made = await disburse([...CREATE, '--account', 'acct_1'], place);
    expect(resultOf(made, 'create')).toMatchObject({ outcome: 'accepted', submission: { account: 'acct_1' } });
    const id = (resultOf(made, 'create') as OutcomeRecord).payout?.id ?? '';
    for (const args of [
      ['get', id],
      ['explain', id],
      ['update', id, '--metadata', 'a=1'],
      ['follow', id, '--until', 'final'],
      ['cancel', id],
    ]) {
      expect((await disburse([...args, '--json'], place)).records[0]?.error?.code).toBe('not_found');
      if (args[0] !== 'follow') expect(await disburse([...args, '--account', 'acct_1', '--json'], place)).toMatchObject({ code: 0 });
    }
    const listed = async (...more: readonly string[]): Promise<number> =>
      resultOf(await disburse(['list', '--json', ...more], place), 'list').payouts.length;
    expect([await listed('--account', 'acct_1'), await listed('--account', 'acct_2')]).toEqual([1, 0]);
    expect(resultOf(await disburse(['balances', '--account', 'acct_2', '--json'], place), 'balances').balances[0]?.available.amount).toBe(
      '10100.00',
    );
    // What is kept stays with its account.
    const again = await disburse([...CREATE, '--account', 'acct_1'], place);
    expect(resultOf(again, 'create')).toMatchObject({ outcome: 'accepted', payout: { id, account: 'acct_1' }, replayed: true });
    const shown = await disburse(['get', id, '--account', 'acct_1'], place);
    expect(shown.stdout).toMatch(/^account +acct_1$/m);
    expect((await disburse(['list', '--account', 'acct_1', '--json'], place)).stdout).toContain('"account":"acct_1"');
    expect((await disburse(['get', id], place)).stderr).toContain('--account ID a connected account');
    const without = await disburse(CREATE.slice(0, -1), place);
    expect(without).toMatchObject({ code: 4, stderr: expect.stringContaining('the kept one was made on acct_1') as string });
    expect(without.stdout).toBe(
      `unknown  reference r1 is taken by 25.00 USD on account acct_1, accepted as ${id}; 25.00 USD on no connected account was not sent\n`,
    );
    expect(without.stderr).toContain(`disburse get ${id} --provider us --account acct_1 shows it.`);
    expect(await disburse([...CREATE, '--account', 'acct_2'], place)).toMatchObject({ code: 4 });
    expect(resultOf(await disburse(['lookup', 'r1', '--json'], place), 'lookup')).toMatchObject({ payout: { id } });
    expect(place.stripe.payouts).toHaveLength(1);
  });

  it('is refused in words where there are none', async () => {
    const place = await world();
    for (const args of [['list'], ['balances'], ['create', '25.00', 'EUR', '--reference', 'r1']]) {
      const end = await disburse([...args, '--provider', 'eu', '--account', 'acct_1'], place);
      expect(end).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--account: eu (balance) has no connected accounts.') as string,
      });
    }
    expect(place.mollie.payouts()).toEqual([]);
  });

  it.each([
    ['list', ['list'], 'not an account'],
    ['create', CREATE, 'not an account'],
    ['nothing', ['get', 'po_1'], ''],
  ])('that can be none is refused under that name: %s', async (_, args, account) => {
    const place = await platform();
    const { code, records } = await disburse([...args, '--json', '--account', account], place);
    expect(code).toBe(2);
    expect(records[0]?.error?.message).toMatch(/^--account: must (not be empty; must )?be visible ASCII without spaces\.$/);
    expect(JSON.stringify(records)).not.toContain('stripeAccount');
  });

  it('that the provider refuses is named as it is typed, and as it is configured', async () => {
    const place = await platform();
    const error = { type: 'invalid_request_error', code: 'account_invalid', message: 'No access to acct_9.' };
    place.stripe.faults.on({ method: 'GET' }, { answer: { status: 403, headers: {}, body: { error } }, at: 'before' }, 1);
    const end = await disburse(['list', '--account', 'acct_9'], place);
    expect(end).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('Check --account, or "stripeAccount" in the configuration, and that') as string,
    });
  });
});

describe('lookup and resolve', () => {
  async function lost(): Promise<World> {
    const place = await world();
    place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
    expect((await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place)).code).toBe(4);
    return place;
  }

  it('lookup finds what was made, by reading', async () => {
    const place = await lost();
    place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }); // It would be seen.
    const end = await disburse(['lookup', 'r1', '--json', '--trace'], place);
    expect(end.code).toBe(0);
    expect(resultOf(end, 'lookup')).toMatchObject({ outcome: 'accepted', replayed: true });
    expect(end.stderr).toMatch(/trace {2}us {2}GET \/v1\/payouts\S* {2}200 {2}answered/);
    expect(end.stderr).not.toContain('POST');
  });

  it('resolve records the payout that a person found', async () => {
    const place = await lost();
    const [payout] = place.stripe.payouts();
    const end = await disburse(['resolve', 'r1', '--payout-id', payout?.id ?? '', '--yes', '--json'], place);
    expect(resultOf(end, 'resolve')).toMatchObject({ outcome: 'accepted', payout: { id: payout?.id } });
    expect(await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('resolve --absent is refused while a copy could still arrive: 4, a payout may exist', async () => {
    const end = await disburse(['resolve', 'r1', '--absent', '--yes', '--json'], await lost());
    expect(end).toMatchObject({ code: 4, records: [{ error: { code: 'invalid_state' } }] });
  });

  it.each([
    ['both', ['--absent', '--payout-id', 'po_1']],
    ['neither', []],
  ])('resolve takes one answer, not %s', async (_, more) => {
    expect(await disburse(['resolve', 'r1', ...more], await lost())).toMatchObject({ code: 2 });
  });

  describe('what is kept of a create that was lost cannot be read any more', () => {
    const DAMAGES: readonly (readonly [string, (text: string) => string])[] = [
      ['cut off', (text) => text.slice(0, 40)],
      ['empty', () => ''],
      ['with another amount', (text) => text.replace('"25.00"', '"26.00"')],
      ['of another kind', () => '{}'],
    ];
    const COMMANDS: readonly (readonly [string, (file: string) => readonly string[]])[] = [
      ['create', () => ['create', '25.00', 'USD', '--reference', 'r1']],
      ['create --next-attempt', () => ['create', '25.00', 'USD', '--reference', 'r1', '--next-attempt']],
      ['submit by reference', () => ['submit', 'r1']],
      ['submit by file', (file) => ['submit', file]],
      ['lookup by reference', () => ['lookup', 'r1']],
      ['lookup by file', (file) => ['lookup', file]],
      ['resolve by reference', () => ['resolve', 'r1', '--absent']],
      ['resolve by file', (file) => ['resolve', file, '--payout-id', 'po_1']],
    ];

    it.each(DAMAGES)('%s: 4, whatever is tried, and nothing more is paid', async (_, damaged) => {
      const place = await lost();
      const [file = ''] = await place.kept();
      const path = join(place.cwd, file);
      await writeFile(path, damaged(await readFile(path, 'utf8')));
      const sent = place.stripe.requests().length;
      const ends = await Promise.all(COMMANDS.map(async ([, args]) => disburse([...args(file), '--json'], place)));
      expect(ends.map(({ code }, index) => [COMMANDS[index]?.[0], code])).toEqual(COMMANDS.map(([name]) => [name, 4]));
      for (const { records } of ends) {
        expect(records).toMatchObject([
          { error: { code: 'unresolved', message: expect.stringContaining('a payout may exist') as string } },
        ]);
        expect(records[0]?.error?.message).toContain(file);
        expect(records[0]?.advice.join(' ')).toContain('disburse list');
      }
      expect(place.stripe.requests()).toHaveLength(sent);
      expect(place.stripe.payouts()).toHaveLength(1);
    });

    it('a dry run of it sends nothing, and a read of its payout is only a read: 5', async () => {
      const place = await lost();
      const [file = ''] = await place.kept();
      await writeFile(join(place.cwd, file), '{');
      expect(await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--dry-run'], place)).toMatchObject({ code: 5 });
      expect(await disburse(['explain', place.stripe.payouts()[0]?.id ?? ''], place)).toMatchObject({ code: 5 });
    });

    it('another reference is not concerned', async () => {
      const place = await lost();
      const [file = ''] = await place.kept();
      await writeFile(join(place.cwd, file), '{');
      expect(await disburse(['create', '10.00', 'USD', '--reference', 'r2'], place)).toMatchObject({ code: 0 });
    });
  });

  it('takes any of the files of a kept submission for it', async () => {
    const place = await lost();
    const [file = ''] = await place.kept();
    expect(await disburse(['submit', file], place)).toMatchObject({ code: 0 });
    const accepted = file.replace('.json', '.accepted.json');
    expect(await readFile(join(place.cwd, accepted), 'utf8')).toContain('payoutId');
    expect(await disburse(['submit', accepted], place)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('takes a submission that an application wrote, and no changed one', async () => {
    const place = await lost();
    const [file = ''] = await place.kept();
    const { content } = JSON.parse(await readFile(join(place.cwd, file), 'utf8')) as { content: { submission: object } };
    await writeFile(join(place.cwd, 'plain.json'), JSON.stringify(content.submission));
    const end = await disburse(['submit', 'plain.json', '--json'], place);
    expect(resultOf(end, 'submit')).toMatchObject({ outcome: 'accepted', submission: { file: 'plain.json' } });
    const changed = (await readFile(join(place.cwd, file), 'utf8')).replace('"25.00"', '"26.00"');
    await writeFile(join(place.cwd, 'changed.json'), changed);
    expect(await disburse(['submit', 'changed.json'], place)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('checksum') as string,
    });
    expect(await disburse(['lookup', 'nowhere'], place)).toMatchObject({ code: 2, stderr: expect.stringContaining('no file') as string });
    expect(place.stripe.payouts()).toHaveLength(1);
  });
});

describe('follow and explain', () => {
  it('tells every change until it is final, and a reversal as one', async () => {
    const place = await world();
    const id = await created(place, '--reference', 'r1');
    const onOutput = (text: string): void => {
      if (text.includes('"first"')) place.stripe.move(id, 'pay', undefined);
      if (text.includes('"advanced"')) place.stripe.move(id, 'bounce', undefined);
    };
    const end = await disburse(['follow', id, '--every', '0.001', '--json'], { ...place, onOutput });
    expect(end.code).toBe(0);
    expect(end.records.map(({ result }) => (result as Results['follow']).observation)).toEqual(['first', 'advanced', 'reversed', 'end']);
  });

  it('stops at paid when told to', async () => {
    const place = await world();
    const id = await created(place, '--reference', 'r1');
    place.stripe.move(id, 'pay', undefined);
    const end = await disburse(['follow', id, '--until', 'paid'], place);
    expect(end).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`${id} is paid: reported as paid, and can still come back.`) as string,
    });
  });

  it.each([
    ['us', 'USD', true],
    ['parties', 'USD', true],
    ['eu', 'EUR', false], // Mollie gives no reference back.
  ])('explains a payout of %s', async (name, currency, known) => {
    const place = await world();
    const made = await disburse(['create', '25.00', currency, '--reference', 'r1', '--provider', name, '--json'], place);
    const id = (resultOf(made, 'create') as OutcomeRecord).payout?.id ?? '';
    const end = await disburse(['explain', id, '--provider', name, '--json'], place);
    const said = resultOf(end, 'explain');
    expect(said).toMatchObject({ finality: 'open', cancel: { possible: true }, reverse: { possible: false } });
    expect(said.submission !== null).toBe(known);
    expect((await disburse(['explain', id, '--provider', name], place)).stdout).toContain(
      `It can be canceled as long as it is pending: disburse cancel ${id}`,
    );
  });
});

describe('events', () => {
  it('lists the types of every provider', async () => {
    const end = await disburse(['events', '--json'], await world());
    expect(resultOf(end, 'events').providers.map(({ types }) => types.length)).toEqual([6, 7, 5]);
  });
});
