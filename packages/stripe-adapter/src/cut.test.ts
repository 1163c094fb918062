// An answer that breaks off at any byte was sent all the same: it may have been paid, so it is never `rejected`.
import { readFileSync } from 'node:fs';
import type { PayoutOutcome } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import { patientRuntime } from './__fixtures__/patient-runtime.ts';
import { createStripe } from './index.ts';

const fixture: unknown = JSON.parse(readFileSync(new URL('__fixtures__/payout.create.json', import.meta.url), 'utf8'));
const encoder = new TextEncoder();
const bytes = encoder.encode(JSON.stringify(fixture));

/** A success of which only the first bytes arrive. `reset`: the connection breaks; `end`: it closes as if that had been all. */
function cutAt(length: number, how: 'reset' | 'end', status: number): typeof globalThis.fetch {
  return async () => {
    const body = new ReadableStream({
      start: (controller) => {
        controller.enqueue(bytes.subarray(0, length));
        if (how === 'reset') controller.error(new TypeError('terminated'));
        else controller.close();
      },
    });
    return new Response(body, { status, headers: { 'content-type': 'application/json' } });
  };
}

const create = async (fetch: typeof globalThis.fetch): Promise<PayoutOutcome> =>
  createStripe({ apiKey: 'sk_test_1', fetch, runtime: patientRuntime(), maxResends: 0 }).createPayout({
    reference: 'r',
    money: { amount: '11.00', currency: 'USD' },
  });

describe.each(['reset', 'end'] as const)('a success cut by %s', (how) => {
  it.each([200])('with HTTP %i, at every byte: unknown', { timeout: 60_000 }, async (status) => {
    const outcomes = new Map<string, number>();
    for (let length = 0; length < bytes.length; length += 1) {
      const { outcome, submission } = await create(cutAt(length, how, status));
      expect(submission, `cut at ${length}`).not.toBeNull();
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    expect(Object.fromEntries(outcomes)).toEqual({ unknown: bytes.length });
  });
});

it('whole, it is accepted', async () => expect(await create(cutAt(bytes.length, 'end', 200))).toMatchObject({ outcome: 'accepted' }));
it('whole, and then broken, it is unknown: more may have followed', async () =>
  expect(await create(cutAt(bytes.length, 'reset', 200))).toMatchObject({ outcome: 'unknown' }));
