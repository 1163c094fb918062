import { fileSubmissions } from '@disburse/core/node';
import { createStripe } from '@disburse/stripe-adapter';
import { describe, expect, it } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, KEPT, type World, world } from './__tests__/bench.ts';
import { openRecord } from './due.ts';
import type { OpenRecord, Results } from './records.ts';
import type { Session } from './session.ts';

const DAY = 24 * 60 * 60_000;

/** One that was paid and whose answer was lost, one that was not, and one that is resolved. */
async function left(): Promise<World> {
  const place = await world();
  await disburse(['create', '5.00', 'USD', '--reference', 'resolution'], place);
  for (const [reference, moment] of [
    ['r1', 'after'],
    ['r2', 'before'],
  ] as const) {
    place.stripe.faults.on({ method: 'POST' }, { reset: moment }, 1);
    await place.simulated.clock.advance(60_000); // Time stands still there, but for what the command itself takes.
    expect(await disburse(['create', '25.00', 'USD', '--reference', reference], place)).toMatchObject({ code: 4 });
  }
  return place;
}

async function open(place: World): Promise<readonly OpenRecord[]> {
  const { code, records } = await disburse(['open', '--json'], place);
  expect(code).toBe(0);
  const result = records[0]?.result as Results['open'] | undefined;
  return result?.submissions ?? [];
}

describe('open', () => {
  it('lists what is not resolved, and nothing else', async () => {
    const place = await left();
    expect(await open(place)).toMatchObject([
      { submission: { reference: 'r1' }, state: 'may_exist', ageSeconds: 60, reason: null, next: { action: 'submit' } },
      { submission: { reference: 'r2' } },
    ]);
    const told = await disburse(['open'], place);
    expect(told.stdout).toMatch(/^r1 +25\.00 USD +us +(?:under a|1) minute +may exist +disburse submit r1$/m);
    expect(told.stdout).not.toContain('resolved ');
    expect(told.stderr).toContain('disburse submit --all submits what is due (2)');
  });

  it('says from when on', async () => {
    const place = await left();
    await place.simulated.clock.advance(DAY);
    const [first] = await open(place);
    expect(first).toMatchObject({
      ageSeconds: 86_460,
      next: { action: 'submit', notBefore: expect.stringMatching(/^2026-11-24T09:12:00\.\d{3}Z$/) as string },
    });
    const told = await disburse(['open'], place);
    expect(told.stdout).toContain('1 day');
    expect(told.stdout).toMatch(/disburse submit r1 \(from 2026-11-24T09:12:01Z\)/);
    expect(told.stderr).toBe('');
  });

  it('says why one was refused below the table, wrapped, so that no row gets wider', async () => {
    const place = await world();
    const error = { type: 'invalid_request_error', message: 'Invalid API Key provided.' };
    place.stripe.faults.on({ method: 'POST' }, { answer: { status: 401, headers: {}, body: { error } }, at: 'before' }, 2);
    for (const reference of ['r1', 'r2']) {
      await disburse(['create', '25.00', 'USD', '--reference', reference], place);
      await place.simulated.clock.advance(60_000); // The oldest comes first.
    }
    const { stdout } = await disburse(['open'], place);
    expect(stdout).toMatch(/^r1 +25\.00 USD +us +\d minutes? +refused +disburse submit r1$/m);
    const [table = '', reasons = ''] = stdout.split('\n\n');
    expect(table.split('\n')).toHaveLength(3);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
    const [record] = await open(place);
    expect(record).toMatchObject({ state: 'refused', reason: expect.stringContaining('was not accepted') as string });
    expect(reasons.trimEnd().split('\n').length).toBeGreaterThan(1);
    expect(reasons.trimEnd().replaceAll(/\n {2}/g, ' ')).toBe(`r1, r2: ${record?.reason}`);
  });

  it('where everything is resolved, or nothing was ever kept', async () => {
    const place = await world();
    expect(await disburse(['open'], place)).toMatchObject({ code: 0, stdout: 'Everything is resolved.\n' });
    await disburse(['create', '5.00', 'USD', '--reference', 'resolution'], place);
    expect(await open(place)).toEqual([]);
  });

  it('what cannot be read is an error, and never left out', async () => {
    const place = await left();
    const file = (await open(place))[0]?.submission.file ?? '';
    await writeFile(join(place.cwd, file), '{');
    expect(await disburse(['open'], place)).toMatchObject({ code: 5, stdout: '' });
    expect(await disburse(['submit', '--all'], place)).toMatchObject({ code: 4 });
    expect(place.stripe.payouts()).toHaveLength(2);
  });
});

