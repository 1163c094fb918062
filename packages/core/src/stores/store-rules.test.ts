import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type StorePlace, submissionStoreRules } from '../__tests__/store-rules.ts';
import { fileSubmissions } from '../node.ts';
import { isRejected, type StoredSubmission, memorySubmissions, type Submission, type SubmissionStore } from './submission.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'disburse-rules-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('memorySubmissions', () => {
  it.each(submissionStoreRules.filter((rule) => rule.of === 'every store'))('$name', async ({ check }) => {
    await check(async () => opening(memorySubmissions()));
    expect.assertions(0); // The rules throw by themselves.
  });
});

describe('fileSubmissions', () => {
  it.each(submissionStoreRules)('$name', async ({ check }) => {
    const path = await mkdtemp(join(folder, 'store-'));
    await check(async () => ({ open: async () => fileSubmissions(join(path, 'submissions')) }));
    expect.assertions(0);
  });
});

// ---- Stores that break one rule each ---------------------------------------------------------------------------------

describe('a store with a planted mistake is caught', () => {
  it.each<[name: string, place: () => StorePlace, caughtBy: string]>([
    ['answers what is given', () => broken({ answer: (_, given) => given }), 'answers what is kept, not what is given'],
    ['always answers a copy', () => broken({ answer: (kept) => structuredClone(kept) }), 'answers the very object, unresolved'],
    ['forgets the attempt', () => broken({ placeOf: ({ namespace, reference }) => namespace + reference }), 'and attempt apart'],
    ['ignores case', () => broken({ placeOf: (of) => JSON.stringify(placeOf(of)).toLowerCase() }), 'and attempt apart'],
    ['glues names together', () => broken({ placeOf: (of) => Object.values(placeOf(of)).join('') }), 'and attempt apart'],
    ['adds the account to the place', () => broken({ placeOf: (of) => JSON.stringify([placeOf(of), of.account]) }), 'one payout'],
    ['looks, waits, then stores', () => broken({ waits: true }), 'stores one of fifty'],
    ['lets the last word stay', () => broken({ lastWord: true }), 'lets the first word stay'],
    ['keeps only the id of a payout', () => broken({ settledAs: () => ({ payoutId: 'po_1' }) }), 'a refusal'],
    [
      'trims a body',
      () => broken({ stored: (of) => ({ ...of, request: { ...of.request, body: of.request.body.trim() } }) }),
      'every character',
    ],
    ['forgets what it did not keep', () => broken({ settleUnkept: false }), 'resolved before it was ever kept'],
    ['finds by keeping', () => broken({ findKeeps: true }), 'finds without keeping'],
    ['answers its objects again', () => broken({}), 'answers a copy when its own object comes again'],
    ['lets a rejection stand against a payout', () => broken({ payoutLoses: true }), 'lets a payout that exists win'],
    ['lets a rejection win over a payout', () => broken({ lastWord: true }), 'lets a payout that exists win'],
    ['says that nobody shares', () => broken({}), 'never says that nobody else was answered'],
    ['opens empty', () => ({ open: async () => memorySubmissions() }), 'shows one process what another has kept'],
  ])('%s', async (_, place, caughtBy) => {
    const caught: string[] = [];
    for (const { name, check } of submissionStoreRules) await check(async () => place()).catch(() => caught.push(name));
    expect(caught.join('\n')).toContain(caughtBy);
  });

  it('and the same store without one breaks no rule that it can keep', async () => {
    for (const { of, check } of submissionStoreRules) if (of === 'every store') await check(async () => broken({}));
    expect.assertions(0);
  });
});

function opening(store: SubmissionStore): StorePlace {
  return { open: async () => store };
}

interface Mistakes {
  readonly answer?: (kept: Submission, given: Submission) => Submission;
  readonly placeOf?: (of: Submission) => string;
  readonly stored?: (of: Submission) => Submission;
  readonly settledAs?: () => StoredSubmission['resolution'];
  readonly waits?: boolean;
  readonly lastWord?: boolean;
  readonly payoutLoses?: boolean;
  readonly settleUnkept?: boolean;
  readonly findKeeps?: boolean;
}

const placeOf = ({ namespace, reference, attempt }: Pick<Submission, 'namespace' | 'reference' | 'attempt'>) => ({
  namespace,
  reference,
  attempt,
});

function broken(mistakes: Mistakes): StorePlace {
  const { answer = (kept) => kept, placeOf: key = (of) => JSON.stringify(placeOf(of)), stored = (of) => of } = mistakes;
  const rows = new Map<string, StoredSubmission>();
  return opening({
    putIfAbsent: async (submission) => {
      const kept = rows.get(key(submission));
      if (kept !== undefined) return { ...kept, submission: answer(kept.submission, submission) };
      if (mistakes.waits === true) await Promise.resolve();
      rows.set(key(submission), { submission: stored(submission), resolution: null, shared: false });
      return { submission: answer(submission, submission), resolution: null, shared: false };
    },
    setResolution: async (submission, resolution) => {
      const kept = rows.get(key(submission));
      const wins =
        mistakes.lastWord === true || (mistakes.payoutLoses !== true && isRejected(kept?.resolution ?? null) && !isRejected(resolution));
      if (kept?.resolution != null && !wins) return;
      if (kept === undefined && mistakes.settleUnkept === false) return;
      rows.set(key(submission), {
        submission: kept?.submission ?? submission,
        resolution: mistakes.settledAs?.() ?? resolution,
        shared: false,
      });
    },
    find: async (reference) => {
      const kept = rows.get(JSON.stringify(placeOf(reference)));
      if (kept === undefined && mistakes.findKeeps === true) {
        const made = { submission: { ...EMPTY, ...reference }, resolution: null };
        rows.set(JSON.stringify(placeOf(reference)), made);
      }
      return kept ?? null;
    },
  });
}

const EMPTY: Submission = {
  version: 1,
  name: 'n',
  provider: 'p',
  namespace: '',
  account: null,
  source: null,
  live: null,
  reference: 'r',
  attempt: 1,
  money: 'full_balance',
  key: 'k',
  fingerprint: 'f',
  correlation: { by: 'none', token: 't' },
  request: { method: 'POST', path: '/', headers: {}, body: '' },
  preparedAt: '2026-11-20T09:00:00.000Z',
};
