// The official SDK as oracle: what it believes, we believe, and the other way round, except where a row below says why not.
import { isPayoutError } from '@disburse/core';
import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { hooked, SECRET, T, v1 } from './__fixtures__/delivery.ts';

interface Sample {
  readonly body: string | Uint8Array;
  readonly header: string;
  /** Unix seconds. */
  readonly now: number;
}

async function ours({ body, header, now }: Sample): Promise<boolean> {
  try {
    await hooked({}, now).stripe.parseWebhook({ headers: { 'stripe-signature': header }, body });
    return true;
  } catch (error) {
    if (isPayoutError(error) && error.code === 'webhook_refused') return false;
    throw error;
  }
}

function theirs({ body, header, now }: Sample): boolean {
  try {
    const payload = typeof body === 'string' ? body : Buffer.from(body);
    Stripe.webhooks.constructEvent(payload, header, SECRET, 300, undefined, now * 1000);
    return true;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeSignatureVerificationError) return false;
    throw error;
  }
}

describe('verdicts agree with the official SDK', () => {
  const object = fc.dictionary(fc.string(), fc.string()).map((value) => JSON.stringify({ object: 'event', ...value }));
  const bytes = object.map((text) => new TextEncoder().encode(text));
  const body = fc.oneof({ weight: 8, arbitrary: object }, { weight: 8, arbitrary: bytes }, fc.constant(''));
  /** Around both ends of what is allowed. */
  const age = fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 300 }) }, fc.constantFrom(0, 299, 300, 301, 100_000));
  const wrong = fc.constantFrom('other secret', 'other time', 'other body', 'cut', 'ffff', 'upper', 'v0', 'v2', 'bare');
  const entry = fc.oneof(fc.constant('right'), wrong);
  const shape = fc.oneof({ weight: 4, arbitrary: fc.constant('t first') }, fc.constantFrom('t last', 'no t', 'bad t', 'empty'));

  const sample = fc.tuple(body, age, fc.array(entry, { maxLength: 4 }), shape).map(([sent, seconds, entries, order]): Sample => {
    const right = v1(sent);
    const words: Readonly<Record<string, string>> = {
      right: `v1=${right}`,
      'other secret': `v1=${v1(sent, 'whsec_other')}`,
      'other time': `v1=${v1(sent, SECRET, T + 1)}`,
      'other body': `v1=${v1('{}x')}`,
      cut: `v1=${right.slice(0, -1)}`,
      ffff: 'v1=ffff',
      upper: `v1=${right.toUpperCase().replace(/^\d*$/, 'F')}`,
      v0: `v0=${right}`,
      v2: `v2=${right}`,
      bare: right,
    };
    const signatures = entries.map((name) => words[name] ?? '');
    const headers: Readonly<Record<string, readonly string[]>> = {
      't first': [`t=${T}`, ...signatures],
      't last': [...signatures, `t=${T}`],
      'no t': signatures,
      'bad t': ['t=soon', ...signatures],
      empty: [],
    };
    return { body: sent, header: (headers[order] ?? []).join(','), now: T + seconds };
  });

  it('on 2,000 deliveries, of which many are believed and many are not', async () => {
    const verdicts = { taken: 0, refused: 0 };
    const property = fc.asyncProperty(sample, async (delivered) => {
      const verdict = await ours(delivered);
      verdicts[verdict ? 'taken' : 'refused'] += 1;
      expect(verdict).toBe(theirs(delivered));
    });
    await fc.assert(property, { seed: 20_261_120, numRuns: 2_000 });
    expect(verdicts.taken).toBeGreaterThan(400);
    expect(verdicts.refused).toBeGreaterThan(400);
  }, 60_000);

  it("on headers of the SDK's own making", async () => {
    const property = fc.asyncProperty(object, age, async (payload, seconds) => {
      const header = Stripe.webhooks.generateTestHeaderString({ payload, secret: SECRET, timestamp: T });
      const delivered = { body: payload, header, now: T + seconds };
      expect([await ours(delivered), theirs(delivered)]).toEqual([seconds <= 300, seconds <= 300]);
    });
    await fc.assert(property, { seed: 20_261_121, numRuns: 200 });
  });
});

describe('where they differ, and why', () => {
  const body = '{"object":"event"}';
  const good = `v1=${v1(body)}`;
  const latin = Uint8Array.of(...new TextEncoder().encode('{"a":"'), 0xe9, ...new TextEncoder().encode('"}'));

  it.each<[why: string, delivered: Sample, ours: boolean, theirs: boolean]>([
    [
      'a time in the future: a clock is wrong, or somebody signs ahead (contract)',
      { body, header: `t=${T},${good}`, now: T - 301 },
      false,
      true,
    ],
    ['two times: it would be open which one was signed', { body, header: `t=1,t=${T},${good}`, now: T }, false, true],
    ['a time with rubbish behind it: what was signed is not what is written', { body, header: `t=${T}x,${good}`, now: T }, false, true],
    ['rubbish behind a signature', { body, header: `t=${T},${good}=x`, now: T }, false, true],
    [
      'two header lines, joined by a comma and a space: Fetch and Node write them so',
      { body, header: `t=${T},v1=ffff, ${good}`, now: T },
      true,
      false,
    ],
    [
      'bytes that are no UTF-8: they are signed as they are, the SDK decodes them first',
      { body: latin, header: `t=${T},v1=${v1(latin)}`, now: T },
      true,
      false,
    ],
  ])('%s', async (_, delivered, weDo, theyDo) => {
    expect([await ours(delivered), theirs(delivered)]).toEqual([weDo, theyDo]);
  });
});