describe('what is to be done', () => {
  const prepared = '2026-11-23T09:00:00.000Z';
  const retentionMs = DAY;

  async function next(now: string, lookup: string, more: object = {}): Promise<OpenRecord> {
    const submission = {
      name: 'us',
      reference: 'r1',
      attempt: 1,
      namespace: '',
      preparedAt: prepared,
      money: 'full_balance',
      key: 'k',
      ...more,
    };
    const session = {
      usable: ['us'],
      folder: '/nowhere',
      now: () => Date.parse(now),
      provider: () => ({ capabilities: { key: { retentionMs }, lookup } }),
    };
    const refused = 'refused' in more ? { refused: more.refused } : {};
    return openRecord(session as unknown as Session, '/', { submission, resolution: null, ...refused } as never);
  }

  it.each([
    ['while the key lives', '2026-11-23T10:00:00.000Z', 'metadata', '2026-11-23T10:00:00.000Z'],
    ['while a copy may still arrive', '2026-11-24T08:50:00.000Z', 'metadata', '2026-11-24T09:11:00.001Z'],
    ['later, where payouts are found', '2026-11-25T09:00:00.000Z', 'metadata', '2026-11-25T09:00:00.000Z'],
    ['later, where only a person can tell', '2026-11-25T09:00:00.000Z', 'none', 'review'],
  ])('%s', async (_, now, lookup, due) => {
    const expected = due === 'review' ? { action: 'review' } : { action: 'submit', notBefore: due };
    expect((await next(now, lookup)).next).toEqual(expected);
  });

  it('a refusal that nobody else holds is told with its reason, and may be sent again', async () => {
    const reason = {
      code: 'authentication',
      message: 'the credential was refused',
      providerCode: null,
      requestId: null,
      at: prepared,
      by: 'provider',
    };
    const record = await next('2026-11-24T08:50:00.000Z', 'none', { refused: { rejected: true, retry: 'same_attempt', reason } });
    expect(record).toMatchObject({ state: 'refused', reason: 'the credential was refused', next: { action: 'submit' } });
  });

  it('of a provider that is configured no more, a person decides', async () => {
    expect((await next(prepared, 'metadata', { name: 'gone' })).next).toEqual({ action: 'review' });
  });
});

describe('submit --all', () => {
  it('resolves what is due, one after the other, and says how it ended', async () => {
    const place = await left();
    const end = await disburse(['submit', '--all'], place);
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(end.stdout).toMatch(
      /^accepted.* r1: po_\w+\naccepted.* r2: po_\w+\n2 accepted, 0 rejected, 0 unknown, 0 not due yet or for a person\.\n$/,
    );
    expect(place.stripe.payouts()).toHaveLength(3);
    expect(await open(place)).toEqual([]);
    expect(await disburse(['submit', '--all'], place)).toMatchObject({ code: 0, stdout: 'Everything is resolved.\n' });
  });

  it('one record each, and their number at the end', async () => {
    const place = await left();
    const { records, code } = await disburse(['submit', '--all', '--json'], place);
    expect(code).toBe(0);
    expect(records.map(({ exitCode }) => exitCode)).toEqual([null, null, 0]);
    expect(records.at(-1)?.result).toEqual({ accepted: 2, rejected: 0, unknown: 0, waiting: 0 });
  });

  it('4 where any may exist, and the others are resolved', async () => {
    const place = await left();
    place.stripe.faults.on({ method: 'POST' }, { reset: 'before' }, 1);
    const end = await disburse(['submit', '--all', '--json'], place);
    expect(end.code).toBe(4);
    expect(end.records[0]).toMatchObject({ exitCode: null, error: { outcome: 'unknown' } });
    expect(end.records.at(-1)?.result).toEqual({ accepted: 1, rejected: 0, unknown: 1, waiting: 0 });
    expect((await open(place)).map(({ submission }) => submission.reference)).toEqual(['r1']);
  });

  it('3 where one is refused', async () => {
    const place = await left();
    place.stripe.faults.on(
      { method: 'POST' },
      { answer: { status: 402, headers: {}, body: { error: { type: 'card_error', code: 'x', message: 'm' } } }, at: 'before' },
      9,
    );
    const end = await disburse(['submit', '--all'], place);
    expect([3, 4]).toContain(end.code);
    expect(place.stripe.payouts()).toHaveLength(2);
  });

  it('what is not due waits: nothing is sent, and 4', async () => {
    const place = await left();
    await place.simulated.clock.advance(DAY);
    const sent = place.stripe.requests().length;
    const end = await disburse(['submit', '--all', '--json'], place);
    expect(end).toMatchObject({ code: 4, records: [{ result: { waiting: 2, accepted: 0 } }] });
    expect(place.stripe.requests()).toHaveLength(sent);
  });

  it.each([
    ['neither', ['submit']],
    ['both', ['submit', 'r1', '--all']],
  ])('a reference or --all, not %s', async (_, args) => expect(await disburse(args, await world())).toMatchObject({ code: 2 }));

  it('asks once before live money, and without a terminal refuses', async () => {
    const place = await world();
    const url = place.simulated.env.DISBURSE_SIMULATED_STRIPE_URL;
    const store = fileSubmissions(join(place.cwd, KEPT));
    const us = createStripe({ apiKey: 'sk_live_super-secret', name: 'us', baseUrl: url, submissions: store });
    for (const reference of ['r1', 'r2'])
      await store.putIfAbsent(await us.prepare({ reference, destination: 'ba_somebody', money: { amount: '25.00', currency: 'USD' } }));
    const config = { submissions: KEPT, providers: { us: { adapter: 'stripe', apiKey: { env: 'LIVE' }, baseUrl: url, maxResends: 0 } } };
    await writeFile(join(place.cwd, 'disburse.config.json'), JSON.stringify(config));
    const env = { LIVE: 'sk_live_super-secret' };
    const sent = place.stripe.requests().length;
    expect(await disburse(['submit', '--all'], { ...place, env })).toMatchObject({ code: 2 });
    const asked = await disburse(['submit', '--all'], { ...place, env, keys: 'n' });
    expect(asked.stderr).toContain('This is live money. Submit these 2?');
    expect(asked.stderr).toContain('us  25.00 USD, to ba_somebody, reference r1\n');
    expect(asked.stderr).toContain('us  25.00 USD, to ba_somebody, reference r2\n');
    expect(place.stripe.requests()).toHaveLength(sent);
  });
});
