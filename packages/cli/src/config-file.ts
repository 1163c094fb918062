import { getNodeValue, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { CliError, type LocatedIssue } from './exit-code.ts';

/** What a configuration is called where nobody names one. */
export const CONFIG_FILE = 'disburse.config.json';

/** A configuration as it was found. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** Where it lies: `.disburse/` is beside it. */
  readonly folder: string;
  /** As messages name it: relative to where the command was started. */
  readonly shown: string;
  readonly value: unknown;
  /** Where a path such as `providers.us.apiKey` is, or what is around it; counted from 1. */
  locate(path: string): { readonly line: number; readonly column: number } | null;
}

/**
 * Reads the named configuration, or the first `disburse.config.json` from the working directory upwards.
 *
 * @throws {CliError} `config` when there is none or it is no JSON with comments; every mistake with its line.
 */
export async function openConfig(cwd: string, given: string | undefined): Promise<ConfigFile> {
  const path = given === undefined ? await upwards(cwd) : resolve(cwd, given);
  const text = path === null ? null : await textOf(path);
  if (path === null || text === null) {
    const message = path === null ? `there is no ${CONFIG_FILE} in ${cwd} or above.` : `there is no ${shownFrom(cwd, path)}.`;
    throw new CliError('config', message, {
      advice: [
        'disburse init writes one; disburse init --simulated one that works without an account.',
        '--config PATH names another file.',
      ],
    });
  }
  const shown = shownFrom(cwd, path);
  try {
    return parsed(path, shown, text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // The parser calls itself for every bracket.
    throw configError(
      shown,
      [{ path: '', message: 'is nested too deep for a configuration', line: 1, column: 1 }],
      ['Correct it, then disburse check.'],
    );
  }
}

/** Where the configuration is, read or not; the working directory where there is none. */
export async function configFolder(cwd: string, given: string | undefined): Promise<string> {
  const path = given === undefined ? await upwards(cwd) : resolve(cwd, given);
  return path === null ? cwd : dirname(path);
}

/** A path as people read it: short where that is below the working directory. */
export function shownFrom(cwd: string, path: string): string {
  const short = relative(cwd, path);
  return short.startsWith('..') || short === '' ? path : short;
}

async function upwards(folder: string): Promise<string | null> {
  const path = join(folder, CONFIG_FILE);
  if ((await textOf(path)) !== null) return path;
  return dirname(folder) === folder ? null : upwards(dirname(folder));
}

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new CliError('config', `${path} cannot be read (${code}).`, { advice: ['--config PATH names another file.'] });
  }
}

/** After the first ones the rest is noise: a file that is no JSON has one at every word. */
const MOST_SYNTAX_ERRORS = 3;

function parsed(path: string, shown: string, text: string): ConfigFile {
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const at = (offset: number): { line: number; column: number } => {
    const before = text.slice(0, offset).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  };
  const issues: LocatedIssue[] = errors.slice(0, MOST_SYNTAX_ERRORS).map(({ error, offset }) => ({
    path: '',
    message: wordsOf(printParseErrorCode(error)),
    ...at(offset),
  }));
  const twice =
    tree === undefined || errors.length > 0
      ? []
      : repeated(tree, '').map(({ path: key, offset, first }) => ({
          path: key,
          message: `is written twice, first on line ${at(first).line}; only one of them counts`,
          ...at(offset),
        }));
  issues.push(...twice);
  if (tree === undefined || issues.length > 0) throw configError(shown, issues, ['Correct it, then disburse check.']);
  return {
    path,
    folder: dirname(path),
    shown,
    value: getNodeValue(tree),
    locate: (wanted) => at(nearest(tree, wanted).offset),
  };
}

/** `CommaExpected` reads `comma expected`. */
const wordsOf = (code: string): string => code.replaceAll(/(?<=[a-z])[A-Z]/g, ' $&').toLowerCase();

/** The error for a configuration, with all its problems. */
export function configError(shown: string, issues: readonly LocatedIssue[], advice: readonly string[] = []): CliError {
  const message = issues.length === 1 ? `${shown} has a problem.` : `${shown} has ${issues.length} problems.`;
  return new CliError('config', message, { issues, advice });
}

interface Repeated {
  readonly path: string;
  readonly offset: number;
  readonly first: number;
}

/** JSON lets the last of two equal keys win without a word: one provider, or one setting, would be lost. */
function repeated(node: Node, path: string): readonly Repeated[] {
  const seen = new Map<string, number>();
  return (node.children ?? []).flatMap((child, index) => {
    const [name, value] = node.type === 'object' ? (child.children ?? []) : [];
    const key = node.type === 'object' ? String(name?.value) : String(index);
    const inner = path === '' ? key : `${path}.${key}`;
    const below = node.type === 'object' ? (value === undefined ? [] : repeated(value, inner)) : repeated(child, inner);
    const first = node.type === 'object' ? seen.get(key) : undefined;
    seen.set(key, first ?? child.offset);
    return first === undefined ? below : [{ path: inner, offset: child.offset, first }, ...below];
  });
}

/** The node of a dotted path, or the nearest around it. Names may hold dots themselves: the longest that fits is taken. */
function nearest(node: Node, path: string): Node {
  if (path === '' || node.children === undefined) return node;
  if (node.type === 'array') {
    const [index = '', ...rest] = path.split('.');
    const item = node.children[Number(index)];
    return item === undefined ? node : nearest(item, rest.join('.'));
  }
  const fits = node.children
    .map((property) => ({ property, key: String(property.children?.[0]?.value) }))
    .filter(({ key }) => path === key || path.startsWith(`${key}.`))
    .sort((a, b) => b.key.length - a.key.length)[0];
  if (fits === undefined) return node;
  const value = fits.property.children?.[1];
  const rest = path.slice(fits.key.length + 1);
  return rest === '' || value === undefined ? fits.property : nearest(value, rest);
}
