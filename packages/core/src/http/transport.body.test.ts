// However a body arrives, and whatever arrived before it, its text is that of its bytes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { responseBody } from './transport.body.ts';

const LIMIT = 1_000_000;
const body = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constant('€'.repeat(50_000)), fc.constant('ä'.repeat(200_000)));

function textOf(bytes: Uint8Array, cuts: readonly number[], limit = LIMIT): string {
  const arriving = responseBody(limit);
  let at = 0;
  for (const cut of [...cuts.map((part) => Math.floor((part / 100) * bytes.length)).toSorted((a, b) => a - b), bytes.length]) {
    if (!arriving.add(bytes.subarray(at, cut))) return arriving.text('too_large');
    at = cut;
  }
  return arriving.text('complete');
}

it('one body after the other', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(body, fc.array(fc.nat({ max: 100 }), { maxLength: 5 })), { maxLength: 8 }), (bodies) => {
      const wrong = bodies.filter(
        ([text, cuts]) => textOf(new TextEncoder().encode(text), cuts) !== text.toWellFormed().replace(/^\ufeff/, ''),
      );
      expect(wrong).toEqual([]);
    }),
    { seed: 20_261_121, numRuns: 200 },
  );
});

it('one that is cut off ends with its last whole character, and leaves nothing behind', () => {
  const euros = new TextEncoder().encode('€€€€');
  expect([textOf(euros, [50], 8), textOf(euros, [50], 8), textOf(euros, [50])]).toEqual(['€€', '€€', '€€€€']);
});
