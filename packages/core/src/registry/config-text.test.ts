import { describe, expect, it } from 'vitest';
import { readConfigText } from './config-text.ts';

describe('a configuration that is JSON with comments', () => {
  it.each<readonly [string, string, unknown]>([
    ['plain', '{"a":[1,-2.5e3,true,null,"x"]}', { a: [1, -2500, true, null, 'x'] }],
    ['comments', '// one\n{ /* two */ "a": 1 // three\n}', { a: 1 }],
    ['a comment as the last line', '{}//', {}],
    ['what looks like a comment in a string', '{"a":"http://x/*y*/"}', { a: 'http://x/*y*/' }],
    ['commas after the last', '{"a":[1,2,],}', { a: [1, 2] }],
    ['escapes', '{"a\\u0062":"\\"\\n\\\\"}', { ab: '"\n\\' }],
    ['a byte order mark', '\uFEFF{"a":1}', { a: 1 }],
    ['nothing in it', '{ } ', {}],
  ])('%s', (_, text, value) => expect(readConfigText(text)).toMatchObject({ value, problems: [] }));

  it('reads every JSON as JSON.parse does', () => {
    const all = [{}, [], 'a', 0, -1.5, true, null, { a: { b: [{ c: ' "\\/\b\f\n\r\t\u2028' }] } }, [[[]], {}]];
    for (const value of all) expect(readConfigText(JSON.stringify(value, null, 2)).value).toEqual(value);
  });

  it('a key of the language is a key', () => {
    const { value } = readConfigText('{"__proto__":{"a":1},"constructor":2}');
    expect(Object.keys(value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('what is no JSON', () => {
  it.each([
    ['nothing', '', '1:1 value expected'],
    ['a word', 'providers:', '1:1 invalid symbol'],
    ['a number that is none', '{"a": 01}', '1:7 invalid symbol'],
    ['no value', '{"a":}', '1:6 value expected'],
    ['two commas', '[1,,2]', '1:4 value expected'],
    ['a comma alone', '{,}', '1:2 property name expected'],
    ['no comma', '{"a":1\n "b":2}', '2:2 comma expected'],
    ['no colon', '{"a" 1}', '1:6 colon expected'],
    ['a name without quotes', '{a:1}', '1:2 property name expected'],
    ['no end of a string', '{"a":"x\n"}', '1:6 unexpected end of string'],
    ['an escape that is none', '["\\x"]', '1:2 invalid character in string'],
    ['a control character', '["a\tb"]', '1:2 invalid character in string'],
    ['no end of a comment', '{} /* x', '1:4 unexpected end of comment'],
    ['no brace at the end', '{"a":{}', '1:8 close brace expected'],
    ['no bracket at the end', '[1', '1:3 close bracket expected'],
    ['the wrong bracket', '[1}', '1:3 comma expected'],
    ['something behind it', '{} {}', '1:4 end of file expected'],
    ['too deep', '['.repeat(20_000), '1:66 is nested deeper than 64 levels'],
  ])('%s', (_, text, told) => {
    const { value, problems } = readConfigText(text);
    expect(value).toBeUndefined();
    expect(problems.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([told]);
  });

  it('never repeats what is in it', () =>
    expect(JSON.stringify(readConfigText('{"a": "sk_live_1" "b" sk_live_2').problems)).not.toContain('sk_'));
});

it('tells what is written twice, at every depth', () => {
  const { problems } = readConfigText('{"a":{"b":1,\n"b":2},\n"a":[{"c":1,"c":2}]}');
  expect(problems.map(({ path, line, message }) => `${line} ${path} ${message}`)).toEqual([
    '2 a.b is written twice, first on line 1; only one of them counts',
    '3 a is written twice, first on line 1; only one of them counts',
    '3 a.0.c is written twice, first on line 3; only one of them counts',
  ]);
});

it('tells the first twenty of many, and how many more there are, at once', () => {
  const lines = Array.from({ length: 40_001 }, () => `"a":1`).join(',\n');
  const { problems } = readConfigText(`{${lines}}`);
  expect(problems).toHaveLength(21);
  expect(problems[19]).toMatchObject({ path: 'a', line: 21, column: 1 });
  expect(problems[20]).toEqual({ path: '', message: '39980 more are written twice, from here on', line: 22, column: 1 });
});

it.each([
  ['', 1, 1],
  ['providers', 2, 3],
  ['providers.a.b', 3, 5],
  ['providers.a.b.key', 4, 7],
  ['providers.a.b.none', 3, 12],
  ['providers.none', 2, 16],
  ['list.1', 7, 15],
])('knows where %j is', (path, line, column) => {
  const text = '{\n  "providers": {\n    "a.b": {\n      "key": 1\n    }\n  },\n  "list": [1, 2]\n}';
  expect(readConfigText(text).locate(path)).toEqual({ line, column });
});
