// What is left when the power goes, between any two steps on the file system, of one or of several processes.
import { describe, expect, it } from 'vitest';
import { chance, ModelDisk, type Work } from '../__tests__/model-disk.ts';
import { submissionToKeep } from '../__tests__/store-rules.ts';
import { fileSubmissionsOver } from './file-submissions.ts';
import type { Runtime } from '../platform/runtime.ts';
import type { Files } from './submission-folder.ts';
import type { StoredSubmission, RecordedRefusal, Resolution, Submission, SubmissionStore } from './submission.ts';

const FOLDER = '/var/submissions';
const ENDLESS = 1_000_000;
const mine = (process: number): Submission => submissionToKeep({ fingerprint: String(process).padStart(64, '0') });

/** What was answered to the processes before the power went: a promise, all of it. */
interface Promised {
  kept: StoredSubmission[];
  resolution: Resolution[];
  refused: { readonly hold: string; readonly refusal: RecordedRefusal; readonly recorded: boolean }[];
  /** Submissions that were answered to the very call that stored them. */
  own: number;
}

interface World {
  readonly disk: ModelDisk;
  readonly random: () => number;
  readonly promised: Promised;
  store(files: Files): SubmissionStore;
}

function world(seed: number, spoilt: (files: Files) => Files = (files) => files): World {
  const random = chance(seed);
  const runtime: Runtime = { now: () => 0, sleep: () => Promise.reject(new Error('no store waits')), random };
  return {
    disk: new ModelDisk(random),
    random,
    promised: { kept: [], resolution: [], refused: [], own: 0 },
    store: (files) => fileSubmissionsOver(spoilt(files), FOLDER, runtime),
  };
}

/** A process that keeps. */
function keeper({ store, promised }: World, process: number): Work {
  return async (files) => void promised.kept.push(await store(files).putIfAbsent(mine(process)));
}

/** A process that keeps, and then resolves. */
function sender({ store, promised }: World, process: number): Work {
  return async (files) => {
    const submissions = store(files);
    const given = mine(process);
    const kept = await submissions.putIfAbsent(given);
    promised.kept.push(kept);
    if (kept.submission === given) promised.own += 1;
    const resolution: Resolution = process === 1 ? { rejected: true } : { payoutId: `po_${process}` };
    await submissions.setResolution(kept.submission, resolution);
    promised.resolution.push(resolution);
  };
}

const REFUSAL: RecordedRefusal = {
  rejected: true,
  retry: 'same_attempt',
  reason: { code: 'authentication', message: 'no', providerCode: null, requestId: null, at: '2026-11-20T09:00:01.000Z', by: 'provider' },
};

/** A process that keeps with a hold, is refused, and the first time takes over what was. */
function holder({ store, promised }: World, process: number): Work {
  return async (files) => {
    const submissions = store(files);
    for (const call of [1, 2]) {
      const given = mine(0);
      const hold = `${process}-${call}`;
      const kept = await submissions.putIfAbsent(given, hold);
      promised.kept.push(kept);
      if (kept.submission === given) promised.own += 1;
      const refusal: RecordedRefusal = process === 1 ? { ...REFUSAL, retry: 'next_attempt' } : REFUSAL;
      promised.refused.push({ hold, refusal, recorded: (await submissions.refuse?.(given, hold, refusal)) === true });
    }
  };
}

/** After the power came back: what was answered is told, and no hold of yesterday records anything that it had not. */
async function expectHoldsKept({ disk, store, promised }: World): Promise<void> {
  let found: StoredSubmission | null = null;
  let kept: StoredSubmission | undefined;
  const late: boolean[] = [];
  await disk.run(ENDLESS, async (files) => {
    const submissions = store(files);
    found = await submissions.find(mine(0));
    kept = await submissions.putIfAbsent(mine(0), 'tomorrow');
    const open = [];
    for await (const row of submissions.open?.() ?? []) open.push(row);
    expect(open).toHaveLength(kept.resolution === null ? 1 : 0);
    for (const { hold, refusal } of promised.refused) late.push((await submissions.refuse?.(mine(0), hold, refusal)) === true);
  });
  const recorded = promised.refused.filter((one) => one.recorded);
  const ended = recorded.find(({ refusal }) => refusal.retry === 'next_attempt');
  if (ended !== undefined) expect(kept?.resolution).toEqual(ended.refusal);
  if (promised.kept.some(({ shared }) => shared === true)) expect(kept).not.toHaveProperty('alone');
  // Taken over today: only what was rejected can still be told to the hold that recorded it.
  for (const [index, again] of late.entries()) if (again) expect(promised.refused[index]?.refusal.retry).toBe('next_attempt');
  if (kept?.alone === true) expect(found).toMatchObject({ resolution: null, shared: false, refused: { rejected: true } });
}

