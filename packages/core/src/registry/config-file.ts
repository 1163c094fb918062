import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { type ConfigContext, folderIn, hostEnvironment, registryFromConfig } from './config.ts';
import { type ConfigProblem, type ConfigText, readConfigText } from './config-text.ts';
import { errorOfIssues, isPayoutError, PayoutError } from '../errors.ts';
import { fileSubmissionsOver } from '../stores/file-submissions.ts';
import { nodeFiles } from '../stores/node-files.ts';
import type { AnyAdapterFactory, PayoutRegistry } from './registry.ts';
import type { SubmissionStore } from '../stores/submission.ts';
import { kindOf } from '../validation.ts';

/** Where submissions are kept when a configuration does not say. */
const DEFAULT_FOLDER = '.disburse/submissions';

/** A configuration file that was found. */
export interface ConfigFile extends ConfigText {
  /** Absolute. */
  readonly path: string;
  /** The folder of the file. Relative paths in the file start here. */
  readonly folder: string;
  /**
   * The folder of submissions, absolute: the one that the file names, or `.disburse/submissions` beside the file.
   *
   * @param env The environment that variables are read from.
   */
  submissionsFolder(env: Readonly<Record<string, string | undefined>>): string;
}

/**
 * Reads a configuration file: JSON in which comments, trailing commas and a byte order mark are allowed.
 *
 * Nothing in it is checked yet but its form; {@link loadConfig} does the rest.
 *
 * @param path Relative to the working directory of this moment.
 * @throws {PayoutError} `invalid_settings` for a file that is not there, or cannot be read.
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const absolute = resolve(checkedPath(path));
  const folder = dirname(absolute);
  const text = readConfigText(await textOf(absolute));
  return {
    ...text,
    path: absolute,
    folder,
    submissionsFolder: (env) => resolve(folder, folderIn(text.value, env).folder ?? DEFAULT_FOLDER),
  };
}

/**
 * Makes the providers and the store of a configuration file, as the `disburse` command does. So the command knows a reference that
 * the program has paid.
 *
 * The file names under `submissions` the folder that stores what was sent, relative to itself. The default is
 * `.disburse/submissions`. A store in `context.settings` takes its place: then the command does not know what the program pays.
 *
 * @param path Relative to the working directory of this moment. The file is never searched for in other folders.
 * @param adapters The adapters that the file may name.
 * @throws {PayoutError} `invalid_settings`, with every problem, its line and its column, and never a value.
 * @example
 * const payouts = await loadConfig('disburse.config.json', { stripe: createStripe, balance: createBalance });
 */
export async function loadConfig<const Adapters extends Record<string, AnyAdapterFactory>>(
  path: string,
  adapters: Adapters,
  context: ConfigContext = {},
): Promise<PayoutRegistry<Record<string, ReturnType<Adapters[keyof Adapters]>>>> {
  const file = await readConfigFile(path);
  if (file.problems.length > 0) throw problemsOfFile(path, file.problems);
  const submissions = context.settings?.submissions ?? storeOf(file, context);
  try {
    return registryFromConfig(file.value, adapters, { ...context, settings: { ...context.settings, submissions } });
  } catch (error) {
    if (!isPayoutError(error) || error.code !== 'invalid_settings' || error.issues.length === 0) throw error;
    throw problemsOfFile(
      path,
      error.issues.map((issue) => ({ ...issue, ...file.locate(issue.path) })),
    );
  }
}

function storeOf(file: ConfigFile, { env = hostEnvironment() }: ConfigContext): SubmissionStore {
  return fileSubmissionsOver(nodeFiles, file.submissionsFolder(env));
}

function checkedPath(path: unknown): string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  const message = `must be the path of a configuration file, such as 'disburse.config.json'${typeof path === 'string' ? '' : `, not ${kindOf(path)}`}`;
  throw errorOfIssues('invalid_settings', [{ path: 'path', message }]);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const message =
      code === 'ENOENT' || code === 'ENOTDIR' ? `there is no ${path}; disburse init writes one` : `${path} cannot be read (${code})`;
    throw errorOfIssues('invalid_settings', [{ path: '', message }]);
  }
}

/** The message in the words of the command. */
function problemsOfFile(shown: string, problems: readonly ConfigProblem[]): PayoutError {
  const count = problems.length === 1 ? 'has a problem.' : `has ${problems.length} problems.`;
  const lines = problems.map(({ path, message, line, column }) => `  ${line}:${column}  ${path === '' ? message : `${path}: ${message}`}`);
  const issues = problems.map(({ path, message }) => ({ path, message }));
  return new PayoutError('invalid_settings', [`${shown} ${count}`, ...lines].join('\n'), { issues });
}
