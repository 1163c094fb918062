// What a process knows of a key beyond the store that it asks: it holds for that account and that store, and for no other.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, answered, answerLost, RENT, stored, TEN, told } from '../__tests__/acme-world.ts';
import type { AcmeProvider, AcmeSettings } from '../__tests__/acme.ts';
import { type Attempt, nextAttempt } from '../payout/outcome.ts';
import { memorySubmissions, type SubmissionStore } from '../stores/submission.ts';

const full = (): Promise<never> => Promise.reject(new Error('full'));
/** A store that outlives the process: it is not known as one in memory. */
const lasting = (changes: Partial<SubmissionStore> = {}): SubmissionStore => ({ ...memorySubmissions(), ...changes });

/** The provider of the world, and one beside it in the same process. */
function beside(settings: Partial<AcmeSettings>, terms: Parameters<typeof acmeWorld>[1] = {}): AcmeWorld & { readonly b: AcmeProvider } {
  const world = acmeWorld({ maxResends: 0, submissions: memorySubmissions() }, terms);
  return { ...world, b: world.restarted({ runtime: world.time, ...settings }) };
}

const paidOnce = ({ bank }: AcmeWorld): void => expect(bank.payouts).toHaveLength(1);

describe('a refusal that one store could not record', () => {
  it.each([
    ['of the same account', {}],
    ['of another account', { baseUrl: 'https://b.acme.test' }],
  ])('is not told through another store %s, whose row another process paid', async (_, account) => {
    const second = lasting();
    const world = acmeWorld({ maxResends: 0, submissions: lasting({ setResolution: full }) }, { balance: 5 });
    const b = { submissions: second, ...account };
    expect(await world.acme.createPayout(RENT)).toMatchObject({ retry: 'next_attempt', notices: [{ code: 'not_recorded' }] });
    world.time.pass(25 * 60 * 60_000);
    world.bank.balance = 1000;
    world.onCreate(answerLost);
    expect((await world.restarted(b).createPayout(RENT)).outcome).toBe('unknown');
    expect(told(await world.restarted({ runtime: world.time, ...b }).createPayout(RENT))).toBe('ac_1');
    paidOnce(world);
  });

  it('is not remembered where only a look proved it: another holder may have paid it since', async () => {
    const { putIfAbsent: keep, find, setResolution: resolve } = memorySubmissions();
    let down = true;
    const submissions: SubmissionStore = {
      putIfAbsent: (submission) => keep(submission),
      find,
      setResolution: (...how) => (down ? full() : resolve(...how)),
    };
    const world = acmeWorld({ maxResends: 0, submissions, storesRefusals: false }, { storesRefusals: false });
    world.onCreate(answered(400));
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'rejected', notices: [{ code: 'not_recorded' }] });
    expect(told(await world.restarted().createPayout(RENT))).toBe('ac_1');
    down = false;
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    paidOnce(world);
  });
});

describe('a submission that this process prepared and sent through another store', () => {
  it.each([
    ['is paid', (arrive: () => Promise<Response>) => arrive(), 'ac_1'],
    ['may be paid', answerLost, 'unknown provider_unavailable'],
  ] as const)('and that %s is not told the refusal of the one that is kept', async (_, meets, sent) => {
    const world = beside({ submissions: lasting() });
    world.onCreate(answered(400), meets);
    expect(told(await world.b.createPayout(RENT))).toBe('rejected invalid_request');
    world.time.pass(1000);
    const submission = await world.acme.prepare(RENT);
    expect(told(await world.acme.submit(submission))).toBe(sent);
    expect(told(await world.b.submit(submission))).toBe('ac_1');
    expect(told(await world.b.lookup(submission))).toBe('ac_1');
    expect(told(await world.b.createPayout(RENT))).toBe('ac_1');
    expect(told(await world.b.createPayout({ ...RENT, attempt: 2 as Attempt }))).toBe('ac_1');
    paidOnce(world);
  });
});

describe('another amount than the one that this process paid through another store', () => {
  it('is taken, shows the payout, and is not recorded as paid', async () => {
    const second = lasting();
    const world = beside({ submissions: second, correlation: 'none' });
    await world.acme.createPayout(RENT);
    expect(await world.b.createPayout({ ...RENT, money: { ...TEN, amount: '500.00' } })).toMatchObject({
      outcome: 'unknown',
      error: { code: 'reference_taken', message: expect.stringContaining('ac_1') },
      next: { action: 'review', candidates: [{ id: 'ac_1', money: TEN }] },
    });
    expect(await second.find({ namespace: '', reference: RENT.reference, attempt: 1 })).toMatchObject({ resolution: null });
    paidOnce(world);
  });
});

it('other words for a payout that only this process knows are told as such', async () => {
  const world = beside({ submissions: lasting({ setResolution: full }) });
  await world.b.createPayout(RENT);
  const again = await world.b.createPayout({ ...RENT, description: 'in other words' });
  expect(again).toMatchObject({ outcome: 'accepted', notices: [{ code: 'not_recorded' }, { code: 'words_differ' }] });
  paidOnce(world);
});

describe('input that is refused now, of a reference whose second attempt this process sent through another store', () => {
  it.each([
    ['may have been sent', answerLost],
    ['was paid', (arrive: () => Promise<Response>) => arrive()],
  ])('says nothing of the outcome where it %s', async (_, meets) => {
    const world = beside({ submissions: memorySubmissions() }, { balance: 5 });
    const first = await world.acme.createPayout(RENT);
    if (first.outcome !== 'rejected' || first.retry !== 'next_attempt') throw new Error(told(first));
    world.bank.balance = 1000;
    world.onCreate(meets);
    await world.acme.createPayout({ ...RENT, attempt: nextAttempt(first) });
    const bad = world.b.createPayout({ ...RENT, money: { amount: '10', currency: 'EUR' } });
    await expect(bad).rejects.toMatchObject({ code: 'invalid_request', outcome: null });
    paidOnce(world);
  });
});

describe('a create that the provider holds for one account', () => {
  it('is not told to another account with a store of its own', async () => {
    const world = beside({ submissions: memorySubmissions(), baseUrl: 'https://b.acme.test' });
    world.onCreate(answered(423));
    expect(told(await world.acme.createPayout(RENT))).toBe('unknown payouts_blocked');
    expect(told(await world.b.createPayout(RENT))).toBe('ac_1');
    paidOnce(world);
  });

  it('is told to the same account through another store, and nothing is sent', async () => {
    const world = beside({ submissions: memorySubmissions() });
    world.onCreate(answered(423));
    await world.acme.createPayout(RENT);
    const submission = stored(await world.b.prepare(RENT));
    expect(told(await world.b.createPayout(RENT))).toBe('unknown payouts_blocked');
    expect(told(await world.b.submit(submission))).toBe('unknown payouts_blocked');
    expect(world.creates()).toHaveLength(1);
  });
});
