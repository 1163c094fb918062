// A variable that is not set stops the commands that need its provider, and no other ones.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { disburse, type Finished, type World, world } from './__tests__/bench.ts';

const MISSING = 'providers.later.apiKey: the environment variable LATER_KEY is not set';

/** Three simulated providers, and the first one once more under a key that may not be set. */
async function withLater(): Promise<{ readonly place: World; readonly run: (args: readonly string[], key?: string) => Promise<Finished> }> {
  const place = await world();
  const path = join(place.cwd, 'disburse.config.json');
  const config = JSON.parse(await readFile(path, 'utf8')) as { readonly providers: { readonly us: object } };
  const later = { ...config.providers.us, apiKey: { env: 'LATER_KEY' }, webhookSecrets: undefined };
  await writeFile(path, JSON.stringify({ ...config, providers: { ...config.providers, later } }, null, 2));
  return { place, run: (args, key) => disburse(args, { cwd: place.cwd, ...(key === undefined ? {} : { env: { LATER_KEY: key } }) }) };
}

describe('a variable that is not set', () => {
  it('leaves the other providers as they are', async () => {
    const { place, run } = await withLater();
    expect(await run(['create', '25.00', 'USD', '--reference', 'r1'])).toMatchObject({ code: 0 });
    expect(await run(['balances', '--provider', 'eu'])).toMatchObject({ code: 0 });
    expect(await run(['check', '--provider', 'us'])).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it.each([
    [['create', '25.00', 'USD', '--reference', 'r1', '--provider', 'later']],
    [['list', '--provider', 'later']],
    [['check']],
    [['providers']],
    [['check', '--provider', 'later']],
  ])('is told with its place, and nothing is asked: %j', async (args) => {
    const { place, run } = await withLater();
    const end = await run(args);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toContain('next   Set what is missing, then disburse check.');
    expect(end.stderr).toMatch(new RegExp(`^ +\\d+:\\d+ +${MISSING.replaceAll('.', '\\.')}$`, 'm'));
    expect([...place.stripe.requests(), ...place.mollie.requests()]).toEqual([]);
    expect(await place.kept()).toEqual([]);
  });

  const unset = { a: { adapter: 'stripe', apiKey: { env: 'A' } }, b: { adapter: 'stripe', apiKey: { env: 'B' } } };

  it.each([
    ['open', {}],
    ['check', { us: { adapter: 'stripe', apiKey: { env: 'SET' } } }],
    ['providers', { us: { adapter: 'stripe', apiKey: { env: 'SET' } } }],
  ])('is told with all the others by %s', async (command, set) => {
    const { cwd } = await world();
    await writeFile(join(cwd, 'disburse.config.json'), JSON.stringify({ providers: { ...set, ...unset } }));
    const end = await disburse([command], { cwd, env: { SET: 'sk_test_super-secret' } });
    expect(end).toMatchObject({ code: 2, stdout: '' });
    for (const name of ['A', 'B']) expect(end.stderr).toContain(`the environment variable ${name} is not set`);
  });
});

describe('what may exist at a provider whose variable is not set any more', () => {
  const create = ['create', '25.00', 'USD', '--reference', 'r1'];

  it('is listed, and neither sent nor paid through another provider', async () => {
    const { place, run } = await withLater();
    const key = place.simulated.env.DISBURSE_SIMULATED_STRIPE_KEY;
    place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
    expect(await run([...create, '--provider', 'later'].concat('--yes'), key)).toMatchObject({ code: 4 });
    const before = place.stripe.requests().length;

    const open = await run(['open', '--json']);
    expect(open).toMatchObject({
      code: 0,
      records: [{ result: { submissions: [{ submission: { name: 'later' }, next: { action: 'review' } }] } }],
    });
    expect((await run(['open'])).stdout).toContain('set the variables of later');
    expect(await run(['submit', '--all', '--yes'])).toMatchObject({ code: 4 });
    for (const [code, args] of [
      [2, create],
      [4, [...create, '--provider', 'us']],
      [2, ['submit', 'r1', '--yes']],
      [2, ['lookup', 'r1']],
    ] as const) {
      expect(await run(args)).toMatchObject({ code, stdout: '' });
    }
    expect(place.stripe.requests()).toHaveLength(before);

    expect(await run(['submit', 'r1', '--yes'], key)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });
});

it('a namespace at the top is where the command looks', async () => {
  const place = await world();
  const path = join(place.cwd, 'disburse.config.json');
  place.stripe.faults.on({ method: 'POST' }, { reset: 'before' }, 1);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"default"', '"namespace": "payroll", "default"'));
  await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place);
  const listed = async (): Promise<unknown> => (await disburse(['open', '--json'], place)).records[0]?.result;
  expect(await listed()).toMatchObject({ submissions: [{ submission: { reference: 'r1' } }] });
  const [kept = ''] = await place.kept();
  expect(await readFile(join(place.cwd, kept), 'utf8')).toMatch(/"namespace": ?"payroll"/);
  await writeFile(path, (await readFile(path, 'utf8')).replace('"payroll"', '"other"'));
  expect(await listed()).toEqual({ submissions: [] });
});
