// Several providers in one process: other credentials, other stores, other runtimes. None is told another's payout.
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { acmeWorld, answerLost, answered, RENT, told } from '../__tests__/acme-world.ts';
import { createAcme } from '../__tests__/acme.ts';
import { memorySubmissions } from '../stores/submission.ts';

describe('two accounts of a provider, each with a store of its own', () => {
  it('the second does not join the exchange of the first, and is not shown its submission', async () => {
    const [first, second] = [acmeBank(), acmeBank()];
    const a = createAcme({ token: ACME_TOKEN, fetch: first.fetch, submissions: memorySubmissions() });
    const b = createAcme({ token: 'another_token', fetch: second.fetch, submissions: memorySubmissions() });
    const request = { ...RENT, description: 'secret of a' };
    const [ours, theirs] = await Promise.all([a.createPayout(request), b.createPayout(RENT)]);
    expect(told(ours)).toBe('ac_1');
    expect(theirs).toMatchObject({ outcome: 'unknown', error: { code: 'idempotency_conflict' }, next: { action: 'submit' } });
    expect(JSON.stringify(theirs)).not.toContain('secret of a');
    expect(second.payouts).toHaveLength(0);
  });

  it('with the same credential they share one exchange', async () => {
    const bank = acmeBank();
    const settings = { token: ACME_TOKEN, fetch: bank.fetch } as const;
    const outcomes = await Promise.all(
      [0, 1].map(() => createAcme({ ...settings, submissions: memorySubmissions() }).createPayout({ ...RENT, reference: 'shared' })),
    );
    expect(new Set(outcomes.map(told)).size).toBe(1);
    expect(bank.payouts).toHaveLength(1);
  });
});

it('a key that was accepted through one store is not fresh in another', async () => {
  const world = acmeWorld({ maxResends: 0, submissions: memorySubmissions() });
  await world.acme.createPayout(RENT);
  const rotated = createAcme({ token: 'rotated', fetch: world.bank.fetch, runtime: world.time, submissions: memorySubmissions() });
  expect(await rotated.createPayout(RENT)).toMatchObject({ outcome: 'unknown', error: { code: 'authentication' } });
});

it('two runtimes over one store in memory are two processes: what the other sent may exist', async () => {
  const submissions = memorySubmissions();
  const world = acmeWorld({ submissions, maxResends: 0 });
  const other = world.restarted({ submissions });
  world.onCreate(async () => {
    world.onCreate(answerLost);
    await other.createPayout(RENT);
    return answered(401)(async () => new Response(), undefined as never);
  });
  expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown' });
  expect(world.bank.payouts).toHaveLength(1);
});
