import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { access, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { disburse, folder, START, type World, world } from './__tests__/bench.ts';
import { type Binary, bundle, start } from './__tests__/process.ts';

let binary: Binary;
beforeAll(async () => {
  binary = await bundle();
});

describe('simulate', () => {
  it('runs until it is quit, takes lines on standard input and from another process, and leaves nothing behind', async () => {
    const cwd = await folder();
    await disburse(['init', '--simulated'], { cwd });
    expect((await disburse(['check'], { cwd })).stderr).toContain('disburse simulate, in another terminal');
    expect(await disburse(['simulate', 'time'], { cwd })).toMatchObject({ code: 5 });

    const simulator = start(binary, ['simulate', '--start', START, '--json'], { cwd });
    await simulator.printed('ready');
    const left = await readFile(join(cwd, '.disburse', 'simulator.env'), 'utf8');
    expect(await simulator.printed('ready')).toMatch(/"advice":\["This is not the real time, and programs keep the real one\./);
    expect(left).toMatch(/^DISBURSE_SIMULATED_STRIPE_URL=http:\/\/127\.0\.0\.1:\d+$/m);
    expect(await disburse(['check'], { cwd })).toMatchObject({ code: 0 });
    simulator.type('advance 2 hours');
    await simulator.printed('it is 2026-11-23T11:00:00.000Z');
    expect(await disburse(['simulate', 'time'], { cwd })).toMatchObject({ code: 0, stdout: 'it is 2026-11-23T11:00:00.000Z\n' });
    expect((await disburse(['create', '25.00', 'USD', '--reference', 'r1'], { cwd })).stdout).toMatch(/created +2026-11-23T11:00/);
    simulator.type('quit');
    expect(await simulator.ended).toMatchObject({ code: 0 });
    await expect(access(join(cwd, '.disburse', 'simulator.env'))).rejects.toThrow('ENOENT');
  });

  it('tells of a delivery that its receiver does not take', async () => {
    const cwd = await folder();
    await disburse(['init', '--simulated'], { cwd });
    const receiver = createServer((_, response) => void response.writeHead(400).end());
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void receiver.close());
    const simulator = start(binary, ['simulate', '--start', START, '--json'], { cwd });
    await simulator.printed('ready');
    const { port } = receiver.address() as AddressInfo;
    await disburse(['simulate', 'webhooks', `http://127.0.0.1:${port}`, '--adapter', 'stripe'], { cwd });
    await disburse(['create', '25.00', 'USD', '--reference', 'r1'], { cwd });
    await simulator.printed('"result":{"undelivered":{"adapter":"stripe","type":"payout.created","status":400,"failure":null}}');
    simulator.type('quit');
    expect(await simulator.ended).toMatchObject({ code: 0 });
  });

  it('without --start its time runs with the real one', async () => {
    const cwd = await folder();
    const simulator = start(binary, ['simulate', '--json'], { cwd });
    const ready = await simulator.printed('ready');
    const { result } = JSON.parse(ready.split('\n')[0] ?? '') as { result: { ready: { now: string } } };
    expect(Math.abs(Date.parse(result.ready.now) - Date.now())).toBeLessThan(60_000);
    expect(ready).toContain('"advice":[]');
    simulator.signal('SIGINT');
    expect(await simulator.ended).toMatchObject({ code: 0 });
  });

  it.each([
    ['a time that is none', ['--start', 'monday']],
    ['a port that is none', ['--port', '99999']],
  ])('%s: usage', async (_, args) => {
    expect(await disburse(['simulate', ...args], { cwd: await folder() })).toMatchObject({ code: 2 });
  });
});

/** The cells of a printed table. */
const cellsOf = (text: string): readonly (readonly string[])[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

describe('its console', () => {
  async function paid(place: World, name: string, currency: string): Promise<string> {
    const end = await disburse(['create', '25.00', currency, '--reference', `r-${name}`, '--provider', name], place);
    expect(end.code).toBe(0);
    return place.simulated.rails.flatMap((rail) => rail.payouts()).at(-1)?.id ?? '';
  }

  it.each([
    ['us', 'USD', 'fail', 'failed'],
    ['us', 'USD', 'pay', 'paid'],
    ['parties', 'USD', 'fail', 'failed'],
    ['parties', 'USD', 'pay', 'posted'],
    ['eu', 'EUR', 'fail', 'failed'],
    ['eu', 'EUR', 'pay', 'completed'],
  ])('%s, %s: %s makes it %s', async (name, currency, line, status) => {
    const place = await world();
    const id = await paid(place, name, currency);
    const end = await disburse(['simulate', line, id, '--json'], place);
    expect(end).toMatchObject({ code: 0, records: [{ result: { line: `${line} ${id}` } }] });
    expect(end.records[0]).toHaveProperty('result.answer.0', `${id} is ${status}`);
  });

  it.each([
    ['us', 'USD', 'failed', 'failed'],
    ['parties', 'USD', 'returned', 'returned'],
    ['eu', 'EUR', 'failed', 'returned'],
  ])('%s, %s: what bounces was paid before, and then is %s', async (name, currency, word, status) => {
    const place = await world();
    const id = await paid(place, name, currency);
    expect(await disburse(['simulate', 'bounce', id], place)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('can come back') as string,
    });
    await disburse(['simulate', 'pay', id], place);
    expect((await disburse(['simulate', 'bounce', id], place)).stdout.split('\n')[0]).toBe(`${id} is ${word}`);
    const shown = (await disburse(['get', id, '--provider', name], place)).stdout;
    expect(shown).toMatch(new RegExp(`status +${status}`));
    expect(shown).not.toMatch(/failure +(\w+): \1\b/); // The provider's code is told where it is another word.
  });

  it('Treasury returns, Stripe has no word for it', async () => {
    const place = await world();
    const us = await paid(place, 'us', 'USD');
    expect(await disburse(['simulate', 'return', us], place)).toMatchObject({ code: 2 });
    const id = await paid(place, 'parties', 'USD');
    await disburse(['simulate', 'pay', id], place);
    expect((await disburse(['simulate', 'return', id, 'no_account'], place)).stdout).toBe(`${id} is returned\n`);
  });

  it.each([
    ['lose-answer', 4, 1],
    ['reset', 4, 0],
    ['server-error', 4, 0],
    ['html-502', 0, 1], // It is looked for, and found.
    ['truncate', 4, 1],
    ['rate-limit', 3, 0],
    ['forget-keys', 0, 1],
  ])('fault %s: a create ends with %i, and %i exist', async (kind, code, existing) => {
    const place = await world();
    expect(await disburse(['simulate', 'fault', kind, '--adapter', 'stripe'], place)).toMatchObject({ code: 0 });
    expect(await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place)).toMatchObject({ code });
    expect(place.stripe.payouts()).toHaveLength(existing);
  });

  it.each([
    ['gateway-401', 401, 'text/plain'],
    ['gateway-403', 403, 'text/html'],
    ['gateway-429', 429, 'application/problem+json'],
  ])('fault %s: a gateway answers %i after the commit', async (kind, status, type) => {
    const place = await world();
    await disburse(['simulate', 'fault', kind, '--adapter', 'stripe'], place);
    const headers = { authorization: `Bearer ${place.simulated.env.DISBURSE_SIMULATED_STRIPE_KEY}` };
    const body = new URLSearchParams({ amount: '100', currency: 'usd' });
    const answer = await fetch(`${place.stripe.server.url}/v1/payouts`, { method: 'POST', headers, body });
    expect([answer.status, answer.headers.get('content-type')?.split(';')[0], answer.headers.get('request-id')]).toEqual([
      status,
      type,
      null,
    ]);
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('account makes a connected one, whose payouts are listed and moved as any other', async () => {
    const place = await world();
    expect((await disburse(['simulate', 'account', 'acct_1'], place)).stdout).toMatch(
      /^stripe  acct_1\nstripe-treasury  acct_1  fa_\w+  cus_\w+\n$/,
    );
    const headers = { authorization: `Bearer ${place.simulated.env.DISBURSE_SIMULATED_STRIPE_KEY}`, 'stripe-account': 'acct_1' };
    const body = new URLSearchParams({ amount: '100', currency: 'usd' });
    await fetch(`${place.stripe.server.url}/v1/payouts`, { method: 'POST', headers, body });
    const id = place.stripe.payouts()[0]?.id ?? '';
    expect(cellsOf((await disburse(['simulate', 'payouts'], place)).stdout)).toEqual([
      ['adapter', 'id', 'status', 'amount', 'account'],
      ['stripe', id, 'pending', '1.00 USD', 'acct_1'],
    ]);
    expect((await disburse(['simulate', 'pay', id], place)).stdout).toBe(`${id} is paid\n`);
  });

  it('payouts shows the amount and the reference of each', async () => {
    const place = await world();
    expect((await disburse(['simulate', 'payouts'], place)).stdout).toBe('no payouts yet\n');
    await paid(place, 'us', 'USD');
    await paid(place, 'parties', 'USD');
    const file = join(place.cwd, 'disburse.config.json');
    const config = await readFile(file, 'utf8');
    await writeFile(file, config.replace('"adapter": "balance"', '"correlation": "description", "adapter": "balance"'));
    await disburse(['create', '--full-balance', '--reference', 'r-eu', '--provider', 'eu', '--description', 'all of it'], place);
    const ids = place.simulated.rails.map((rail) => rail.payouts()[0]?.id);
    expect(cellsOf((await disburse(['simulate', 'payouts'], place)).stdout)).toEqual([
      ['adapter', 'id', 'status', 'amount', 'reference'],
      ['stripe', ids[0], 'pending', '25.00 USD', 'r-us'],
      ['stripe-treasury', ids[1], 'processing', '25.00 USD', 'r-parties'],
      ['balance', ids[2], 'requested', 'not fixed yet', 'r-eu'],
    ]);
  });

  it('accounts lists every account and balance, connected ones too, with what is available', async () => {
    const place = await world();
    await disburse(['simulate', 'account', 'acct_1', '--adapter', 'stripe-treasury'], place);
    const rows = cellsOf((await disburse(['simulate', 'accounts'], place)).stdout);
    expect(rows).toEqual([
      ['adapter', 'id', 'with', 'available'],
      ['stripe', 'acct_simulated', '10000.00 USD, 500.00 USD (bank_account), 10000.00 EUR'],
      ['stripe-treasury', 'acct_simulated', expect.stringMatching(/^fa_\w+ cus_\w+$/), '10000.00 USD'],
      ['stripe-treasury', 'acct_recipient', expect.stringMatching(/^fa_\w+ cus_\w+$/), '10000.00 USD'],
      ['stripe-treasury', 'acct_1', expect.stringMatching(/^fa_\w+ cus_\w+$/), '10000.00 USD'],
      ['balance', place.simulated.env.DISBURSE_SIMULATED_MOLLIE_BALANCE, '10000.00 EUR'],
    ]);
    expect(cellsOf((await disburse(['simulate', 'accounts', '--adapter', 'balance'], place)).stdout)).toHaveLength(2);
  });

  it('fund puts money where a create then finds it', async () => {
    const place = await world();
    const create = ['create', '10100.00', 'USD', '--provider', 'us', '--reference'];
    expect(await disburse([...create, 'r1'], place)).toMatchObject({ code: 3 });
    const funded = await disburse(['simulate', 'fund', '100.00', 'usd', '--adapter', 'stripe'], place);
    expect(funded).toMatchObject({ code: 0, stdout: 'stripe  acct_simulated has 10100.00 USD now\n' });
    expect(await disburse([...create, 'r2'], place)).toMatchObject({ code: 0 });
  });

  it('fund without an id: every provider that holds the currency', async () => {
    const place = await world();
    const { DISBURSE_SIMULATED_TREASURY_ACCOUNT: fa, DISBURSE_SIMULATED_MOLLIE_BALANCE: bal } = place.simulated.env;
    expect((await disburse(['simulate', 'fund', '0.50', 'USD'], place)).stdout).toBe(
      `stripe  acct_simulated has 10000.50 USD now\nstripe-treasury  ${fa} has 10000.50 USD now\n`,
    );
    expect((await disburse(['simulate', 'fund', '1.00', 'EUR'], place)).stdout).toBe(
      `stripe  acct_simulated has 10001.00 EUR now\nbalance  ${bal} has 10001.00 EUR now\n`,
    );
    expect((await disburse(['simulate', 'fund', '500', 'JPY'], place)).stdout).toBe('stripe  acct_simulated has 500 JPY now\n');
  });

  it('fund with an id: that account or balance alone', async () => {
    const place = await world();
    const made = (await disburse(['simulate', 'account', 'acct_1'], place)).stdout;
    const fa = /fa_\w+/.exec(made)?.[0] ?? '';
    const bal = place.simulated.env.DISBURSE_SIMULATED_MOLLIE_BALANCE;
    const funded = async (currency: string, id: string): Promise<string> =>
      (await disburse(['simulate', 'fund', '7.00', currency, id], place)).stdout;
    expect(await funded('USD', 'acct_1')).toBe(`stripe  acct_1 has 10007.00 USD now\nstripe-treasury  ${fa} has 10007.00 USD now\n`);
    expect(await funded('USD', fa)).toBe(`stripe-treasury  ${fa} has 10014.00 USD now\n`);
    expect(await funded('EUR', bal)).toBe(`balance  ${bal} has 10007.00 EUR now\n`);
    const lines = (await disburse(['simulate', 'accounts'], place)).stdout.split('\n');
    expect(lines.find((line) => line.includes('acct_simulated'))).toContain('10000.00 USD'); // Nothing came in there.
  });

  it.each([
    ['100.00 GBP bal_nope', ['stripe has no account bal_nope.', 'stripe-treasury has no account bal_nope.', 'balance has no bal_nope.']],
    ['100 USD', ['USD amounts have exactly 2 decimals', 'holds EUR only, and no USD.']],
    ['0.00 EUR', ['the amount must be greater than zero.', 'more than zero, such as 10.50.']],
    ['1.00 ZZZ --adapter stripe', ['ZZZ is not a currency of ISO 4217']],
    ['1.00 EUR --adapter stripe-treasury', ['stripe-treasury holds USD only, and no EUR.']],
  ])('fund %s: every provider says why not, and nothing comes in', async (line, reasons) => {
    const place = await world();
    const before = await disburse(['simulate', 'accounts'], place);
    const end = await disburse(['simulate', 'fund', ...line.split(' ')], place);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    for (const reason of reasons) expect(end.stderr).toContain(reason);
    expect((await disburse(['simulate', 'accounts'], place)).stdout).toBe(before.stdout);
  });

  it.each(['', 'payout', 'bank account'])('repair %s: what a bounce broke takes payouts again', async (what) => {
    const place = await world();
    const id = await paid(place, 'us', 'USD');
    await disburse(['simulate', 'pay', id], place);
    const bounced = (await disburse(['simulate', 'bounce', id], place)).stdout;
    const bank = /ba_\w+/.exec(bounced)?.[0] ?? '';
    expect(bounced).toBe(`${id} is failed\n${bank} takes no payouts from now on: repair ${bank} changes that\n`);
    const create = (reference: string) => disburse(['create', '10.00', 'USD', '--reference', reference, '--provider', 'us'], place);
    expect(await create('r1')).toMatchObject({ code: 3 });
    const meant = what === '' ? [] : [what === 'payout' ? id : bank];
    expect((await disburse(['simulate', 'repair', ...meant], place)).stdout).toBe(`${bank} of acct_simulated takes payouts again\n`);
    expect(await create('r2')).toMatchObject({ code: 0 });
    expect((await disburse(['simulate', 'repair', ...meant], place)).stdout).toBe('nothing is broken\n');
  });

  it.each([
    ['parties', 'USD'],
    ['eu', 'EUR'],
  ])('%s: a bounce breaks nothing', async (name, currency) => {
    const place = await world();
    const id = await paid(place, name, currency);
    await disburse(['simulate', 'pay', id], place);
    expect((await disburse(['simulate', 'bounce', id], place)).stdout.trimEnd().split('\n')).toHaveLength(1);
    expect((await disburse(['simulate', 'repair', id], place)).stdout).toBe('nothing is broken\n');
    expect(await disburse(['create', '10.00', currency, '--reference', 'again', '--provider', name], place)).toMatchObject({ code: 0 });
  });

  it('down, up and clear', async () => {
    const place = await world();
    await disburse(['simulate', 'down', '--adapter', 'balance'], place);
    expect(await disburse(['balances', '--provider', 'eu'], place)).toMatchObject({ code: 5 });
    await disburse(['simulate', 'up'], place);
    await disburse(['simulate', 'fault', 'reset', '--times', '9'], place);
    await disburse(['simulate', 'clear'], place);
    expect(await disburse(['create', '25.00', 'EUR', '--reference', 'r1', '--provider', 'eu'], place)).toMatchObject({ code: 0 });
  });

  it.each([
    ['nonsense'],
    ['advance 3'],
    ['advance -1 days'],
    ['advance x days'],
    ['fail po_nope'],
    ['fault nope'],
    ['account somebody'],
    ['account acct_1 --adapter balance'],
    ['fault reset --times 0'],
    ['webhooks https://example.com'],
    ['repair po_nope'],
    ['fund 1.00'],
  ])('%s is answered, and changes nothing', async (line) => {
    const place = await world();
    const end = await disburse(['simulate', ...line.split(' ')], place);
    expect(end.code).toBe(2);
    expect(end.stderr).toMatch(/^error {2}(?!error)\S.*\n(.*\n)*next {3}disburse simulate help/);
    expect(place.simulated.clock.now()).toBe(Date.parse(START));
  });

  it.each(['advance 3 days', 'advance 10 seconds'])('%s says that programs keep the real time', async (line) => {
    const place = await world();
    const end = await disburse(['simulate', ...line.split(' ')], place);
    expect(end.stdout.split('\n')).toEqual([
      `it is ${new Date(place.simulated.clock.now()).toISOString()}`,
      'This is not the real time, and programs keep the real one. Use here only a program whose runtime follows this time: what another has open can be told falsely, and paid twice. disburse follows this time.',
      '',
    ]);
    expect((await disburse(['simulate', 'time'], place)).stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  it('help says what there is, and each line in the imperative', async () => {
    const { stdout } = await disburse(['simulate', 'help'], await world());
    expect(stdout).toContain('advance <count> <unit>');
    const described = [...stdout.matchAll(/^ {2}(\w+)(?: [^ ]+)* {2,}(\S+)/gm)].filter(([, name]) => name !== undefined);
    const verbs = new Set(['show', 'list', 'let', 'put', 'make', 'break', 'take', 'refuse', 'deliver', 'stop']);
    expect(described.length).toBeGreaterThan(15);
    expect(described.filter(([, , verb]) => !verbs.has(verb ?? '')).map(([, name, verb]) => `${name}: ${verb}`)).toEqual([]);
  });
});
