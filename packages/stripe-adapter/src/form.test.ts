// Contract 10.2: the bytes that Stripe's own client sends.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeForm, type FormFields, withQuery } from './form.ts';

describe('the form encoding', () => {
  it.each<[string, FormFields, string]>([
    ['parameters in the order given', { b: '1', a: '2' }, 'b=1&a=2'],
    ['structure brackets stay literal', { metadata: { order_id: '6735' } }, 'metadata[order_id]=6735'],
    ['lists have indexes', { expand: ['destination', 'balance_transaction'] }, 'expand[0]=destination&expand[1]=balance_transaction'],
    ['ranges', { arrival_date: { gte: 1, lt: 2 } }, 'arrival_date[gte]=1&arrival_date[lt]=2'],
    ['lists of objects', { items: [{ a: 'x' }, { a: 'y' }] }, 'items[0][a]=x&items[1][a]=y'],
    ['a space is %20', { description: 'a b' }, 'description=a%20b'],
    ['what encodeURIComponent leaves alone', { d: "!*()'~-._" }, 'd=%21%2A%28%29%27~-._'],
    ['letters beyond ASCII', { d: 'Rent & fees / café' }, 'd=Rent%20%26%20fees%20%2F%20caf%C3%A9'],
    ['characters of a key', { metadata: { 'a b&c': 'x' } }, 'metadata[a%20b%26c]=x'],
    ['null and the empty text unset', { a: null, b: '' }, 'a=&b='],
    ['unset one key', { metadata: { order_id: null } }, 'metadata[order_id]='],
    ['unset all keys', { metadata: null }, 'metadata='],
    ['undefined is left out', { a: undefined, metadata: { b: undefined }, c: 'd' }, 'c=d'],
    ['booleans and integers', { yes: true, no: false, limit: 3 }, 'yes=true&no=false&limit=3'],
    ['nothing', {}, ''],
  ])('%s', (_, fields, bytes) => {
    expect(encodeForm(fields)).toBe(bytes);
  });

  it('is what any form decoder reads back', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('aZ09 &=+%[]?#/;,~!*()\'"<>\\é€😀\u0000\n\t')), maxLength: 12 });
    fc.assert(
      fc.property(fc.dictionary(text, text, { maxKeys: 4 }), (values) => {
        const decoded = [...new URLSearchParams(encodeForm(values))];
        expect(decoded).toEqual(Object.entries(values));
      }),
      { seed: 20_261_120 },
    );
  });

  it('has no question mark without parameters', () => {
    expect([withQuery('/v1/balance', {}), withQuery('/v1/balance', { a: '1' })]).toEqual(['/v1/balance', '/v1/balance?a=1']);
  });
});
