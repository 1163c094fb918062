// correlation: 'description': how the reference and the key travel in it, and how a lookup finds them.
import { deriveKey } from '@disburse/core/adapter';
import { describe, expect, it } from 'vitest';
import { answer, fixture, inTurn, NOW, P, played, routes, SETTINGS, TEN } from './__fixtures__/double.ts';
import { markOf } from './description.ts';

const KEY = '7b0f0c7e-4d2a-8f0e-9a55-2f6f6f0c1a11';
const WITH = { ...SETTINGS, correlation: 'description' } as const;
const keyOf = (reference: string) => deriveKey({ namespace: '', account: null, reference, attempt: 1 });
const bodyOf = (body: string): { readonly description?: string } => JSON.parse(body);

it.each([
  [`Weekly payout 47 [week-47 ${KEY}]`, 'week-47'],
  [`[week-47 ${KEY}]`, 'week-47'],
  [`a [b [c ${KEY}]`, 'c'],
  [`a [[b] ${KEY}]`, '[b]'],
  [`a [x ${KEY}] [y ${KEY}]`, 'y'],
  [`Weekly payout 47 [week-47 ${KEY}] and more`, null],
  [`Weekly payout 47[week-47 ${KEY}]`, null],
  ['Weekly payout 47 [week-47 7b0f0c7e-4d2a-4f0e-9a55-2f6f6f0c1a11]', null],
  [`[${KEY}]`, null],
  ['Weekly payout 47', null],
  ['', null],
  [null, null],
])('%j carries %j', (description, reference) => {
  expect(markOf(description)).toEqual(reference === null ? null : { reference, token: KEY });
});

/** What a provider or a bank may make of a description, undocumented. */
const FOLDS: readonly (readonly [what: string, fold: (text: string) => string])[] = [
  ['as it is', (text) => text],
  ['a space behind it', (text) => `${text} `],
  ['a line break behind it', (text) => `${text}\r\n`],
  ['a no-break space behind it', (text) => `${text}\u00a0`],
  ['a zero-width space behind it', (text) => `${text}\u200b`],
  ['a byte order mark before it', (text) => `\ufeff${text}`],
  ['a control character behind it', (text) => `${text}\u0000`],
  ['a braille blank behind it', (text) => `${text}\u2800`],
  ['no-break spaces in it', (text) => text.replaceAll(' ', '\u00a0')],
  ['wide spaces in it', (text) => text.replaceAll(' ', '\u3000')],
  ['two spaces for each', (text) => text.replaceAll(' ', '  ')],
  ['line breaks in it', (text) => text.replaceAll(' ', '\n')],
  ['a soft hyphen in it', (text) => text.replace('7b0f', '7b\u00ad0f')],
  ['a direction mark in it', (text) => text.replace('[', '\u200e[')],
  ['other hyphens', (text) => text.replaceAll('-', '\u2010')],
  ['hyphens that do not break', (text) => text.replaceAll('-', '\u2011')],
  ['wide letters', (text) => text.replace(/[!-~]/g, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) + 0xfee0))],
];

describe.each(FOLDS)('a mark with %s', (_, fold) => {
  it.each([`Weekly payout 47 [week-47 ${KEY}]`, `[week-47 ${KEY}]`])('is read: %s', (text) => {
    expect(markOf(fold(text))).toEqual({ reference: 'week-47', token: KEY });
  });

  it.each([SETTINGS, WITH])('is refused in a caller’s description (%j)', async (settings) => {
    const { provider, seen } = played(inTurn(), settings);
    for (const text of [`thanks [x ${KEY}]`, `[x ${KEY}]`, `thanks [x ${KEY.toUpperCase()}]`]) {
      await expect(provider.prepare({ reference: 'r-1', money: TEN, description: fold(text) })).rejects.toMatchObject({
        code: 'invalid_request',
        issues: [{ path: 'description' }],
      });
    }
    expect(seen).toEqual([]);
  });
});

it('a mark whose case was folded has its key, and no reference', () => {
  expect(markOf(`WEEKLY PAYOUT [WEEK-47 ${KEY.toUpperCase()}]`)).toEqual({ reference: null, token: KEY });
});

it.each([
  ['with more behind it, which may be cut off', `thanks [x ${KEY}] and more`],
  ['without a space before it', `thanks[x ${KEY}]`],
  ['with a line break inside the key', `thanks [x ${KEY.slice(0, 8)}\n${KEY.slice(8)}]`],
  ['with a control character inside the key', `thanks [x ${KEY.slice(0, 8)}\u0000${KEY.slice(8)}]`],
  ['with a reference beyond ASCII, which may be written in another way', `thanks [é ${KEY}]`],
  ['with spaces inside the brackets', `thanks [ x ${KEY} ]`],
])('a caller’s mark %s is refused', async (_, description) => {
  const { provider } = played(inTurn(), SETTINGS);
  await expect(provider.prepare({ reference: 'r-1', money: TEN, description })).rejects.toMatchObject({
    issues: [{ path: 'description' }],
  });
});

it.each([`Invoice ${KEY}`, `[${KEY}]`, `[x] ${KEY}`, 'thanks [x 7b0f0c7e-4d2a-4f0e-9a55-2f6f6f0c1a11]', 'thanks [seller 42]'])(
  'the description %j is the caller’s own',
  async (description) => {
    const { provider } = played(inTurn(), SETTINGS);
    await expect(provider.prepare({ reference: 'r-1', money: TEN, description })).resolves.toBeDefined();
  },
);

