// Events are read by hand; these schemas are the contract that the readers are held to.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as v from 'valibot';
import { snapshot, thin } from './__fixtures__/delivery.ts';
import { readSnapshot, readThin } from './event-shape.ts';
import { IdOf, lenient, UnixSeconds } from './wire.ts';

const Request = v.object({ idempotency_key: lenient(v.string()) });
const Text = v.pipe(v.string(), v.minLength(1));

/** https://docs.stripe.com/api/events/object */
const SnapshotShape = v.object({
  id: Text,
  type: Text,
  livemode: v.boolean(),
  created: lenient(UnixSeconds),
  account: lenient(v.string()),
  context: lenient(v.string()),
  request: lenient(Request),
  data: v.object({ object: v.object({ object: v.string(), id: IdOf }) }),
});

/** https://docs.stripe.com/api/v2/core/events/object */
const ThinShape = v.object({
  id: Text,
  type: Text,
  livemode: v.boolean(),
  created: lenient(v.string()),
  context: lenient(v.string()),
  reason: lenient(v.object({ request: lenient(Request) })),
  related_object: v.object({ id: Text }),
});

const plain = (event: object): Record<string, unknown> => JSON.parse(JSON.stringify(event));

const KINDS = [
  ['snapshot', readSnapshot, SnapshotShape, plain(snapshot('payout.paid'))],
  ['thin', readThin, ThinShape, plain(thin('v1.payout.paid', { reason: { request: { idempotency_key: 'key-1' } }, context: 'acct_1' }))],
] as const;

const OWN = ['created', 'account', 'request', 'data', 'context', 'reason', 'related_object'];
const FIELDS = ['id', 'type', 'livemode', ...OWN, 'unheard_of'];

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
  [{ request: {} }, { request: { idempotency_key: 'key-1' } }, { request: [] }, { id: 'po_1' }, { id: '' }, { id: 5 }],
].flat();

function bySchema(shape: v.GenericSchema, raw: unknown): unknown {
  const read = v.safeParse(shape, raw);
  return read.success ? read.output : null;
}

describe.each(KINDS)('%s events', (_, read, shape, usual) => {
  it('the usual one is read', () => {
    expect(read(usual)).toEqual(bySchema(shape, usual));
    expect(read(usual)).not.toBeNull();
  });

  it.each(FIELDS)('%s, whatever stands there', (field) => {
    for (const value of VALUES) {
      const raw = { ...usual, [field]: value };
      expect([value, read(raw)]).toEqual([value, bySchema(shape, raw)]);
    }
    const { [field]: __, ...without } = usual;
    expect(read(without)).toEqual(bySchema(shape, without));
  });

  it.each([null, undefined, 'event', 5, [], {}, [usual]])('%j is none', (raw) => {
    expect([read(raw), bySchema(shape, raw)]).toEqual([null, null]);
  });

  it('several fields at once', () => {
    const change = fc.dictionary(fc.constantFrom(...FIELDS), fc.oneof(fc.constantFrom(...VALUES), fc.jsonValue()), { maxKeys: 5 });
    fc.assert(
      fc.property(change, (fields) => {
        const raw = { ...usual, ...fields };
        expect(read(raw)).toEqual(bySchema(shape, raw));
      }),
      { seed: 20_261_121, numRuns: 2000 },
    );
  });
});
