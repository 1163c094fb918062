import { describe, expect, it } from 'vitest';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, START, world } from './__tests__/bench.ts';
import type { DryRunRecord } from './records.ts';
import { isSimulated } from './simulated-place.ts';

const left = { DISBURSE_SIMULATOR_URL: 'http://127.0.0.1:1', DISBURSE_SIMULATED_STRIPE_URL: 'http://127.0.0.1:2' };
const simulated = { baseUrl: { env: 'DISBURSE_SIMULATED_STRIPE_URL' } };

describe('whose time it is', () => {
  it.each([
    ['all are simulated', { us: simulated, us2: simulated }, left, left, true],
    ['one has no address of its own', { us: simulated, eu: {} }, left, left, false],
    ['one is elsewhere', { us: simulated, eu: { baseUrl: 'https://api.example.com' } }, left, left, false],
    ['one is named outright', { us: { baseUrl: 'http://127.0.0.1:2' } }, left, left, false],
    [
      'the variable was set to something else',
      { us: simulated },
      left,
      { ...left, DISBURSE_SIMULATED_STRIPE_URL: 'https://api.stripe.com' },
      false,
    ],
    [
      'a variable with such a name that no simulator left',
      { us: { baseUrl: { env: 'DISBURSE_SIMULATED_OTHER_URL' } } },
      left,
      { ...left, DISBURSE_SIMULATED_OTHER_URL: 'x' },
      false,
    ],
    ['another variable of the simulator', { us: { baseUrl: { env: 'DISBURSE_SIMULATOR_URL' } } }, left, left, false],
    ['no simulator runs', { us: simulated }, {}, left, false],
    ['no providers', {}, left, left, false],
  ])('%s', (_, providers, place, env, expected) => {
    expect(isSimulated({ providers }, place, env)).toBe(expected);
  });

  it('a provider that keeps the real time is never given the simulated one', async () => {
    const place = await world();
    const args = ['create', '25.00', 'USD', '--reference', 'r1', '--dry-run', '--json'];
    const preparedAt = async (): Promise<string> => {
      const { records } = await disburse(args, { ...place, env: { REAL_KEY: 'sk_test_super-secret' } });
      const dry = records[0]?.result as DryRunRecord | undefined;
      return dry?.submission.preparedAt ?? '';
    };
    expect((await preparedAt()).slice(0, 16)).toBe(START.slice(0, 16));
    const file = join(place.cwd, 'disburse.config.json');
    const real = '"providers": { "real": { "adapter": "stripe", "apiKey": { "env": "REAL_KEY" } },';
    await writeFile(file, (await readFile(file, 'utf8')).replace('"providers": {', real));
    expect(Math.abs(Date.parse(await preparedAt()) - Date.now())).toBeLessThan(60_000);
  });
});
