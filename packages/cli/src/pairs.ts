import type { NoOptions } from '@disburse/core/adapter';
import { withoutMark } from '@disburse/core/node';
import { InvalidArgumentError } from 'commander';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CliError } from './exit-code.ts';

/** `--metadata key=value`, as often as it comes. */
export function collectPairs(pair: string, before: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = pair.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It is key=value.');
  const key = pair.slice(0, at);
  if (Object.hasOwn(before, key)) throw new InvalidArgumentError(`"${key}" is given twice.`);
  return Object.defineProperty({ ...before }, key, { value: pair.slice(at + 1), enumerable: true });
}

/**
 * `--options`, as the bag of one provider. What is in it the adapter checks, strictly.
 *
 * @throws {CliError} `usage` for what is no JSON object.
 */
export async function optionsOf(
  given: string | undefined,
  provider: string,
  cwd: string,
): Promise<{ readonly [provider: string]: NoOptions } | undefined> {
  if (given === undefined) return undefined;
  const text = given.startsWith('@') ? await contentsOf(resolve(cwd, given.slice(1))) : given;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new CliError('usage', `--options is no JSON; for example --options '{"expand":["balance_transaction"]}'.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new CliError('usage', '--options must be a JSON object.');
  return { [provider]: value as NoOptions }; // The type says "none known here": the adapter's schema decides.
}

async function contentsOf(path: string): Promise<string> {
  try {
    return withoutMark(await readFile(path, 'utf8'));
  } catch {
    throw new CliError('usage', `--options: ${path} cannot be read.`);
  }
}
