// A refusal whose proof is that nobody else can have sent the submission is recorded by its only holder, as the last step.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, after, answered, answerLost, RENT, requestLost, stored, TEN, told } from '../__tests__/acme-world.ts';
import type { AcmeProvider } from '../__tests__/acme.ts';
import { HOUR_MS, NINE } from '../__tests__/manual-time.ts';
import { type Attempt, nextAttempt } from '../payout/outcome.ts';
import { memorySubmissions, type AttemptId, type SubmissionStore } from '../stores/submission.ts';

const place: AttemptId = { namespace: '', reference: RENT.reference, attempt: 1 };

/** A store that several processes have: everything it answers is a copy. */
function common(changes: Partial<SubmissionStore> = {}): SubmissionStore & { readonly words: string[] } {
  const memory = memorySubmissions();
  const words: string[] = [];
  return {
    words,
    putIfAbsent: async (submission, hold) => {
      const row = await memory.putIfAbsent(stored(submission), hold);
      words.push(hold === undefined ? 'keep' : 'keep and hold');
      const isMine = row.alone !== true && row.resolution === null && row.shared === false && hold !== undefined;
      return { ...row, submission: isMine ? submission : stored(row.submission) };
    },
    refuse: async (submission, hold, refusal) => {
      const told = await memory.refuse?.(submission, hold, refusal);
      words.push(`refuse ${refusal.retry}: ${told}`);
      return told === true;
    },
    setResolution: async (submission, resolution) => {
      words.push('resolve');
      await memory.setResolution(stored(submission), resolution);
    },
    find: async (of) => {
      const row = await memory.find(of);
      return row === null ? null : { ...row, submission: stored(row.submission) };
    },
    ...changes,
  };
}

function world(changes: Partial<SubmissionStore> = {}, terms: Parameters<typeof acmeWorld>[1] = {}) {
  const submissions = common(changes);
  const one = acmeWorld({ submissions, maxResends: 0 }, terms);
  return { ...one, submissions, other: (): AcmeProvider => one.restarted() };
}

const paidOnce = ({ bank }: AcmeWorld): void => expect(bank.payouts).toHaveLength(1);

describe('a refusal that spent no key stays certain', () => {
  it.each([
    ['a wrong credential', 401, 'authentication'],
    ['a credential that may not', 403, 'permission'],
    ['too many requests', 429, 'rate_limited'],
  ] as const)('over restarts: %s', async (_, status, code) => {
    const one = world();
    for (let run = 0; run < 3; run += 1) {
      one.onCreate(answered(status));
      expect(await one.other().createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'same_attempt', error: { code } });
    }
    expect(one.submissions.words.filter((word) => word.startsWith('refuse'))).toEqual(Array(3).fill('refuse same_attempt: true'));
    expect(await one.other().createPayout(RENT)).toMatchObject({ outcome: 'accepted', replayed: false });
    paidOnce(one);
  });

  it('and the first request is what is sent in the end, with its own age', async () => {
    const one = world();
    one.onCreate(answered(401));
    const first = await one.acme.createPayout(RENT);
    one.time.pass(HOUR_MS);
    const second = await one.other().createPayout(RENT);
    expect(second.submission).toEqual(first.submission);
  });

  it('until somebody was handed it whose answer was lost', async () => {
    const one = world();
    one.onCreate(answered(401), answerLost, answered(401));
    expect((await one.other().createPayout(RENT)).outcome).toBe('rejected');
    expect((await one.other().createPayout(RENT)).outcome).toBe('unknown');
    expect((await one.other().createPayout(RENT)).outcome).toBe('unknown');
    expect(told(await one.other().createPayout(RENT))).toBe('ac_1');
    paidOnce(one);
  });

  it('whose key may be forgotten by now is over: the next attempt may follow, and nothing is sent or read', async () => {
    const one = world();
    one.onCreate(answered(401));
    await one.acme.createPayout(RENT);
    one.time.jump(NINE + 30 * HOUR_MS);
    const left = one.left.length;
    const over = await one.other().createPayout(RENT);
    expect(over).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
    expect(one.left).toHaveLength(left);
    expect(await one.submissions.find(place)).toMatchObject({ resolution: { rejected: true, retry: 'next_attempt' } });
    expect(told(await one.other().createPayout({ ...RENT, attempt: nextAttempt(over as never) }))).toBe('ac_1');
    paidOnce(one);
  });

  it('another amount after it is taken, and the refusal proves nothing any more', async () => {
    const one = world();
    one.onCreate(answered(401));
    await one.acme.createPayout(RENT);
    expect(told(await one.other().createPayout({ ...RENT, money: { ...TEN, amount: '11.00' } }))).toBe('unknown reference_taken');
    one.onCreate(answered(401));
    expect((await one.other().createPayout(RENT)).outcome).toBe('unknown');
  });
});

