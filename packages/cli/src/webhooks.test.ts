import { describe, expect, it, onTestFinished } from 'vitest';
import { readFile, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { disburse, type Finished, START, type World, world } from './__tests__/bench.ts';
import type { Results } from './records.ts';
import { type Undelivered, undeliveredText } from './simulate/undelivered.ts';
import { EVENT_TYPES } from './webhooks/event-types.ts';

/** Listens for so many deliveries while something is done. */
async function listening(
  place: World,
  count: number,
  meanwhile: (url: string) => Promise<unknown>,
  ...more: readonly string[]
): Promise<Finished> {
  const url = Promise.withResolvers<string>();
  const onOutput = (text: string): void => {
    const found = /"listening":"([^"]+)"/.exec(text)?.[1];
    if (found !== undefined) url.resolve(found);
  };
  const ended = disburse(['listen', '--port', '0', '--count', String(count), '--json', ...more], { ...place, onOutput });
  await meanwhile(await url.promise);
  return ended;
}

const stepsOf = ({ records }: Finished): Results['listen'][] => records.slice(1, -1).map(({ result }) => result as Results['listen']);

const EVERY = [
  ['us', 'stripe'],
  ['parties', 'stripe-treasury'],
  ['eu', 'balance'],
] as const;

describe('events send', () => {
  it.each(EVERY)('every event of %s is verified and read by listen', async (name, adapter) => {
    const place = await world();
    const types = Object.keys(EVENT_TYPES[adapter].types);
    const end = await listening(place, types.length, async (url) => {
      for (const type of types) {
        const sent = await disburse(['events', 'send', type, '--to', url, '--provider', name, '--json'], place);
        expect(sent).toMatchObject({ code: 0, records: [{ result: { type, status: 200 } }] });
      }
    });
    expect(end.code).toBe(0);
    expect(stepsOf(end)).toMatchObject(types.map((type) => ({ event: { name, provider: adapter, type, payout: { name } } })));
  });

  it.each([
    ['a type of another provider', ['payout.completed', '--to', 'http://127.0.0.1:1'], 2],
    ['no address', ['payout.paid'], 2],
    ['what is no address', ['payout.paid', '--to', 'here'], 2],
    ['where nobody listens', ['payout.paid', '--to', 'http://127.0.0.1:1'], 5],
  ])('%s', async (_, args, code) => {
    expect(await disburse(['events', 'send', ...args], await world())).toMatchObject({ code });
  });
});

describe('simulate webhooks', () => {
  /** An address that answers each delivery with what `statusOf` says. */
  async function receiver(statusOf: (headers: Headers) => number): Promise<{ readonly url: string; readonly types: string[] }> {
    const types: string[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += String(chunk)));
      request.on('end', () => {
        types.push((JSON.parse(body) as { type: string }).type);
        response.writeHead(statusOf(new Headers(request.headers as Record<string, string>))).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, types };
  }
  const onlyStripe = (headers: Headers): number => (headers.has('stripe-signature') ? 200 : 400);

  it('names the provider that does not take the address, and then nobody delivers there', async () => {
    const place = await world();
    const { url, types } = await receiver(onlyStripe);
    const end = await disburse(['simulate', 'webhooks', url], place);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toContain('error  balance: Refused with 422: Failed to ping the webhook subscription. It answered 400.');
    expect(end.stderr).toContain('No provider was subscribed by this; --adapter stripe subscribes that one alone.');
    await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place);
    await place.simulated.clock.advance(3 * 86_400_000);
    expect(types).toEqual(['hook.ping']);
  });

  it.each([
    ['stripe', 'payout.created'],
    ['balance', 'hook.ping'],
  ])('--adapter %s: that one alone', async (adapter, type) => {
    const place = await world();
    const { url, types } = await receiver(() => 200);
    const end = await disburse(['simulate', 'webhooks', url, '--adapter', adapter], place);
    expect(end).toMatchObject({ code: 0, stdout: `webhooks of ${adapter} go to ${url}\n` });
    await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place);
    expect(await disburse(['create', '25.00', 'USD', '--reference', 'r2', '--provider', 'parties'], place)).toMatchObject({ code: 0 });
    await place.simulated.clock.advance(0);
    expect(types).toEqual([type]);
  });

  it.each([
    [
      'stripe',
      'us',
      'USD',
      400,
      'payout.created',
      /answered 400.*another secret, or another clock: in here it is 2026-11-23T09:00:00.000Z/,
    ],
    ['stripe-treasury', 'parties', 'USD', 400, 'treasury.outbound_payment.created', /answered 400.*another clock/],
    ['stripe', 'us', 'USD', 500, 'payout.created', /answered 500; it is delivered again later$/],
  ])('%s, %s %s: a delivery that is answered %i is told', async (adapter, name, currency, status, type, words) => {
    const place = await world();
    const { url } = await receiver(() => status);
    const told: Undelivered[] = [];
    place.simulated.onUndelivered((one) => told.push(one));
    await disburse(['simulate', 'webhooks', url, '--adapter', adapter], place);
    await disburse(['create', '25.00', currency, '--reference', 'r1', '--provider', name], place);
    await place.simulated.clock.advance(0);
    expect(told[0]).toMatchObject({ adapter, type, status });
    expect(undeliveredText(told[0] as Undelivered, Date.parse(START))).toMatch(words);
    await place.simulated.clock.advance(6 * 3_600_000);
    expect(told.filter((one) => one.type === type)).toHaveLength(1); // Not once more for each attempt.
  });

  it('Mollie signs no time, so a clock explains nothing there; no answer is told, too', async () => {
    const of = (given: Partial<Undelivered>): string =>
      undeliveredText({ adapter: 'balance', type: 'payout.failed', status: 400, failure: null, ...given }, 0);
    expect(of({})).toMatch(/^balance {2}payout\.failed was answered 400; .*another secret/);
    expect(of({})).not.toContain('clock');
    expect(of({ status: null, failure: 'no answer within 15 s' })).toContain('payout.failed was not answered: no answer within 15 s');
  });
});

