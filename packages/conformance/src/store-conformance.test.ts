import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memorySubmissions, type SubmissionStore } from '@disburse/core';
import { fileSubmissions } from '@disburse/core/node';
import { afterAll, describe, expect, it } from 'vitest';
import { submissionStoreRules } from './store-rules.ts';
import { submissionStoreConformance } from './stores.ts';

const inMemory = async () => {
  const store = memorySubmissions();
  return { open: async () => store };
};

submissionStoreConformance({ describe, it, expect }, { name: 'memorySubmissions', shared: false, makeStore: inMemory });

const folders = mkdtempSync(join(tmpdir(), 'disburse-stores-'));
afterAll(() => rmSync(folders, { recursive: true }));
const inFolder = async () => {
  const folder = mkdtempSync(join(folders, 'store-'));
  return { open: async () => fileSubmissions(folder) };
};

submissionStoreConformance({ describe, it, expect }, { name: 'fileSubmissions', shared: true, makeStore: inFolder });

it('a store that keeps the payout, and not on whose word, is caught', async () => {
  const broken: string[] = [];
  const losing = async () => {
    const store = memorySubmissions();
    const setResolution: SubmissionStore['setResolution'] = (submission, resolution) =>
      store.setResolution(submission, 'payoutId' in resolution ? { payoutId: resolution.payoutId } : resolution);
    return { open: async () => ({ ...store, setResolution }) };
  };
  for (const { name, check } of submissionStoreRules) await check(losing).catch(() => broken.push(name));
  expect(broken).toContain('records how it ended: a payout, on the word of a person');
});

it('a store that remembers nothing breaks rules, and says which', async () => {
  const forgetful: SubmissionStore = {
    putIfAbsent: async (submission) => ({ submission, resolution: null }),
    setResolution: async () => undefined,
    find: async () => null,
  };
  const registered: (readonly [string, () => Promise<void>])[] = [];
  const failures: unknown[] = [];
  submissionStoreConformance(
    {
      describe: (_, body) => body(),
      it: (name, body) => void registered.push([name, body]),
      expect: (actual) => ({ toEqual: () => void failures.push(actual) }),
    },
    { name: 'forgetful', shared: true, makeStore: async () => ({ open: async () => forgetful }) },
  );
  for (const [, body] of registered) await body();
  expect(registered.length).toBe(failures.length);
  expect(failures.filter((failure) => failure !== null).length).toBeGreaterThan(10);
  expect(failures).toContain('the very object was answered to a call that did not store it');
});