describe('the last step', () => {
  it('is false where somebody kept it meanwhile and pays: the payout is answered', async () => {
    const one = world();
    one.onCreate(after(() => one.other().createPayout(RENT), answered(401)));
    expect(await one.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', payout: { id: 'ac_1' } });
    paidOnce(one);
  });

  it('comes after everything that takes time: who pays while the refusal is looked into is seen', async () => {
    const one = world({}, {});
    one.onCreate(answered(400, { code: 'balance_too_low' }));
    let payer: Promise<unknown> | null = null;
    const refuse = one.submissions.refuse;
    if (refuse === undefined) throw new Error('no refuse');
    // Just before the step, which is one statement: somebody keeps it, and pays.
    const late = one.restarted({
      submissions: {
        ...one.submissions,
        refuse: async (...args) => {
          payer = one.other().createPayout(RENT);
          await payer;
          return refuse(...args);
        },
      },
    });
    expect((await late.createPayout(RENT)).outcome).toBe('accepted');
    paidOnce(one);
  });

  it.each([
    ['fails', () => Promise.reject(new Error('down'))],
    ['answers something else', async () => 'yes' as never],
  ])('that %s leaves it unknown', async (_, refuse) => {
    const one = world({ refuse });
    one.onCreate(answered(401));
    expect(await one.acme.createPayout(RENT)).toMatchObject({
      outcome: 'unknown',
      error: { code: 'authentication' },
      next: { action: 'submit' },
    });
  });

  it('is not asked for a refusal that is marked: the key itself is spent', async () => {
    const one = world({}, { balance: 5 });
    expect((await one.acme.createPayout(RENT)).outcome).toBe('rejected');
    expect(one.submissions.words).toEqual(['keep and hold', 'resolve']);
  });

  it('is not asked for what this process may have sent before', async () => {
    const one = world();
    one.onCreate(requestLost, answered(401));
    await one.acme.createPayout(RENT);
    expect((await one.acme.createPayout(RENT)).outcome).toBe('unknown');
    expect(one.submissions.words).toEqual(['keep and hold', 'keep']);
  });
});

it('a raised attempt that was not sent is over, so that it does not stand in the way of the first', async () => {
  const one = world();
  one.onCreate(requestLost);
  await one.acme.createPayout(RENT);
  await one.acme.createPayout({ ...RENT, attempt: 2 as Attempt });
  expect(await one.submissions.find({ ...place, attempt: 2 })).toMatchObject({ resolution: { rejected: true, retry: 'next_attempt' } });
});

it('the reason that is kept is ours: the name of a provider and the words of it are not in it', async () => {
  const one = world({}, { balance: 5 });
  await one.acme.createPayout(RENT);
  const row = await one.submissions.find(place);
  expect(row?.resolution).toMatchObject({ reason: { code: 'insufficient_funds', providerCode: 'balance_too_low', by: 'provider' } });
  expect(JSON.stringify(row?.resolution)).not.toContain('[acme]');
});

it.each<readonly [string, (one: ReturnType<typeof world>) => AcmeProvider]>([
  ['name', (one) => one.restarted({ name: 'eu' })],
  ['account', (one) => one.restarted().forAccount('acct_1')],
])('a create under another %s that takes a refused row over, and may not send it, gives it back', async (_, another) => {
  const one = world();
  one.onCreate(answered(401));
  await one.acme.createPayout(RENT);
  expect(told(await another(one).createPayout(RENT))).toBe('unknown reference_taken');
  one.onCreate(answered(401));
  expect(await one.other().createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'same_attempt' });
  expect(told(await one.other().createPayout(RENT))).toBe('ac_1');
  paidOnce(one);
});

it('a refused row of a machine whose clock was a year ahead ends, instead of waiting for that year', async () => {
  const one = world();
  const ahead = one.restarted({ runtime: { ...one.time, now: () => one.time.now() + 365 * 24 * HOUR_MS } });
  one.onCreate(answered(401));
  expect((await ahead.createPayout(RENT)).outcome).toBe('rejected');
  const over = await one.other().createPayout(RENT);
  expect(over).toMatchObject({ outcome: 'rejected', retry: 'next_attempt' });
  expect(told(await one.other().createPayout({ ...RENT, attempt: nextAttempt(over as never) }))).toBe('ac_1');
  paidOnce(one);
});

it('a refusal that was recorded is not told by a machine that slept behind the record: somebody may have paid since', async () => {
  const one = world();
  one.onCreate(answered(401));
  const slept = one.restarted({
    submissions: {
      ...one.submissions,
      refuse: async (...args) => {
        const told = (await one.submissions.refuse?.(...args)) === true;
        await one.other().createPayout(RENT);
        one.time.jump(NINE + HOUR_MS);
        return told;
      },
    },
  });
  expect(await slept.createPayout(RENT)).toMatchObject({
    outcome: 'unknown',
    error: { code: 'authentication' },
    next: { action: 'submit' },
  });
  expect(told(await slept.createPayout(RENT))).toBe('ac_1');
  paidOnce(one);
});
