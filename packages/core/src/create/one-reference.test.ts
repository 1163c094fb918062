// NEVER-TWICE R1: one reference, one payout, by a store; counted at the provider.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AcmeBank, ACME_TOKEN, acmeBank } from '../__tests__/acme-bank.ts';
import { type AcmeProvider, createAcme } from '../__tests__/acme.ts';
import { startChild } from '../__tests__/child.ts';
import { memorySubmissions, type PayoutOutcome, type SubmissionStore } from '../index.ts';
import { fileSubmissions } from '../node.ts';

const HOUR_MS = 3_600_000;
const rent = { reference: 'rent-2026-11', money: { amount: '10.50', currency: 'EUR' } };

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'disburse-one-')), 'submissions');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

/** What an outcome says, in a word. */
function told(outcome: PayoutOutcome): string {
  return outcome.outcome === 'accepted' ? outcome.payout.id : `${outcome.outcome}: ${outcome.error.message}`;
}

function expectOnePayout(bank: AcmeBank): void {
  expect(bank.payouts).toHaveLength(1);
  expect([...bank.payoutsByKey.values()]).toEqual([1]);
}

describe('fifty creates of one reference at once are one payout, and fifty times that payout is answered', () => {
  it.each<[name: string, store: () => SubmissionStore]>([
    ['memorySubmissions', memorySubmissions],
    ['fileSubmissions', () => fileSubmissions(folder)],
  ])('in one process, with %s', async (_, store) => {
    const bank = acmeBank();
    const acme = createAcme({ token: ACME_TOKEN, fetch: bank.fetch, submissions: store() });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => acme.createPayout(rent)));
    expect(outcomes.map(told)).toEqual(Array.from({ length: 50 }, () => 'ac_1'));
    for (const { submission } of outcomes) expect(submission).toEqual(outcomes[0]?.submission);
    expectOnePayout(bank);
  });

  it('in five processes with one folder', { timeout: 60_000 }, async () => {
    const bank = acmeBank();
    const server = await bank.listen();
    const children = Array.from({ length: 5 }, () => startChild('creating-child.ts', server.url, folder, rent.reference, '10'));
    await Promise.all(children.map((child) => child.ready()));
    for (const child of children) child.go();
    const ended = await Promise.all(children.map((child) => child.end()));
    await server.close();
    const said = ended.flatMap(({ lines }) => lines);
    expect(said).toHaveLength(50);
    for (const line of said) expect(line).toMatch(/^ac_1 \{/);
    expect(new Set(said).size).toBe(1); // One submission, prepared by one of them: the provider's key alone would give five.
    expectOnePayout(bank);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('a job that dies and runs again', () => {
  const LEASE_MS = HOUR_MS;
  const nine = Date.parse('2026-11-20T09:00:00.000Z');

  /** A process of its own: another runtime, so another memory. */
  function processAt(bank: AcmeBank, time: number, submissions: SubmissionStore | undefined): AcmeProvider {
    const runtime = { now: () => time, sleep: () => new Promise<never>(() => undefined) };
    return createAcme({ token: ACME_TOKEN, fetch: bank.fetch, retentionMs: LEASE_MS, maxResends: 0, runtime, submissions });
  }

  it.each<[name: string, store: () => SubmissionStore | undefined, payouts: number]>([
    ['without a store that survives is paid twice', () => undefined, 2],
    ['with a folder is paid once', () => fileSubmissions(folder), 1],
  ])('after the key is forgotten, %s', async (_, store, payouts) => {
    let now = nine;
    const bank = acmeBank({ retentionMs: LEASE_MS, now: () => now });
    bank.next({ lose: 'answer' });
    expect((await processAt(bank, now, store()).createPayout(rent)).outcome).toBe('unknown');
    now = nine + LEASE_MS + 5 * 60_000;
    expect((await processAt(bank, now, store()).createPayout(rent)).outcome).toBe('accepted');
    expect(bank.payouts).toHaveLength(payouts);
  });

  it('is answered the payout by its id once that is certain, and nothing is sent', async () => {
    const bank = acmeBank({ now: () => nine });
    await processAt(bank, nine, fileSubmissions(folder)).createPayout(rent);
    const sent = bank.requests.length;
    const again = await processAt(bank, nine, fileSubmissions(folder)).createPayout(rent);
    expect(told(again)).toBe('ac_1');
    expect(bank.requests.slice(sent).map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /payouts/ac_1']);
  });

  it('with another amount is told so, and nothing is sent', async () => {
    const bank = acmeBank({ now: () => nine });
    bank.next({ lose: 'request' });
    await processAt(bank, nine, fileSubmissions(folder)).createPayout(rent);
    const other = { ...rent, money: { amount: '12.00', currency: 'EUR' } };
    const outcome = await processAt(bank, nine, fileSubmissions(folder)).createPayout(other);
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'reference_taken' } });
    expect(bank.requests).toEqual([]);
  });

  it('while the folder cannot be read, is told unknown, and nothing is sent', async () => {
    const bank = acmeBank({ now: () => nine });
    const outcome = await processAt(bank, nine, fileSubmissions(join(import.meta.filename, 'submissions'))).createPayout(rent);
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    expect(bank.requests).toEqual([]);
  });
});