describe('listen', () => {
  it('refuses what is not signed, or signed for another provider', async () => {
    const place = await world();
    const end = await listening(
      place,
      2,
      async (url) => {
        expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(400);
        expect((await fetch(url)).status).toBe(405);
        expect(await disburse(['events', 'send', 'payout.paid', '--to', url, '--provider', 'us'], place)).toMatchObject({ code: 5 });
      },
      '--provider',
      'eu',
    );
    expect(stepsOf(end)).toEqual([{ refused: expect.any(String) as string }, { refused: expect.any(String) as string }]);
  });

  it('does not wait for a body that never comes, neither with another delivery nor with its end', async () => {
    const place = await world();
    const end = await listening(place, 1, async (url) => {
      const hung = connect(Number(new URL(url).port), '127.0.0.1');
      hung.on('error', () => undefined);
      onTestFinished(() => void hung.destroy());
      await once(hung, 'connect');
      hung.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n');
      await new Promise((resolve) => setTimeout(resolve, 50)); // It is there first.
      expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(400);
    });
    expect(stepsOf(end)).toHaveLength(1);
  });

  it('takes what the simulated providers deliver, on their time', async () => {
    const place = await world();
    const end = await listening(place, 4, async (url) => {
      for (const rail of place.simulated.rails) await rail.deliverTo(url); // Mollie's ping is one.
      await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place);
      await place.simulated.clock.advance(3 * 86_400_000);
    });
    const types = stepsOf(end).map((step) =>
      'event' in step ? `${step.event.type} ${step.event.payout?.status ?? ''}` : Object.keys(step)[0],
    );
    expect(types).toEqual(['ignored', 'payout.created pending', 'payout.updated in_transit', 'payout.paid paid']);
  });

  it('has nothing to listen for without secrets', async () => {
    const place = await world();
    const file = join(place.cwd, 'disburse.config.json');
    await writeFile(file, (await readFile(file, 'utf8')).replaceAll(/"webhookSecrets".*\n/g, ''));
    expect(await disburse(['listen'], place)).toMatchObject({ code: 2, stderr: expect.stringContaining('webhookSecrets') as string });
    expect(await disburse(['events', 'send', 'payout.paid', '--to', 'http://127.0.0.1:1'], place)).toMatchObject({ code: 2 });
  });

  it.each([
    ['--port', 'x'],
    ['--port', '70000'],
    ['--count', '0'],
  ])('%s %s is no number for it', async (option, value) => {
    expect(await disburse(['listen', option, value], await world())).toMatchObject({ code: 2 });
  });
});
