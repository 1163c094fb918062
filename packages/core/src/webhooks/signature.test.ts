// How long a comparison takes must say nothing about what was expected: every byte is looked at, wherever the first difference is.
import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { verifySignature, equalBytes } from './signature.ts';

/** Bytes that count how often one of them is read. */
function counted(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly reads: () => number } {
  let reads = 0;
  const get = (target: Uint8Array, key: string | symbol): unknown => {
    if (typeof key === 'string' && /^\d+$/.test(key)) reads += 1;
    return Reflect.get(target, key);
  };
  return { bytes: new Proxy(bytes, { get }), reads: () => reads };
}

const changedAt = (index: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, at) => (at === index ? 8 : 7));

it.each([
  ['the same', changedAt(-1), true],
  ['another first byte', changedAt(0), false],
  ['another last byte', changedAt(31), false],
  ['nothing alike', new Uint8Array(32), false],
])('32 bytes are read for %s', (_, given, same) => {
  const left = counted(changedAt(-1));
  const right = counted(given);
  expect(equalBytes(left.bytes, right.bytes)).toBe(same);
  expect([left.reads(), right.reads()]).toEqual([32, 32]);
});

it('every signature is compared with every secret, whichever fits', async () => {
  const fits = createHmac('sha256', 'new')
    .update(new Uint8Array([1]))
    .digest();
  const signatures = [fits, changedAt(0), changedAt(1)].map((bytes) => counted(Uint8Array.from(bytes)));
  const claim = { signed: new Uint8Array([1]), signatures: signatures.map(({ bytes }) => bytes), signedAt: null };
  expect(await verifySignature(claim, ['new', 'old'], 0)).toBeNull();
  expect(signatures.map(({ reads }) => reads())).toEqual([64, 64, 64]);
});
