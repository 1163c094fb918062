// One request, prepared at different times by processes that share no store: what is kept here says nothing about the other copy.
import { describe, expect, it } from 'vitest';
import { answered, answerLost, acmeWorld, type AcmeWorld, RENT, requestLost, stored, told } from '../__tests__/acme-world.ts';
import { isCertainlyUnsent } from './process-memory.ts';
import { rememberAccepted } from './known-payouts.ts';
import { nextAttempt, type PayoutOutcome, type RejectedKeySpent } from '../payout/outcome.ts';
import { memorySubmissions, type Submission } from '../stores/submission.ts';

const HOUR_MS = 3_600_000;

function spent(outcome: PayoutOutcome): RejectedKeySpent {
  if (outcome.outcome !== 'rejected' || outcome.retry !== 'next_attempt') throw new Error(told(outcome));
  return outcome;
}

/** One that was sent at first, and paid, and whose answer was lost; all that is left of it is its JSON. */
async function paidOnPaper(world: AcmeWorld): Promise<Submission> {
  world.onCreate(answerLost);
  return stored((await world.acme.createPayout(RENT)).submission);
}

/** A process that made the same request `hours` later, and was refused for certain: with 401, or for good. */
async function refusedLater(world: AcmeWorld, how: 'revoked' | 'too little money') {
  const runtime = { ...world.time, now: () => world.time.now() };
  const submissions = memorySubmissions();
  const balance = world.bank.balance;
  if (how === 'too little money') world.bank.balance = 0;
  const token = how === 'revoked' ? { token: 'revoked' } : {};
  const refused = await world.restarted({ runtime, submissions, ...token }).createPayout(RENT);
  world.bank.balance = balance;
  expect(refused).toMatchObject({ outcome: 'rejected' });
  return { acme: world.restarted({ runtime, submissions }), revoked: world.restarted({ runtime, submissions, token: 'revoked' }) };
}

