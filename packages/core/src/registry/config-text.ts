import type { PayoutIssue } from '../errors.ts';

/** A problem of a configuration, and its place: lines and columns count from 1. */
export interface ConfigProblem extends PayoutIssue {
  readonly line: number;
  readonly column: number;
}

/** JSON with comments and trailing commas, read. */
export interface ConfigText {
  /** The value that `JSON.parse` would give without the comments; `undefined` where there are problems. */
  readonly value: unknown;
  /** The problems: why the text is no JSON, or what is written twice in it. */
  readonly problems: readonly ConfigProblem[];
  /** The place of a path such as `providers.us.apiKey`, or of what is around it. */
  locate(path: string): { readonly line: number; readonly column: number };
}

/** Reads the text of a configuration. A byte order mark, as editors of Windows write it, is no part of it. */
export function readConfigText(given: string): ConfigText {
  const text = withoutMark(given);
  const at = placesIn(text);
  const tree = parsed(text);
  if (tree instanceof NoJson) {
    const problem: ConfigProblem = { path: '', message: tree.message, ...at(tree.offset) };
    return { value: undefined, problems: [problem], locate: () => at(tree.offset) };
  }
  const problems = problemsOf(repeated(tree, ''), at);
  return { value: problems.length > 0 ? undefined : tree.value, problems, locate: (path) => at(nearest(tree, path)) };
}

/** A text without the byte order mark that it may begin with. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

// ---- Problems --------------------------------------------------------------------------------------------------------

/** The most problems that are shown. Further ones repeat the same mistake. */
const MOST_TOLD = 20;

function problemsOf(all: readonly Repeated[], at: PlaceOf): readonly ConfigProblem[] {
  const told = all.slice(0, MOST_TOLD).map(({ path, offset, first }) => {
    const message = `is written twice, first on line ${at(first).line}; only one of them counts`;
    return { path, message, ...at(offset) };
  });
  const next = all[MOST_TOLD];
  if (next === undefined) return told;
  return [...told, { path: '', message: `${all.length - MOST_TOLD} more are written twice, from here on`, ...at(next.offset) }];
}

type PlaceOf = (offset: number) => { readonly line: number; readonly column: number };

/** The beginnings of the lines are computed once, because a text may be asked about many times. */
function placesIn(text: string): PlaceOf {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let [first, last] = [0, starts.length - 1];
    while (first < last) {
      const middle = Math.ceil((first + last) / 2);
      if ((starts[middle] ?? 0) <= offset) first = middle;
      else last = middle - 1;
    }
    return { line: first + 1, column: offset - (starts[first] ?? 0) + 1 };
  };
}

// ---- Finding places --------------------------------------------------------------------------------------------------

interface Member {
  /** The name of a property, or the index of an item. */
  readonly key: string;
  readonly offset: number;
  readonly node: Node;
}

interface Node {
  readonly offset: number;
  readonly value: unknown;
  readonly members: readonly Member[];
}

interface Repeated {
  readonly path: string;
  readonly offset: number;
  readonly first: number;
}

/**
 * The problem of a key that is written twice. JSON lets the last of two equal keys win silently: one provider, or one setting,
 * would be lost.
 */
function repeated(node: Node, path: string): readonly Repeated[] {
  const seen = new Map<string, number>();
  return node.members.flatMap(({ key, offset, node: inner }) => {
    const where = path === '' ? key : `${path}.${key}`;
    const first = seen.get(key);
    seen.set(key, first ?? offset);
    const below = repeated(inner, where);
    return first === undefined ? below : [{ path: where, offset, first }, ...below];
  });
}

/** The place of a dotted path, or the nearest around it. Names may hold dots themselves: the longest that fits is taken. */
function nearest(node: Node, path: string): number {
  const [fits] = node.members.filter(({ key }) => path === key || path.startsWith(`${key}.`)).sort((a, b) => b.key.length - a.key.length);
  if (fits === undefined) return node.offset;
  const rest = path.slice(fits.key.length + 1);
  return rest === '' ? fits.offset : nearest(fits.node, rest);
}

// ---- Reading ---------------------------------------------------------------------------------------------------------

/** The deepest level of a configuration. Deeper reading could overflow the stack. */
const DEEPEST = 64;

