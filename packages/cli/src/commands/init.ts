import { isCancel, multiselect } from '@clack/prompts';
import { Argument, type Command } from 'commander';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Call, Ending } from '../call.ts';
import { CONFIG_FILE, shownFrom } from '../config-file.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { type AdapterId, ADAPTERS } from '../factories.ts';
import { isInteractive } from '../host.ts';
import type { Perform } from '../perform.ts';
import { makePlace } from '../simulated-place.ts';
import { liveConfig, simulatedConfig, STARTING_NAMES, withoutComments } from '../starting-config.ts';

interface InitOptions {
  readonly simulated?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly comments?: boolean | undefined;
}

export function addInit(program: Command, perform: Perform): void {
  program
    .command('init')
    .summary('write a configuration')
    .description('Writes a configuration with comments for the chosen providers. Secrets stay in the environment.')
    .addArgument(new Argument('[adapters...]', 'which providers to begin with').choices(ADAPTERS))
    .option('--simulated', 'one that works at once, without an account, against disburse simulate')
    .option('--no-comments', 'plain JSON, which JSON.parse can read too')
    .option('--force', 'replace the file that is there')
    .addHelpText(
      'after',
      '\nExamples:\n  $ disburse init --simulated\n  $ disburse init stripe balance\n  $ disburse init stripe --no-comments --config conf/pay.json',
    )
    .action(perform('init', 'reads', init));
}

async function init(call: Call<'init', InitOptions>): Promise<Ending<'init'>> {
  const { options, host } = call;
  const simulated = options.simulated === true;
  const adapters = await chosen(call, simulated);
  const text = simulated ? simulatedConfig(adapters) : liveConfig(adapters);
  const path = resolve(host.cwd, options.config ?? join(host.cwd, CONFIG_FILE));
  await write(path, shownFrom(host.cwd, path), options.comments === false ? withoutComments(text) : text, options.force === true);
  const ignored = await makePlace(dirname(path)).catch(() => null);
  const next = simulated
    ? ['disburse simulate, in another terminal, starts the providers; then disburse check.']
    : ['Set the environment variables that it names, then disburse check.'];
  return {
    exitCode: EXIT.done,
    result: { file: path, ignored, simulated, providers: adapters.map((adapter) => ({ name: STARTING_NAMES[adapter], adapter })) },
    text: [
      `Wrote ${path}: ${adapters.map((adapter) => `${STARTING_NAMES[adapter]} (${adapter})`).join(', ')}.`,
      ignored === null
        ? 'Let git ignore the folder .disburse beside it: what is kept there can hold account numbers.'
        : `Wrote ${ignored}, so that git leaves out what is kept beside it.`,
    ],
    advice: next,
  };
}

async function chosen(call: Call<'init', InitOptions>, simulated: boolean): Promise<readonly AdapterId[]> {
  if (call.args.length > 0) return ADAPTERS.filter((adapter) => call.args.includes(adapter));
  if (simulated) return ADAPTERS;
  if (!isInteractive(call.host)) throw new CliError('usage', `name the providers: disburse init ${ADAPTERS.join(' ')}, or --simulated.`);
  const answer = await multiselect({
    message: 'Which providers?',
    options: ADAPTERS.map((value) => ({ value, label: value })),
    required: true,
    input: call.host.stdin as Readable,
    output: call.host.stderr as Writable,
    signal: call.signal,
  });
  if (isCancel(answer)) throw new CliError('interrupted', 'Nothing was written.');
  return ADAPTERS.filter((adapter) => answer.includes(adapter));
}

async function write(path: string, shown: string, text: string, replace: boolean): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: replace ? 'w' : 'wx' });
  } catch (error) {
    if (codeOf(error) === 'EEXIST')
      throw new CliError('usage', `${shown} is there already.`, { advice: ['--force replaces it; --config PATH names another.'] });
    throw notWritten(shown, error);
  }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown error');

function notWritten(path: string, error: unknown): CliError {
  return new CliError('config', `${path} cannot be written (${codeOf(error)}).`, { advice: ['--config PATH names another place.'] });
}