describe.each(['metadata', 'none'] as const)('a copy older than the kept row, correlation %s', (correlation) => {
  it.each([
    ['submit', 23, 25],
    ['submit', 30, 31],
    ['lookup', 23, 25],
    ['lookup', 30, 54.5],
  ] as const)('%s, kept after %d hours, given after %d: paid once, and never rejected', async (operation, keptAfter, givenAfter) => {
    const world = acmeWorld({ correlation, maxResends: 0 });
    const paper = await paidOnPaper(world);
    world.time.pass(keptAfter * HOUR_MS);
    const { acme } = await refusedLater(world, 'revoked');
    world.time.pass((givenAfter - keptAfter) * HOUR_MS);
    const outcome = await acme[operation](paper);
    expect(told(outcome)).toBe(correlation === 'metadata' ? 'ac_1' : 'unknown unresolved');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('inside its window it is sent with its own age, and a 401 of it proves nothing', async () => {
    const world = acmeWorld({ correlation, maxResends: 0 });
    const paper = await paidOnPaper(world);
    world.time.pass(HOUR_MS);
    const { acme, revoked } = await refusedLater(world, 'revoked');
    expect(told(await revoked.submit(paper))).toMatch(/^unknown/);
    expect(told(await acme.submit(paper))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it.each(['submit', 'lookup'] as const)(
    '%s where the kept one was refused for good: the copy may be paid all the same',
    async (operation) => {
      const world = acmeWorld({ correlation, maxResends: 0 });
      const paper = await paidOnPaper(world);
      world.time.pass(30 * HOUR_MS);
      const { acme } = await refusedLater(world, 'too little money');
      const sent = world.creates().length;
      expect(told(await acme[operation](paper))).toBe(correlation === 'metadata' ? 'ac_1' : 'unknown unresolved');
      expect(world.creates()).toHaveLength(sent);
    },
  );
});

describe('a copy with other bytes than the kept row', () => {
  it.each(['submit', 'lookup'] as const)('%s: it is found by its own, and neither is sent', async (operation) => {
    const world = acmeWorld({ maxResends: 0 });
    const paper = await paidOnPaper(world);
    world.time.pass(23 * HOUR_MS);
    const own = { runtime: { ...world.time, now: () => world.time.now() }, submissions: memorySubmissions(), correlation: 'none' } as const;
    await world.restarted({ ...own, token: 'revoked' }).createPayout(RENT);
    world.time.pass(2 * HOUR_MS);
    const acme = world.restarted(own);
    expect(told(await acme[operation](paper))).toBe('ac_1');
    expect(told(await acme.createPayout(RENT))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it.each(['submit', 'lookup'] as const)(
    '%s: that it is absent frees no reference, under which the kept one may exist',
    async (operation) => {
      const world = acmeWorld({ maxResends: 0 });
      world.onCreate(requestLost);
      const paper = stored((await world.acme.createPayout(RENT)).submission);
      world.time.pass(23 * HOUR_MS);
      const own = {
        runtime: { ...world.time, now: () => world.time.now() },
        submissions: memorySubmissions(),
        correlation: 'none',
      } as const;
      const kept = (await world.restarted({ ...own, token: 'revoked' }).createPayout(RENT)).submission;
      world.time.pass(3 * HOUR_MS);
      const outcome = await world.restarted(own)[operation](paper);
      expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
      // The kept one, which can be resolved: of this one a person could say nothing that is recorded.
      expect(outcome.submission).toEqual(kept);
      expect(outcome.submission).not.toEqual(paper);
    },
  );

  it('is resolved by itself, once the kept one was refused', async () => {
    const world = acmeWorld({ correlation: 'none', maxResends: 0 });
    const paper = await paidOnPaper(world);
    world.time.pass(30 * HOUR_MS);
    const { acme } = await refusedLater(world, 'too little money');
    const headers = { ...paper.request.headers, 'acme-version': '0' };
    const other = stored({ ...paper, request: { ...paper.request, headers } });
    expect(told(await acme.submit(other))).toBe('unknown unresolved');
    expect(told(await acme.resolve(other, { payoutId: 'ac_1' }))).toBe('ac_1');
    expect(told(await acme.createPayout(RENT))).toBe('ac_1');
  });
});

describe('a copy younger than the kept row', () => {
  const young = async () => {
    const world = acmeWorld({ maxResends: 0 });
    const holder = world.restarted();
    world.onCreate(requestLost);
    await world.acme.createPayout(RENT);
    world.time.pass(5 * HOUR_MS);
    const paper = stored(await holder.prepare(RENT));
    world.time.pass(20 * HOUR_MS);
    return { world, holder, paper };
  };

  it.each(['lookup', 'submit'] as const)('%s: while its holder can send it, its absence proves nothing', async (operation) => {
    const { world, holder, paper } = await young();
    const early = await world.acme[operation](paper);
    expect(early).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    expect(told(await holder.submit(paper))).toBe('ac_1');
    expect(told(await world.acme[operation](paper))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it.each(['lookup', 'submit'] as const)('%s: once nobody can send any of them, it is absent', async (operation) => {
    const { world, paper } = await young();
    const early = await world.acme[operation](paper);
    if (early.outcome !== 'unknown' || early.next.action !== 'submit') throw new Error(told(early));
    world.time.pass(Date.parse(early.next.notBefore) - world.time.now());
    const late = spent(await world.acme[operation](paper));
    expect(told(await world.acme.createPayout({ ...RENT, attempt: nextAttempt(late) }))).toBe('ac_1');
  });

  it('nor does the word of a person, until then', async () => {
    const { world, paper } = await young();
    await expect(world.acme.resolve(paper, { absent: true })).rejects.toMatchObject({ code: 'invalid_state' });
    world.time.pass(10 * HOUR_MS);
    expect(await world.acme.resolve(paper, { absent: true })).toMatchObject({ outcome: 'rejected' });
  });

  it('came from elsewhere, so that a refusal of what is kept, though never sent, is not certain', async () => {
    const world = acmeWorld({ correlation: 'none', maxResends: 0 });
    const submissions = memorySubmissions();
    const runtime = { ...world.time, now: () => world.time.now() };
    const first = world.restarted({ runtime, submissions, token: 'revoked' });
    await submissions.putIfAbsent(await first.prepare(RENT)); // Kept, and never sent.
    world.time.pass(1000);
    const paper = await paidOnPaper(world);
    expect(told(await first.submit(paper))).toMatch(/^unknown/);
  });
});

describe('a copy from elsewhere that meets an exchange under way', () => {
  it('a refusal that is certain for the first to send is not for it', async () => {
    const world = acmeWorld({ correlation: 'none', maxResends: 0 });
    const paper = await paidOnPaper(world);
    world.time.pass(HOUR_MS);
    const other = world.restarted({ token: 'revoked' });
    let joining: Promise<unknown> = Promise.resolve();
    world.onCreate(async (arrive) => {
      joining = other.submit(paper);
      return arrive();
    });
    expect(await other.createPayout(RENT)).toMatchObject({ outcome: 'rejected', retry: 'same_attempt' });
    expect(await joining).toMatchObject({ outcome: 'unknown' });
    expect(world.bank.payouts).toHaveLength(1);
  });
});

describe('two copies that are submitted at once', () => {
  it('a marked refusal of the one is not one of the other', async () => {
    const world = acmeWorld({ maxResends: 0 });
    const paper = await paidOnPaper(world);
    world.time.pass(30 * HOUR_MS);
    const young = stored(await world.restarted().prepare(RENT));
    const other = world.restarted();
    world.bank.balance = 0;
    const [first, second] = await Promise.all([other.submit(young), other.submit(paper)]);
    expect([first.outcome, told(second)]).toEqual([expect.not.stringMatching('accepted'), 'ac_1']);
  });
});

describe('a refusal that is being recorded', () => {
  it('is under way: whoever comes meanwhile does not send what it frees', async () => {
    const inner = memorySubmissions();
    let commit: () => void = () => undefined;
    const committing = new Promise<void>((resolve) => {
      commit = resolve;
    });
    const copy = <T>(value: T): T => structuredClone(value);
    const submissions = {
      putIfAbsent: async (submission: Submission) => inner.putIfAbsent(submission),
      find: async (place: Parameters<typeof inner.find>[0]) => copy(await inner.find(place)),
      setResolution: async (...asked: Parameters<typeof inner.setResolution>) => {
        await committing;
        return inner.setResolution(...asked);
      },
    };
    const world = acmeWorld({ submissions, maxResends: 0, correlation: 'none' }, { storesRefusals: false });
    world.onCreate(answered(400), answerLost);
    const first = world.acme.createPayout(RENT);
    while (world.creates().length === 0) await Promise.resolve();
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    const second = world.acme.createPayout(RENT);
    for (let turn = 0; turn < 200; turn += 1) await Promise.resolve();
    commit();
    expect([await first, await second]).toMatchObject([{ outcome: 'rejected' }, { outcome: 'rejected' }]);
    expect(world.bank.payouts).toEqual([]);
  });
});

describe('a row whose body was blanked before it was resolved', () => {
  it('is looked up, and never sent empty', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(requestLost);
    const lost = await world.acme.createPayout(RENT);
    const { request, ...rest } = stored(lost.submission);
    const submissions = memorySubmissions();
    await submissions.putIfAbsent({ ...rest, request: { ...request, body: '' } });
    const outcome = await world.restarted({ submissions }).createPayout(RENT);
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { message: expect.stringContaining('blanked') as unknown } });
    expect(world.creates()).toHaveLength(1);
  });
});

describe('input that is refused, of a reference that may be paid', () => {
  const paid = async () => {
    const world = acmeWorld();
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    return world.acme;
  };
  class Row {
    readonly reference = RENT.reference;
    readonly money = RENT.money;
  }
  const getter = {
    get reference(): string {
      return RENT.reference;
    },
  };

  it.each<readonly [string, object]>([
    ['no money', { reference: RENT.reference }],
    ['an instance of a class', new Row()],
    ['a getter', getter],
    ['what is no data', { ...RENT, money: () => undefined }],
    ['attempt 0', { ...RENT, attempt: 0 }],
    ['attempt 1.5', { ...RENT, attempt: 1.5 }],
    ['attempt 5000', { ...RENT, attempt: 5000 }],
    ['an attempt in words', { ...RENT, attempt: '1' }],
    ['another attempt', { reference: RENT.reference, attempt: 2 }],
  ])('%s: unknown, with the submission that is paid', async (_, input) => {
    const outcome = await (await paid()).createPayout(input as never);
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'invalid_request' }, submission: { reference: RENT.reference } });
  });

  it('changed after the call', async () => {
    const acme = await paid();
    const input: Record<string, unknown> = { reference: RENT.reference, money: undefined };
    const outcome = acme.createPayout(input as never);
    input['reference'] = 'another';
    expect(await outcome).toMatchObject({ outcome: 'unknown' });
  });

  it('whose first attempt was refused and whose second is paid', async () => {
    const { acme, bank } = acmeWorld({}, { balance: 1 });
    const refused = spent(await acme.createPayout(RENT));
    bank.balance = 1000;
    const second = await acme.createPayout({ ...RENT, attempt: nextAttempt(refused) });
    expect(told(second)).toBe('ac_1');
    const outcome = await acme.createPayout({ reference: RENT.reference } as never);
    expect(outcome).toMatchObject({ outcome: 'unknown', submission: { attempt: 2 } });
  });

  it('asks a store for a few rows, whatever the attempt says', async () => {
    const asked: number[] = [];
    const find = async ({ attempt }: { readonly attempt: number }): Promise<null> => {
      asked.push(attempt);
      return null;
    };
    const submissions = { ...memorySubmissions(), find };
    await acmeWorld({ submissions }).acme.createPayout({ ...RENT, attempt: 5000 as never });
    expect(asked).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('which nobody has kept is rejected, and a getter that throws is no reference', async () => {
    const { acme } = acmeWorld();
    const thrower = {
      get reference(): string {
        throw new Error('no');
      },
    };
    expect(await acme.createPayout({ reference: RENT.reference } as never)).toMatchObject({ outcome: 'rejected', retry: 'never' });
    expect(await acme.createPayout(thrower as never)).toMatchObject({ outcome: 'rejected' });
  });
});

describe('what was accepted here', () => {
  it('is not fresh again, also when so many were accepted since that it is forgotten', async () => {
    const { acme, context } = acmeWorld();
    const memory = context.memory;
    const submission = await acme.prepare(RENT);
    expect(isCertainlyUnsent(memory, submission)).toBe(true);
    rememberAccepted(context, submission, 'ac_0');
    for (let other = 1; other <= 20_001; other += 1) rememberAccepted(context, { ...submission, key: `k${other}` }, `ac_${other}`);
    expect(isCertainlyUnsent(memory, submission)).toBe(false);
  });
});
