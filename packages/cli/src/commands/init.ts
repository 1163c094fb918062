import { isCancel, multiselect } from '@clack/prompts';
import { Argument, type Command } from 'commander';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Call, Ending } from '../call.ts';
import { CONFIG_FILE, shownFrom } from '../config-file.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { type AdapterId, ADAPTERS, FACTORIES } from '../factories.ts';
import { isInteractive } from '../host.ts';
import type { Perform } from '../perform.ts';
import { makePlace } from '../simulated-place.ts';
import { type ChosenAdapter, liveConfig, simulatedConfig, STARTING_NAMES } from '../starting-config.ts';

interface InitOptions {
  readonly simulated?: boolean | undefined;
  readonly force?: boolean | undefined;
}

export function addInit(program: Command, perform: Perform): void {
  program
    .command('init')
    .description(
      'Make a configuration for the chosen providers.\n\nIt names a schema, by which editors complete it. Secrets stay in the environment.',
    )
    .addArgument(new Argument('[adapters...]', 'the providers to begin with').choices([...WORDS.keys()]))
    .option('--simulated', 'make one that works at once, without an account, against disburse simulate')
    .option('--force', 'put it in the place of the file that is there')
    .addHelpText(
      'after',
      '\nExamples:\n  $ disburse init --simulated\n  $ disburse init stripe mollie\n  $ disburse init stripe --config conf/pay.json',
    )
    .action(perform('init', 'reads', init));
}

async function init(call: Call<'init', InitOptions>): Promise<Ending<'init'>> {
  const { options, host } = call;
  const simulated = options.simulated === true;
  const adapters = await chosen(call, simulated);
  const path = resolve(host.cwd, options.config ?? join(host.cwd, CONFIG_FILE));
  const schema = await schemaFor(dirname(path));
  const text = simulated ? simulatedConfig(adapters, schema) : liveConfig(adapters, schema);
  await write(path, shownFrom(host.cwd, path), text, options.force === true);
  const ignored = await makePlace(dirname(path)).catch(() => null);
  const next = simulated
    ? ['disburse simulate, in another terminal, starts the providers; then disburse check.']
    : ['Set the environment variables that it names, then disburse check.'];
  return {
    exitCode: EXIT.done,
    result: { file: path, ignored, simulated, providers: adapters.map(({ id, word }) => ({ name: STARTING_NAMES[id], adapter: word })) },
    text: [
      `Wrote ${path}: ${adapters.map(({ id, word }) => `${STARTING_NAMES[id]} (${word})`).join(', ')}.`,
      ignored === null
        ? 'Let git ignore the folder .disburse beside it: what is kept there can hold account numbers.'
        : `Wrote ${ignored}, so that git leaves out what is kept beside it.`,
    ],
    advice: next,
  };
}

/** What may be typed for each adapter: its id, or an alias such as `mollie`. */
const WORDS: ReadonlyMap<string, AdapterId> = new Map(
  ADAPTERS.flatMap((id) => [id, ...(FACTORIES[id].aliases ?? [])].map((word) => [word, id] as const)),
);

const byTheirIds = (ids: readonly AdapterId[]): readonly ChosenAdapter[] => ids.map((id) => ({ id, word: id }));

/** Each adapter once, under the word that was typed last. */
function typed(words: readonly string[]): readonly ChosenAdapter[] {
  const wordOf = new Map(words.flatMap((word) => (WORDS.has(word) ? [[WORDS.get(word), word] as const] : [])));
  return ADAPTERS.flatMap((id) => (wordOf.has(id) ? [{ id, word: wordOf.get(id) ?? id }] : []));
}

async function chosen(call: Call<'init', InitOptions>, simulated: boolean): Promise<readonly ChosenAdapter[]> {
  if (call.args.length > 0) return typed(call.args);
  if (simulated) return byTheirIds(ADAPTERS);
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
  return byTheirIds(ADAPTERS.filter((adapter) => answer.includes(adapter)));
}

const SCHEMA = 'node_modules/@disburse/core/disburse.config.schema.json';

/** The schema, from the folder of a configuration: the one that is installed there or above, else where it will be once it is. */
async function schemaFor(configFolder: string): Promise<string> {
  let way = './';
  for (let folder = configFolder; ; folder = dirname(folder), way = way === './' ? '../' : `../${way}`) {
    const isThere = await stat(join(folder, SCHEMA)).then(
      (file) => file.isFile(),
      () => false,
    );
    if (isThere) return `${way}${SCHEMA}`;
    if (dirname(folder) === folder) return `./${SCHEMA}`;
  }
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
