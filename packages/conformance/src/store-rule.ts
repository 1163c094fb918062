// What a rule of SubmissionStore is, and what stores are tried with.
import type { Submission, SubmissionStore } from '@disburse/core';

/** A store that is put to the test: one place, empty at first, that any number of processes could use. */
export interface StorePlace {
  /** The store as another process would open it; what lives in one process answers the same store each time. */
  readonly open: () => Promise<SubmissionStore>;
}

/** One rule. */
export interface SubmissionStoreRule {
  readonly name: string;
  /**
   * `shared`: only of stores that more than one process can open.
   *
   * A store in memory is excused: whoever it answers shares the memory of the process, which knows better than the store.
   */
  readonly of: 'every store' | 'shared';
  /** The optional method that it is about; a store without that is excused. */
  readonly needs?: Optional | undefined;
  /** @throws {Error} saying what the store did instead. Makes its own place. */
  check(makeStore: () => Promise<StorePlace>, options?: WalkOptions): Promise<void>;
}

/** What a store may leave out, and a caller then does without. */
export type Optional = 'refuse' | 'open';

/** How far a rule goes that tries orders of calls. */
export interface WalkOptions {
  /**
   * Seeded walks through crashes, lost, late and repeated calls.
   *
   * @default 20
   */
  readonly walks?: number | undefined;
}

/** A submission to try a store with: everything in it that a careless way of storing would change. */
export function submissionToKeep(change: Partial<Submission> = {}): Submission {
  return {
    version: 1,
    name: 'eu',
    provider: 'acme',
    namespace: '',
    account: null,
    source: null,
    live: false,
    reference: 'rent-2026-11',
    attempt: 1,
    money: { amount: '10.50', currency: 'EUR' },
    key: '9f4c2b1a-0d3e-8f5a-9b6c-7d8e9fa0b1c2',
    fingerprint: 'f'.repeat(64),
    correlation: { by: 'metadata', token: '9f4c2b1a-0d3e-8f5a-9b6c-7d8e9fa0b1c2' },
    request: {
      method: 'POST',
      path: '/v1/payouts?a=%20b',
      headers: { 'content-type': 'application/json', 'acme-version': '2026-11-20', '2': 'b', '1': 'a' },
      body: '{"text":"Zoë 🧾 \\u0000 \\ud83d \'quoted\' \\\\ %s $1 ; -- "}\r\n\u2028\t',
    },
    preparedAt: '2026-11-20T09:00:00.123Z',
    ...change,
  };
}

/** @throws {Error} with these words. */
export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

/** As JSON, the members in the order of their names: stores may change that. */
export function shown(value: unknown): string {
  const sorted = (_: string, inner: unknown): unknown =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner;
  return JSON.stringify(value, sorted) ?? 'undefined';
}
