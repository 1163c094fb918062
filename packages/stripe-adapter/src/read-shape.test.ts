// What the reader by hand reads, the schema reads the same: the schema is the contract and has the last word, the reader is only faster.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as v from 'valibot';
import created from './__fixtures__/payout.create.json' with { type: 'json' };
import { readShape } from './read-shape.ts';
import { PayoutShape } from './wire.ts';

/** As the schema reads it, without the one field that is only checked. */
function bySchema(raw: unknown): object | null {
  const read = v.safeParse(PayoutShape, raw);
  if (!read.success) return null;
  const { object: _, ...fields } = read.output as { object?: unknown };
  return fields;
}

const REQUIRED = ['id', 'object', 'amount', 'currency', 'created', 'status', 'livemode'];
const OPTIONAL = Object.keys((PayoutShape as typeof PayoutShape & { readonly entries: object }).entries).filter(
  (field) => !REQUIRED.includes(field),
);
const FIELDS = [...REQUIRED, ...OPTIONAL, 'unheard_of'];

/** What could stand in a field, rightly or not; at the limits, and as JSON can write it. */
const VALUES: readonly unknown[] = [
  [undefined, null, true, false, '', 'text', 'payout', '1', [], {}, [1], ['a']],
  [{ id: 'x_1' }, { id: 5 }, { id: null }, { id: 'x', more: 1 }],
  [0, -0, 1, -1, 1.5, 2 ** 53 - 1, 2 ** 53, -(2 ** 53 - 1), -(2 ** 53), 1e300, 253_402_300_799, 253_402_300_800],
  [{ a: 'b' }, { a: 1 }, { a: null }, { constructor: 'x' }, JSON.parse('{"__proto__":"x"}'), { a: 'b', c: {} }],
  [{ fee: 1, currency: 'usd' }, { fee: 1.5, currency: 'usd' }, { fee: 1 }, { fee: 1, currency: 'usd', net: 2 }],
  [
    { status: 'supported', value: 'x' },
    { status: 'supported', value: null },
    { status: 'supported' },
    { value: 'x' },
    { status: 1, value: 'x' },
  ],
].flat();

/** The reader may leave anything to the schema; what it reads itself is what the schema says. */
const expectedOf = (raw: unknown): object | null => (readShape(raw) === null ? null : bySchema(raw));

it('the usual payout is left to nobody', () => {
  expect(readShape(created)).not.toBeNull();
  expect(readShape({ ...created, ...Object.fromEntries(OPTIONAL.map((field) => [field, {}])) })).not.toBeNull();
});

it.each(FIELDS)('%s, whatever stands there', (field) => {
  for (const value of VALUES) {
    const raw = { ...created, [field]: value };
    expect([field, value, readShape(raw)]).toEqual([field, value, expectedOf(raw)]);
  }
  const { [field]: _, ...without } = created as Record<string, unknown>;
  expect(readShape(without)).toEqual(expectedOf(without));
});

it.each([null, undefined, 'payout', 5, [], {}, [created]])('%j is no payout', (raw) => {
  expect([readShape(raw), bySchema(raw)]).toEqual([null, null]);
});

it('several fields at once', () => {
  const change = fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(fc.constantFrom(...VALUES), fc.jsonValue()), { maxKeys: 6 });
  fc.assert(
    fc.property(change, (fields) => {
      const raw = { ...created, ...fields };
      expect(readShape(raw)).toEqual(expectedOf(raw));
    }),
    { seed: 20_261_121, numRuns: 2000 },
  );
});