/** After the power came back, a process of tomorrow finds what was promised, or nothing where nothing was. */
async function expectPromisesKept({ disk, store, promised }: World): Promise<void> {
  expect(promised.own).toBeLessThanOrEqual(1);
  const tomorrow = submissionToKeep({ preparedAt: '2026-11-21T09:00:00.000Z' });
  let kept: StoredSubmission | undefined;
  let found: StoredSubmission | null = null;
  await disk.run(ENDLESS, async (files) => {
    found = await store(files).find(tomorrow);
    kept = await store(files).putIfAbsent(tomorrow);
    const again = await store(files).putIfAbsent(mine(9));
    expect(again.submission).toEqual(kept.submission);
  });
  for (const before of promised.kept) {
    expect(kept?.submission).toEqual(before.submission);
    if (before.resolution !== null) promised.resolution.push(before.resolution); // What was read counts as promised, whoever wrote it.
  }
  if (kept?.submission !== tomorrow) expect([mine(0), mine(1), mine(2)]).toContainEqual(kept?.submission);
  for (const { resolution } of promised.kept)
    if (resolution !== null && 'payoutId' in resolution) expect(kept?.resolution).toEqual(resolution);
  const payouts = promised.resolution.filter((resolution) => 'payoutId' in resolution);
  if (payouts.length > 0) expect(kept?.resolution).toHaveProperty('payoutId');
  else if (promised.resolution.length > 0) expect(kept?.resolution).not.toBeNull();
  if (promised.kept.some(({ shared }) => shared === true)) expect(found).toMatchObject({ shared: true });
}

/** How many steps it takes, and what is left after each number of them. */
async function powerCuts(
  work: typeof sender,
  processes: number,
  seed: number,
  spoilt?: (files: Files) => Files,
  expectKept: typeof expectPromisesKept = expectPromisesKept,
): Promise<number> {
  for (let steps = 0; ; steps += 1) {
    const tried = world(seed * 1000 + steps, spoilt);
    const ended = await tried.disk.run(steps, ...Array.from({ length: processes }, (_, process) => work(tried, process)));
    await expectKept(tried);
    if (ended) return steps;
  }
}

describe('whatever was answered is there after a loss of power, whole', () => {
  it.each([
    ['one process that keeps and resolves', sender, 1, 8],
    ['two', sender, 2, 5],
    ['three', sender, 3, 3],
    ['three that keep', keeper, 3, 6],
  ])('%s, after every step', async (_, work, processes, seeds) => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const steps = await powerCuts(work, processes, seed);
      expect(steps, `seed ${seed}`).toBeGreaterThan(15 * processes);
    }
  });
});

describe('a hold, a refusal and who takes over are there after a loss of power', () => {
  it.each([
    [1, 6],
    [2, 5],
    [3, 2],
  ])('%s at once, after every step', { timeout: 30_000 }, async (processes, seeds) => {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const steps = await powerCuts(holder, processes, seed, undefined, expectHoldsKept);
      expect(steps, `seed ${seed}`).toBeGreaterThan(15);
    }
  });

  it('and folders that are not flushed are found', async () => {
    const cuts = async (): Promise<void> => {
      for (let seed = 1; seed <= 20; seed += 1) {
        await powerCuts(holder, 2, seed, (files) => ({ ...files, syncFolder: async () => undefined }), expectHoldsKept);
      }
    };
    await expect(cuts()).rejects.toThrow(/expected|does not follow|is gone/);
  });
});

describe('the model finds what would be lost', () => {
  it.each<[name: string, spoilt: (files: Files) => Files]>([
    ['folders that are not flushed', (files) => ({ ...files, syncFolder: async () => undefined })],
    [
      'a new folder whose own name is not flushed',
      (files) => ({ ...files, syncFolder: (path) => (path === FOLDER ? files.syncFolder(path) : Promise.resolve()) }),
    ],
    [
      'files that are not flushed',
      (files) => ({ ...files, create: async (path) => ({ ...(await files.create(path)), sync: async () => undefined }) }),
    ],
    [
      'files that are written under their final name',
      (files) => ({
        ...files,
        create: (path) => files.create(finalName(path)),
        link: async () => undefined,
        unlink: async () => undefined,
      }),
    ],
    [
      'a name that is given to whoever comes last',
      (files) => ({
        ...files,
        link: async (existing, path) => {
          await files.unlink(path).catch(() => undefined);
          await files.link(existing, path);
        },
      }),
    ],
  ])('%s', async (_, spoilt) => {
    const cuts = async (): Promise<void> => {
      for (let seed = 1; seed <= 20; seed += 1) await powerCuts(sender, 2, seed, spoilt);
    };
    await expect(cuts()).rejects.toThrow(/expected|cannot|no file of this store|checksum/);
  });
});

const finalName = (temporary: string): string => temporary.replace(/\.[0-9a-f-]{36}\.tmp$/, '');
