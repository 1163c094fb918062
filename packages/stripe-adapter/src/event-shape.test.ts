// What the reader by hand reads of an event, the schema reads the same: the schema is the contract, the reader is only faster.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import * as v from 'valibot';
import { snapshot } from './__fixtures__/delivery.ts';
import { readSnapshotShape, SnapshotShape } from './event-shape.ts';

const usual: Record<string, unknown> = JSON.parse(JSON.stringify(snapshot('payout.paid')));

const FIELDS = ['id', 'type', 'livemode', 'created', 'account', 'request', 'data', 'unheard_of'];

/** What could stand in a field, rightly or not. */
const VALUES: readonly unknown[] = [
  [undefined, null, true, false, '', 'text', 'payout.paid', [], {}, ['a']],
  [0, -0, 1, -1, 1.5, 2 ** 53, 253_402_300_799, 253_402_300_800],
  [{ idempotency_key: 'key-1' }, { idempotency_key: 5 }, { idempotency_key: null }, { id: 'req_1', idempotency_key: '' }],
  [{ object: null }, { object: 'payout' }, { object: [] }, { object: {} }, { object: { object: 'payout' } }, { object: { id: 'po_1' } }],
  [
    { object: { object: 'payout', id: 'po_1' } },
    { object: { object: 'payout', id: { id: 'po_1' } } },
    { object: { object: 5, id: 'po_1' } },
  ],
  [{ object: { object: '', id: '' }, previous_attributes: {} }],
].flat();

function bySchema(raw: unknown): unknown {
  const read = v.safeParse(SnapshotShape, raw);
  return read.success ? read.output : null;
}

/** The reader may leave anything to the schema. */
const expectedOf = (raw: unknown): unknown => (readSnapshotShape(raw) === null ? null : bySchema(raw));

it('the usual event is left to nobody', () => {
  expect(readSnapshotShape(usual)).not.toBeNull();
  expect(readSnapshotShape({ ...usual, created: {}, account: {}, request: 'req_1' })).not.toBeNull();
});

it.each(FIELDS)('%s, whatever stands there', (field) => {
  for (const value of VALUES) {
    const raw = { ...usual, [field]: value };
    expect([value, readSnapshotShape(raw)]).toEqual([value, expectedOf(raw)]);
  }
  const { [field]: _, ...without } = usual;
  expect(readSnapshotShape(without)).toEqual(expectedOf(without));
});

it.each([null, undefined, 'event', 5, [], {}, [usual]])('%j is no event', (raw) => {
  expect([readSnapshotShape(raw), bySchema(raw)]).toEqual([null, null]);
});

it('several fields at once', () => {
  const change = fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(fc.constantFrom(...VALUES), fc.jsonValue()), { maxKeys: 5 });
  fc.assert(
    fc.property(change, (fields) => {
      const raw = { ...usual, ...fields };
      expect(readSnapshotShape(raw)).toEqual(expectedOf(raw));
    }),
    { seed: 20_261_121, numRuns: 2000 },
  );
});
