import { describe, expect, it } from 'vitest';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, type Finished, type World, world } from './__tests__/bench.ts';
import type { Results } from './records.ts';
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
