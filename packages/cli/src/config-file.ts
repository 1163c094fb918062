import { isPayoutError } from '@disburse/core';
import { type ConfigFile as FoundFile, readConfigFile } from '@disburse/core/node';
import { dirname, relative, resolve } from 'node:path';
import { searchUpwards } from './config-search.ts';
import { CliError, type LocatedIssue } from './exit-code.ts';
import type { Host } from './host.ts';

/** What a configuration is called where nobody names one. */
export const CONFIG_FILE = 'disburse.config.json';

/** A configuration as it was found. */
export interface ConfigFile extends FoundFile {
  /** As messages name it: relative to where the command was started. */
  readonly shown: string;
}

type Where = Pick<Host, 'cwd' | 'env'>;

/**
 * Reads the named configuration, or the first `disburse.config.json` from the working directory upwards.
 *
 * @throws {CliError} `config` when there is none, it is a stranger's, or it is no JSON with comments; every mistake with its line.
 */
export async function openConfig(host: Where, given: string | undefined): Promise<ConfigFile> {
  const path = await pathOf(host, given);
  if (path === null) throw noConfig(`there is no ${CONFIG_FILE} in ${host.cwd} or above.`);
  const shown = shownFrom(host.cwd, path);
  const file = await read(path);
  if (file.problems.length > 0) throw configError(shown, file.problems, ['Correct it, then disburse check.']);
  return { ...file, shown };
}

/** Where the configuration is, read or not; the working directory where there is none. */
export async function configFolder(host: Where, given: string | undefined): Promise<string> {
  const path = await pathOf(host, given);
  return path === null ? host.cwd : dirname(path);
}

/** One that is named is taken, whoever wrote it: somebody looked. */
async function pathOf(host: Where, given: string | undefined): Promise<string | null> {
  return given === undefined ? searchUpwards(host, CONFIG_FILE) : resolve(host.cwd, given);
}

/** A path as people read it: short where that is below the working directory. */
export function shownFrom(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') || short === '' ? path : short;
}

async function read(path: string): Promise<FoundFile> {
  try {
    return await readConfigFile(path);
  } catch (error) {
    if (!isPayoutError(error)) throw error;
    throw noConfig(`${error.issues.map(({ message }) => message).join('; ')}.`);
  }
}

function noConfig(message: string): CliError {
  const init = 'disburse init writes one; disburse init --simulated one that works without an account.';
  return new CliError('config', message, { advice: [init, '--config PATH names another file.'] });
}

/** The error for a configuration, with all its problems. */
export function configError(shown: string, issues: readonly LocatedIssue[], advice: readonly string[] = []): CliError {
  const message = issues.length === 1 ? `${shown} has a problem.` : `${shown} has ${issues.length} problems.`;
  return new CliError('config', message, { issues, advice });
}