class NoJson extends Error {
  override readonly name: string = 'NoJson';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

function parsed(text: string): Node | NoJson {
  const reading: Reading = { text, at: 0 };
  try {
    const tree = readValue(reading, 0);
    skip(reading);
    return reading.at < text.length ? new NoJson('end of file expected', reading.at) : tree;
  } catch (error) {
    if (error instanceof NoJson) return error;
    throw error;
  }
}

interface Reading {
  readonly text: string;
  at: number;
}

const SPACE = /[ \t\r\n]+|\/\/[^\n]*/y;
const STRING = /"[^"\\\n]*(?:\\.[^"\\\n]*)*"/y;
const WORD = /[\w.+-]+/y;

/** Matches a sticky expression at the reader's place. */
function taken(reading: Reading, form: RegExp): string | null {
  form.lastIndex = reading.at;
  const [found] = form.exec(reading.text) ?? [];
  if (found === undefined) return null;
  reading.at += found.length;
  return found;
}

/** White space and comments. */
function skip(reading: Reading): void {
  for (;;) {
    if (taken(reading, SPACE) !== null) continue;
    if (!reading.text.startsWith('/*', reading.at)) return;
    const end = reading.text.indexOf('*/', reading.at + 2);
    if (end === -1) throw new NoJson('unexpected end of comment', reading.at);
    reading.at = end + 2;
  }
}

function readValue(reading: Reading, depth: number): Node {
  skip(reading);
  const { text, at: offset } = reading;
  if (depth > DEEPEST) throw new NoJson(`is nested deeper than ${DEEPEST} levels`, offset);
  const sign = text[offset];
  if (sign === '{') return readObject(reading, depth);
  if (sign === '[') return readArray(reading, depth);
  if (sign === '"') return { offset, value: readString(reading), members: [] };
  if (sign === undefined || '}],:'.includes(sign)) throw new NoJson('value expected', offset);
  const word = taken(reading, WORD);
  try {
    return { offset, value: JSON.parse(word ?? ''), members: [] };
  } catch {
    throw new NoJson('invalid symbol', offset);
  }
}

function readString(reading: Reading): string {
  const { at } = reading;
  const token = taken(reading, STRING);
  if (token === null) throw new NoJson('unexpected end of string', at);
  try {
    return String(JSON.parse(token));
  } catch {
    throw new NoJson('invalid character in string', at);
  }
}

function readObject(reading: Reading, depth: number): Node {
  const offset = reading.at;
  const members: Member[] = [];
  const value = {};
  readMembers(reading, '}', 'close brace expected', () => {
    const member = readProperty(reading, depth);
    members.push(member);
    // An assignment to __proto__ would change the prototype instead of adding an unknown key.
    Object.defineProperty(value, member.key, { value: member.node.value, enumerable: true, configurable: true, writable: true });
  });
  return { offset, value, members };
}

function readProperty(reading: Reading, depth: number): Member {
  const offset = reading.at;
  if (reading.text[offset] !== '"') throw new NoJson('property name expected', offset);
  const key = readString(reading);
  skip(reading);
  if (reading.text[reading.at] !== ':') throw new NoJson('colon expected', reading.at);
  reading.at += 1;
  return { key, offset, node: readValue(reading, depth + 1) };
}

function readArray(reading: Reading, depth: number): Node {
  const offset = reading.at;
  const members: Member[] = [];
  readMembers(reading, ']', 'close bracket expected', () => {
    const node = readValue(reading, depth + 1);
    members.push({ key: String(members.length), offset: node.offset, node });
  });
  return { offset, value: members.map(({ node }) => node.value), members };
}

/** Reads the items between brackets. A comma after the last item is allowed. */
function readMembers(reading: Reading, close: '}' | ']', unclosed: string, one: () => void): void {
  reading.at += 1;
  for (let first = true; ; first = false) {
    skip(reading);
    if (!first && reading.text[reading.at] === ',') {
      reading.at += 1;
      skip(reading);
    } else if (!first && reading.at < reading.text.length && reading.text[reading.at] !== close) {
      throw new NoJson('comma expected', reading.at);
    }
    if (reading.text[reading.at] === close) break;
    if (reading.at >= reading.text.length) throw new NoJson(unclosed, reading.at);
    one();
  }
  reading.at += 1;
}
