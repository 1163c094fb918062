import { assertSupports, type Capabilities, isPayoutError, type PayoutError, supports } from '@disburse/core';
import type { Command } from 'commander';
import type { Call, Ending } from '../call.ts';
import { EXIT } from '../exit-code.ts';
import type { Provider } from '../factories.ts';
import { errorLines, errorRecord } from '../out.ts';
import type { Perform } from '../perform.ts';
import { withProgress } from '../progress.ts';
import { openSession } from '../session.ts';
import { table, wrapped } from '../tables.ts';
import { typedAs } from '../words.ts';

const HOUR_MS = 3_600_000;

export function addLook(program: Command, perform: Perform): void {
  program
    .command('providers')
    .description('Show the configured providers and what each can do, without asking them.')
    .addHelpText('after', '\nExamples:\n  $ disburse providers\n  $ disburse providers --json')
    .action(perform('providers', 'reads', providers));
  program
    .command('check')
    .description('Check the configuration, and each credential with a harmless read.')
    .addHelpText('after', '\nExamples:\n  $ disburse check\n  $ disburse check --provider eu')
    .action(perform('check', 'reads', check));
}

async function providers(call: Call<'providers'>): Promise<Ending<'providers'>> {
  const session = await openSession(call, { offline: true, complete: call.options.provider === undefined });
  const { provider: wanted } = call.options;
  const names = wanted === undefined ? session.names : [session.provider().name];
  const all = names.map((name) => session.provider(name));
  const rows = all.map(({ name, id, capabilities }) => [
    `${name}${name === session.defaultName ? ' (default)' : ''}`,
    id,
    ableTo(capabilities),
    capabilities.lookup,
    `${capabilities.key.retentionMs / HOUR_MS} h`,
  ]);
  const effects = all.flatMap(({ name, capabilities }) =>
    capabilities.sideEffects.flatMap((effect) => wrapped(`${name}: ${effect}`, call.width)),
  );
  return {
    exitCode: EXIT.done,
    result: {
      config: session.config.path,
      default: session.defaultName,
      providers: all.map(({ name, id, capabilities }) => ({ name, adapter: id, capabilities })),
    },
    text: [...table(['name', 'adapter', 'beyond the common', 'looked up by', 'key kept'], rows, call), ...effects],
  };
}

/** What this provider has and another may lack. */
function ableTo({ operations, request }: Capabilities): string {
  const optional = operations.filter((name) => name === 'update' || name === 'reverse' || name === 'balances');
  const fields = Object.entries(request).flatMap(([name, able]) => (able ? [typedAs(name)] : []));
  return [...optional, ...fields].join(', ');
}

interface Checked {
  readonly provider: Provider;
  readonly read: 'balances' | 'list';
  readonly error: PayoutError | null;
}

async function check(call: Call<'check'>): Promise<Ending<'check'>> {
  const session = await openSession(call, { complete: call.options.provider === undefined });
  const names = call.options.provider === undefined ? session.names : [session.provider().name];
  const all = Promise.all(names.map((name) => checked(session.provider(name), call.signal)));
  const results = await withProgress(call, 'Asking every provider', all);
  const rows = results.map(({ provider, read, error }) => [
    provider.name,
    provider.id,
    { painted: error === null ? call.paint('green', 'ok') : call.paint('red', error.code) },
    read === 'balances' ? 'read the balances' : 'read a list',
  ]);
  const failed = results.filter(({ error }) => error !== null);
  return {
    exitCode: failed.length === 0 ? EXIT.done : EXIT.nothing,
    result: {
      config: session.config.path,
      providers: results.map(({ provider: { name, id: adapter }, read, error }) => ({
        name,
        adapter,
        ok: error === null,
        read,
        error: error === null ? null : errorRecord(error, call.secrets),
      })),
    },
    text: [
      ...table(['name', 'adapter', 'credential', 'by'], rows, call),
      ...failed.flatMap(({ error }) => (error === null ? [] : errorLines(error, call.secrets))),
    ],
    advice: failed.length === 0 ? [] : ['Correct what each of them says, in the configuration or its environment; then disburse check.'],
  };
}

async function checked(provider: Provider, signal: AbortSignal): Promise<Checked> {
  const read = supports(provider, 'balances') ? 'balances' : 'list';
  try {
    if (supports(provider, 'balances')) await provider.balances({ signal });
    else {
      assertSupports(provider, 'list');
      await provider.list({ limit: 1 }, { signal });
    }
    return { provider, read, error: null };
  } catch (error) {
    if (isPayoutError(error)) return { provider, read, error };
    throw error;
  }
}
