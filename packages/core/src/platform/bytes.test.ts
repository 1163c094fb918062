// Pieces of one memory behave as memory of their own, and texts are written and read as the platform does it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOfHex, copyOf, joined, textOf, utf8Of } from './bytes.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ maxLength: 300 }),
  fc.constant('\ud800'),
  fc.constant('€'.repeat(6000)),
);
const anyBytes = fc.oneof(fc.uint8Array({ maxLength: 400 }), fc.constant(new Uint8Array(20_000).fill(7)));

/** What was made, and what it must still be after everything else was. */
interface Made {
  readonly bytes: Uint8Array;
  readonly expected: Uint8Array;
}

const made: fc.Arbitrary<() => Made> = fc.oneof(
  anyText.map((text) => () => ({ bytes: utf8Of(text), expected: new TextEncoder().encode(text) })),
  anyBytes.map((bytes) => () => ({ bytes: copyOf(bytes), expected: Uint8Array.from(bytes) })),
  fc.tuple(anyBytes, anyBytes).map(([a, b]) => () => ({ bytes: joined(a, b), expected: Uint8Array.from([...a, ...b]) })),
);

describe('pieces', () => {
  it('are what they were made of, whatever is made after them or written into them', () => {
    fc.assert(
      fc.property(fc.array(made, { maxLength: 60 }), fc.nat(), (makers, changed) => {
        const all = makers.map((make) => make());
        const mine = all[changed % Math.max(1, all.length)];
        mine?.bytes.fill(1);
        const wrong = all.filter((one) => one !== mine && Buffer.compare(one.bytes, one.expected) !== 0);
        expect(wrong).toEqual([]);
      }),
      { seed: 20_261_121, numRuns: 300 },
    );
  });

  it('a copy does not change with its original', () => {
    const original = Uint8Array.of(1, 2, 3);
    const copy = copyOf(original);
    original.fill(9);
    expect([...copy]).toEqual([1, 2, 3]);
  });
});

describe('texts', () => {
  it('are read back as the platform reads them', () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, anyText.map(utf8Of)), (bytes) => {
        expect(textOf(bytes)).toBe(new TextDecoder().decode(bytes));
      }),
      { seed: 20_261_121, numRuns: 500 },
    );
  });

  it('one that was cut leaves nothing behind for the next', () => {
    expect(textOf(Uint8Array.of(0xe2, 0x82))).toBe('\ufffd');
    expect(textOf(Uint8Array.of(0xac, 0x61))).toBe('\ufffda');
  });
});

it('hex digits in either case are the bytes that they write', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const hex = Buffer.from(bytes).toString('hex');
      expect([bytesOfHex(hex), bytesOfHex(hex.toUpperCase())]).toEqual([bytes, bytes]);
    }),
    { seed: 20_261_121 },
  );
});
