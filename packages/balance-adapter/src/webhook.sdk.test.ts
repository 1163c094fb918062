// The official SDK as oracle: what it believes, we believe, and the other way round, except where a row below says why not.
import { createHmac } from 'node:crypto';
import { isPayoutError } from '@disburse/core';
import fc from 'fast-check';
import { InvalidSignatureException, SignatureValidator } from 'mollie-api-typescript';
import { describe, expect, it } from 'vitest';
import { B } from './__fixtures__/double.ts';
import { createBalance } from './index.ts';

interface Sample {
  readonly body: string;
  readonly secrets: readonly string[];
  /** One header line, several, or none. */
  readonly lines: readonly string[];
}

const hmac = (body: string, secret: string): string => createHmac('sha256', secret).update(body).digest('hex');

async function ours({ body, secrets, lines }: Sample): Promise<boolean> {
  const mollie = createBalance({ token: 'test_1', balanceId: B, acceptScheduleSideEffect: true, webhookSecrets: secrets });
  try {
    await mollie.parseWebhook({ headers: lines.length === 0 ? {} : { 'x-mollie-signature': lines }, body });
    return true;
  } catch (error) {
    if (isPayoutError(error) && error.code === 'webhook_refused') return false;
    throw error;
  }
}

async function theirs({ body, secrets, lines }: Sample): Promise<boolean> {
  try {
    return await SignatureValidator.validate(body, [...secrets], [...lines]);
  } catch (error) {
    if (error instanceof InvalidSignatureException) return false;
    throw error;
  }
}

describe('verdicts agree with the official SDK', () => {
  const body = fc.oneof(
    fc.dictionary(fc.string(), fc.string()).map((value) => JSON.stringify(value)),
    fc.string({ unit: 'grapheme', minLength: 1 }),
  );
  const secrets = fc.uniqueArray(fc.oneof(fc.constantFrom('new', 'old'), fc.string({ unit: 'grapheme', minLength: 1 })), {
    minLength: 1,
    maxLength: 3,
  });
  const kind = fc.constantFrom('right', 'right', 'last secret', 'other secret', 'other body', 'cut', 'colon', 'bare', 'empty', 'nonsense');

  const sample = fc.tuple(body, secrets, fc.array(kind, { maxLength: 3 })).map(([sent, known, kinds]): Sample => {
    const right = hmac(sent, known[0] ?? '');
    const lines: Readonly<Record<string, string>> = {
      right: `sha256=${right}`,
      'last secret': `sha256=${hmac(sent, known.at(-1) ?? '')}`,
      'other secret': `sha256=${hmac(sent, 'nobody knows this')}`,
      'other body': `sha256=${hmac(`${sent}\n`, known[0] ?? '')}`,
      cut: `sha256=${right.slice(0, -1)}`,
      colon: `sha256:${right}`,
      bare: right,
      empty: '',
      nonsense: 'sha256=é',
    };
    return { body: sent, secrets: known, lines: kinds.map((name) => lines[name] ?? '') };
  });

  it('on 2,000 deliveries, of which many are believed and many are not', async () => {
    const verdicts = { taken: 0, refused: 0 };
    const property = fc.asyncProperty(sample, async (delivered) => {
      const verdict = await ours(delivered);
      verdicts[verdict ? 'taken' : 'refused'] += 1;
      expect(verdict).toBe(await theirs(delivered));
    });
    await fc.assert(property, { seed: 20_261_120, numRuns: 2_000 });
    expect(verdicts.taken).toBeGreaterThan(400);
    expect(verdicts.refused).toBeGreaterThan(400);
  }, 60_000);

  it("on signatures of the SDK's own making", async () => {
    const property = fc.asyncProperty(body, secrets, async (sent, known) => {
      const lines = [`sha256=${await SignatureValidator.createSignature(sent, known[0] ?? '')}`];
      expect(await ours({ body: sent, secrets: known, lines })).toBe(true);
    });
    await fc.assert(property, { seed: 20_261_121, numRuns: 200 });
  });
});

describe('where they differ, and why', () => {
  const body = '{"a":1}';
  const [good, wrong] = [hmac(body, 'new'), hmac(body, 'other')];

  it.each<[why: string, lines: readonly string[], ours: boolean, theirs: boolean]>([
    ['two header lines arrive joined: Node and Fetch do that (contract 16.5)', [`sha256=${wrong}, sha256=${good}`], true, false],
    ['and in the other order', [`sha256=${good}, sha256=${wrong}`], true, false],
    ['hex in upper case is the same signature (contract 14.4)', [`sha256=${good.toUpperCase()}`], true, false],
    ['a prefix in upper case, too', [`SHA256=${good}`], true, false],
    ['white space around it means nothing', [` sha256=${good} `], true, false],
  ])('%s', async (_, lines, weDo, theyDo) => {
    const delivered = { body, secrets: ['new'], lines };
    expect([await ours(delivered), await theirs(delivered)]).toEqual([weDo, theyDo]);
  });

  it('an empty body: nothing was delivered, whatever it is signed with', async () => {
    const delivered = { body: '', secrets: ['new'], lines: [`sha256=${hmac('', 'new')}`] };
    expect([await ours(delivered), await theirs(delivered)]).toEqual([false, true]);
  });
});
