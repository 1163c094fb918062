import { describe, expect, it } from 'vitest';
import { canonicalForm, parseForm, type FormValue } from './form.ts';

const plain = (value: FormValue): unknown =>
  typeof value === 'string' ? value : Object.fromEntries([...value].map(([name, inner]) => [name, plain(inner)]));

describe('form bodies', () => {
  it.each([
    ['flat', 'amount=1100&currency=usd', { amount: '1100', currency: 'usd' }],
    ['nested', 'metadata[order_id]=6735', { metadata: { order_id: '6735' } }],
    ['indexed array', 'expand[0]=destination&expand[1]=balance_transaction', { expand: { 0: 'destination', 1: 'balance_transaction' } }],
    ['empty brackets', 'expand[]=a&expand[]=b', { expand: { 0: 'a', 1: 'b' } }],
    ['range', 'created[gte]=1&created[lt]=2', { created: { gte: '1', lt: '2' } }],
    ['escaped brackets', 'metadata%5Ba%5D=1', { metadata: { a: '1' } }],
    ['escaped key', 'metadata[a%20b%26c]=1', { metadata: { 'a b&c': '1' } }],
    ['special characters', 'd=a%20b%26c%3Dd%2F%C3%A9%2A%27%28%29%21~%2B%25', { d: "a b&c=d/é*'()!~+%" }],
    ['plus is a space', 'd=a+b%2Bc', { d: 'a b+c' }],
    ['unset one, unset all', 'metadata[x]=&metadata2=', { metadata: { x: '' }, metadata2: '' }],
    ['name without a value', 'metadata', { metadata: '' }],
    ['later counts', 'a=1&a=2', { a: '2' }],
    ['map after a text', 'metadata=&metadata[a]=b', { metadata: { a: 'b' } }],
    ['unbalanced brackets are a name', 'a[b=1&c]=2', { 'a[b': '1', 'c]': '2' }],
    ['malformed percent sign', 'a=100%', { a: '100%' }],
    [
      'names of the language',
      'metadata[__proto__]=1&metadata[constructor]=2',
      { metadata: JSON.parse('{"__proto__":"1","constructor":"2"}') as object },
    ],
    ['nothing', '', {}],
  ])('%s', (_, text, expected) => {
    expect(plain(parseForm(text))).toEqual(expected);
  });

  it.each([
    [63, 64],
    [64, 1],
    [1_000_000, 1],
  ])('%i brackets behind a name are %i names', (brackets, levels) => {
    const form = parseForm(`a${'[b]'.repeat(brackets)}=1`);
    let depth = 0;
    for (let value: FormValue | undefined = form; value instanceof Map; value = [...value.values()][0]) depth += 1;
    expect(depth).toBe(levels);
    expect(() => canonicalForm(form)).not.toThrow();
  });

  it('compares parameters, not bytes', () => {
    const same = ['amount=1&metadata[a]=1&metadata[b]=2', 'metadata%5Bb%5D=2&amount=1&metadata[a]=1'].map((text) =>
      canonicalForm(parseForm(text)),
    );
    expect(same[0]).toBe(same[1]);
    expect(canonicalForm(parseForm('amount=1&metadata[a]=1'))).not.toBe(same[0]);
  });
});