it('is found again in what was sent, with the longest reference and description', async () => {
  const { provider } = played(inTurn(), WITH);
  const reference = 'r'.repeat(120);
  const submission = await provider.prepare({ reference, money: TEN, description: 'd'.repeat(95) });
  const { description = '' } = bodyOf(submission.request.body);
  expect(description).toHaveLength(255);
  expect(markOf(description)).toEqual({ reference, token: submission.key });
});

it.each([
  ['without correlation', SETTINGS, 'r-1', 255],
  ['with a short reference', WITH, 'r', 255 - 41],
  ['with the longest reference', WITH, 'r'.repeat(120), 95],
] as const)('%s a description may have so many characters and no more', async (_, settings, reference, most) => {
  const { provider } = played(inTurn(), settings);
  await expect(provider.prepare({ reference, money: TEN, description: 'd'.repeat(most) })).resolves.toBeDefined();
  await expect(provider.prepare({ reference, money: TEN, description: 'd'.repeat(most + 1) })).rejects.toMatchObject({
    code: 'invalid_request',
    issues: [{ path: 'description', message: expect.stringMatching(/allows 255/) }],
  });
});

it.each([SETTINGS, WITH])('a description that looks marked is refused (%j)', async (settings) => {
  const { provider } = played(inTurn(), settings);
  await expect(provider.prepare({ reference: 'r-1', money: TEN, description: `copied [r-0 ${KEY}]` })).rejects.toMatchObject({
    issues: [{ path: 'description' }],
  });
});

describe('a lookup', () => {
  /** Lease and guard (timeout, lateness and skew) after it was prepared, nobody can send it any more. */
  const OVER = NOW + 3_600_000 + 660_000 + 1;
  const listOf = (...payouts: Record<string, unknown>[]) =>
    routes({
      'GET /v2/payouts': () => answer(200, fixture('lists', 'empty', { _embedded: { payouts } }), { date: new Date(OVER).toUTCString() }),
    });

  async function lookedUp(settings: typeof SETTINGS | typeof WITH, payouts: Record<string, unknown>[]) {
    const submission = await played(inTurn(), settings).provider.prepare({ reference: 'r-1', money: TEN });
    const world = played(listOf(...payouts)); // A provider of today's settings: the submission brings its own correlation.
    world.runtime.set(OVER);
    return world.provider.lookup(submission);
  }

  it('finds ours by its key', async () => {
    const ours = fixture('payouts', 'completed', { id: P, description: `[r-1 ${await keyOf('r-1')}]` });
    expect(await lookedUp(WITH, [fixture('payouts', 'requested', { id: 'payout_other' }), ours])).toMatchObject({
      outcome: 'accepted',
      payout: { id: P, reference: 'r-1' },
    });
  });

  it('takes no payout for ours that carries another key, or only our reference', async () => {
    const others = [fixture('payouts', 'requested', { description: `[r-1 ${await keyOf('r-2')}]` })];
    expect(await lookedUp(WITH, others)).toMatchObject({ outcome: 'rejected', retry: 'next_attempt', error: { code: 'not_found' } });
  });

  it.each([
    ['none', SETTINGS],
    ['description', WITH],
  ] as const)('with correlation %s, a payout without a key is for a person', async (_, settings) => {
    expect(await lookedUp(settings, [fixture('payouts', 'requested')])).toMatchObject({
      outcome: 'unknown',
      next: { action: 'review', candidates: [{ id: P }] },
    });
  });

  it('reads the list of the balance that the submission names, not of the settings', async () => {
    const other = 'bal_dsbExample0000000000002';
    const submission = await played(inTurn(), { ...SETTINGS, balanceId: other }).provider.prepare({ reference: 'r-1', money: TEN });
    const world = played(listOf(fixture('payouts', 'requested', { balanceId: other })));
    world.runtime.set(OVER);
    expect(await world.provider.lookup(submission)).toMatchObject({
      outcome: 'unknown',
      next: { action: 'review', candidates: [{ id: P }] },
    });
    expect(world.seen[0]?.path).toContain(`balanceId=${other}&`);
  });

  it('nothing there is absent, once nobody can send any more', async () => {
    expect(await lookedUp(SETTINGS, [])).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  });
});

it('an answer with the key of another submission is not about ours', async () => {
  const answered = fixture('payouts', 'requested', { description: `[r-2 ${await keyOf('r-2')}]` });
  const { provider } = played(inTurn(answer(201, answered)), WITH);
  expect(await provider.createPayout({ reference: 'r-1', money: TEN })).toMatchObject({
    outcome: 'unknown',
    error: { code: 'unexpected_response', payoutId: P },
  });
});

it('an answer without the description is a notice', async () => {
  const { provider } = played(inTurn(answer(201, fixture('payouts', 'description absent'))), WITH);
  const outcome = await provider.createPayout({ reference: 'r-1', money: TEN });
  expect(outcome.outcome === 'accepted' && outcome.notices.map(({ code }) => code)).toEqual([
    'settlement_schedule_paused',
    'token_missing',
  ]);
});
