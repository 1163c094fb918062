// R1: what is said about a submission that is not the kept one is never recorded on the kept one.
import { expect, it } from 'vitest';
import { ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { createAcme } from '../__tests__/acme.ts';
import { memorySubmissions } from '../stores/submission.ts';

const HOUR = 3_600_000;

function world() {
  let now = Date.parse('2026-11-20T09:00:00Z');
  const bank = acmeBank({ retentionMs: HOUR, now: () => now });
  const submissions = memorySubmissions();
  const runtime = { now: () => now, sleep: () => new Promise<never>(() => undefined) };
  const settings = {
    token: ACME_TOKEN,
    fetch: bank.fetch,
    retentionMs: HOUR,
    maxResends: 0,
    correlation: 'none',
    submissions,
    runtime,
  } as const;
  return { bank, acme: createAcme(settings), wait: (ms: number) => (now += ms) };
}

const request = (amount: string) => ({ reference: 'r', money: { amount, currency: 'EUR' } });

it.each([
  ['another amount', '12.00', 'reference_taken'],
  ['the same, prepared again', '10.00', 'unresolved'],
] as const)('a lookup of %s, never kept, frees no reference that was paid', async (_, amount, code) => {
  const { bank, acme, wait } = world();
  bank.next({ lose: 'answer' });
  expect((await acme.createPayout(request('10.00'))).outcome).toBe('unknown');
  wait(60_000);
  const other = await acme.prepare(request(amount));
  wait(3 * HOUR);
  const seen = await acme.lookup(other);
  expect(seen).toMatchObject({ outcome: 'unknown', error: { code }, submission: { money: { amount: '10.00' } } });
  expect(await acme.createPayout(request('10.00'))).toMatchObject({ outcome: 'unknown', next: { action: 'review', candidates: [{}] } });
  expect(bank.payouts).toHaveLength(1);
});

it('nor does a person who resolves another one', async () => {
  const { bank, acme, wait } = world();
  bank.next({ lose: 'answer' });
  await acme.createPayout(request('10.00'));
  const other = await acme.prepare(request('12.00'));
  wait(3 * HOUR);
  await expect(acme.resolve(other, { absent: true })).rejects.toMatchObject({ code: 'invalid_state' });
  expect(await acme.createPayout(request('10.00'))).toMatchObject({ outcome: 'unknown' });
  expect(bank.payouts).toHaveLength(1);
});
