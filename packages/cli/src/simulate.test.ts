import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { access, readFile } from 'node:fs/promises';
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
    expect(await disburse(['simulate', line, id, '--json'], place)).toMatchObject({
      code: 0,
      records: [{ result: { line: `${line} ${id}`, answer: [`${id} is ${status}`] } }],
    });
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
    expect((await disburse(['simulate', 'bounce', id], place)).stdout).toBe(`${id} is ${word}\n`);
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
    expect((await disburse(['simulate', 'payouts'], place)).stdout).toBe(`stripe  ${id}  pending  acct_1\n`);
    expect((await disburse(['simulate', 'pay', id], place)).stdout).toBe(`${id} is paid\n`);
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

  it('help says what there is', async () => {
    expect((await disburse(['simulate', 'help'], await world())).stdout).toContain('advance <count> <unit>');
  });
});
