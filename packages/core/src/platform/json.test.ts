// What is JSON and may be read, decided before anything is parsed: a parser stands still over what nobody would send on purpose.
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { isBeyondBounds, isDeep, jsonIn, MOST_LEVELS, MOST_OBJECTS } from './json.ts';

const lists = (levels: number, inside = ''): string => '['.repeat(levels) + inside + ']'.repeat(levels);
const objects = (levels: number): string => '{"a":'.repeat(levels) + '1' + '}'.repeat(levels);
const many = (count: number): string =>
  `[${Array<string>(count - 1)
    .fill('{}')
    .join(',')}]`;
const TOO_DEEP = lists(MOST_LEVELS + 1);

describe('a text that is read', () => {
  it.each<[string, string]>([
    ['lists as deep as may be', lists(MOST_LEVELS)],
    ['objects as deep as may be', objects(MOST_LEVELS)],
    ['brackets in a string', JSON.stringify({ note: TOO_DEEP })],
    ['brackets behind a quote in a string', JSON.stringify({ note: `say "${TOO_DEEP}` })],
    ['brackets behind a backslash and a quote', JSON.stringify([`\\"${TOO_DEEP}`, `\\\\"${TOO_DEEP}`])],
    ['a string that ends in backslashes', JSON.stringify(['\\', '\\\\', [], TOO_DEEP])],
    ['brackets in a name', JSON.stringify({ [TOO_DEEP]: 1 })],
    ['many side by side', `[${Array<string>(1000).fill(lists(3)).join(',')}]`],
    ['as many as may be', many(MOST_OBJECTS)],
    ['a word', 'null'],
  ])('%s', (_, text) => {
    expect(jsonIn(text)).toEqual(JSON.parse(text));
  });

  it('is whatever a program can write and is not too deep', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(isBeyondBounds(text)).toBe(isDeep(JSON.parse(text)));
      }),
    );
    fc.assert(
      fc.property(fc.json({ maxDepth: 3, stringUnit: fc.constantFrom('"', '\\', '[', '{', '}', 'é') }), (text) => {
        expect(isBeyondBounds(text)).toBe(false);
      }),
    );
  });
});

describe('a text that is not parsed', () => {
  it.each<[string, string]>([
    ['lists one level too deep', TOO_DEEP],
    ['objects one level too deep', objects(MOST_LEVELS + 1)],
    ['both, by turns', '[{"a":'.repeat(MOST_LEVELS)],
    ['one level too deep behind strings', `["\\\\","\\"",${lists(MOST_LEVELS)}]`],
    ['eight million brackets', lists(4_000_000)],
    ['more objects than may be', many(MOST_OBJECTS + 1)],
  ])('%s', (_, text) => {
    const parse = vi.spyOn(JSON, 'parse');
    expect(jsonIn(text)).toBeUndefined();
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
  });
});

it.each(['', '<html>', '{', '"open', '"open\\', ']]]', '\\"'])('what is no JSON is nothing: %j', (text) => {
  expect(jsonIn(text)).toBeUndefined();
});

describe('a value in memory', () => {
  const nested = (levels: number): unknown => Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 1);
  const itself: Record<string, unknown> = {};
  itself['itself'] = { itself };

  it.each<[string, unknown, boolean]>([
    ['as deep as may be', nested(MOST_LEVELS), false],
    ['one level deeper', nested(MOST_LEVELS + 1), true],
    ['so deep that no call could follow', nested(200_000), true],
    ['one that holds itself', itself, true],
    ['no object', 'text', false],
  ])('%s', (_, value, deep) => {
    expect(isDeep(value)).toBe(deep);
  });
});
