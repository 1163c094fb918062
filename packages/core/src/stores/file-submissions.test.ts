// What is in the folder, who may read it, and what is refused. The rules of every store: store-rules.test.ts.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, open, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { countedFiles } from '../__tests__/counted-files.ts';
import { submissionToKeep } from '../__tests__/store-rules.ts';
import { fileSubmissionsOver } from './file-submissions.ts';
import { nodeFiles } from './node-files.ts';
import { fileSubmissions } from '../node.ts';
import type { Files } from './submission-folder.ts';
import type { StoredSubmission, SubmissionStore } from './submission.ts';

const secret = submissionToKeep({ request: { ...submissionToKeep().request, body: 'account_number=000123456789' } });
/** SHA-256 of `["","rent-2026-11",1]`: a public contract, or an upgrade would forget every reference. */
const NAME = '12122f22cac454c0fffebb5692d799c7d08ec0f8429b167bb60a6c47a01e4452';

let root: string;
let folder: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'disburse-files-'));
  folder = join(root, 'deep', 'submissions');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const fileOf = async (ending = '.json'): Promise<string> =>
  join(folder, (await readdir(folder)).find((name) => name.endsWith(ending) && name.split('.').length === ending.split('.').length) ?? '');
const failure = (code: string, ...says: readonly string[]) =>
  expect.objectContaining({ name: 'PayoutError', code, message: expect.stringMatching(new RegExp(says.join('.*'), 's')) });

describe('the folder', () => {
  it('is made at the first use, with all that leads to it, and is for its owner only', async () => {
    const store = fileSubmissions(folder);
    expect(await readdir(root)).toEqual([]);
    expect(await store.find(secret)).toBeNull();
    expect(await readdir(root)).toEqual([]);
    await store.putIfAbsent(secret);
    await store.putIfAbsent({ ...secret });
    await store.setResolution(secret, { rejected: true });
    await store.setResolution(secret, { payoutId: 'po_1' });
    const names = (await readdir(folder)).sort();
    expect(names.map((name) => name.slice(name.indexOf('.')))).toEqual(['.accepted.json', '.json', '.rejected.json', '.shared.json']);
    expect(new Set(names.map((name) => name.slice(0, 64)))).toEqual(new Set([NAME]));
    for (const path of [join(folder, '..'), folder]) expect((await stat(path)).mode & 0o777).toBe(0o700);
    for (const name of names) expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('may be there already, with other files, which stay as they are', async () => {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    await writeFile(join(folder, 'notes.tmp'), 'mine');
    await utimes(join(folder, 'notes.tmp'), 0, 0);
    await fileSubmissions(folder).putIfAbsent(secret);
    expect(await readFile(join(folder, 'notes.tmp'), 'utf8')).toBe('mine');
    expect((await stat(folder)).mode & 0o777).toBe(0o755);
  });

  it('is the one of the moment the store was made, wherever the program goes', async () => {
    const here = vi.spyOn(process, 'cwd').mockReturnValue(root);
    const store = fileSubmissions('relative');
    here.mockReturnValue('/');
    await store.putIfAbsent(secret);
    here.mockRestore();
    expect(await readdir(root)).toEqual(['relative']);
  });

  it('holds JSON that people can read', async () => {
    await fileSubmissions(folder).putIfAbsent(secret);
    const text = await readFile(await fileOf(), 'utf8');
    expect(text).toMatch(
      /^\{\n {2}"version": 1,\n {2}"sha256": "[0-9a-f]{64}",\n {2}"content": \{\n {4}"version": 1,\n {4}"name": "eu",\n/,
    );
    expect(JSON.parse(text)).toMatchObject({ content: secret });
  });
});

describe('what a killed process left behind', () => {
  it.each([
    ['yesterday is removed', -25, false],
    ['an hour ago stays: somebody may be writing it', -1, true],
  ])('%s', async (_, hours, stays) => {
    await mkdir(folder, { recursive: true });
    const temporary = join(folder, `${'0'.repeat(64)}.shared.json.00000000-0000-8000-8000-000000000000.tmp`);
    await writeFile(temporary, '{"half');
    const then = Date.now() / 1000 + hours * 3600;
    await utimes(temporary, then, then);
    await fileSubmissions(folder).putIfAbsent(secret);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toHaveLength(stays ? 1 : 0);
  });
});

describe('every answer is durable first', () => {
  async function stepsOf(work: (store: ReturnType<typeof fileSubmissions>) => Promise<unknown>): Promise<string[]> {
    const steps: string[] = [];
    const files = countedFiles(nodeFiles, async (step) => void steps.push(step));
    const store = fileSubmissionsOver(files, folder);
    await store.find(secret);
    await store.putIfAbsent(submissionToKeep({ reference: 'opens the folder' }));
    steps.length = 0;
    await work(store);
    return steps.filter((step) => step !== 'read');
  }
  const WRITES = ['create', 'write', 'sync', 'close', 'link', 'unlink', 'sync folder'];

  it('by a call to the system, for a file and for a folder', async () => {
    const handle = await open(root);
    const sync = vi.spyOn(Object.getPrototypeOf(handle) as typeof handle, 'sync');
    await handle.close();
    const file = await nodeFiles.create(join(root, 'file'));
    await file.sync();
    await file.close();
    expect(sync).toHaveBeenCalledTimes(1);
    await nodeFiles.syncFolder(root);
    expect(sync).toHaveBeenCalledTimes(process.platform === 'win32' ? 1 : 2);
    sync.mockRestore();
  });

  it.skipIf(process.platform === 'win32')('a pipe where a file is expected is refused, and nobody waits for it', async () => {
    const pipe = join(root, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, root]) await expect(nodeFiles.read(path)).rejects.toMatchObject({ code: 'not a regular file' });
  });

  it('a new submission: the file before it gets its name, and the name before it is answered', async () => {
    expect(await stepsOf((store) => store.putIfAbsent(secret))).toEqual(WRITES);
  });

  it('a kept one: its mark, and the names that were read', async () => {
    await fileSubmissions(folder).putIfAbsent(secret);
    expect(await stepsOf((store) => store.putIfAbsent({ ...secret }))).toEqual(WRITES);
    expect(await stepsOf((store) => store.putIfAbsent({ ...secret }))).toEqual(['sync folder']);
  });

  it('a word: once', async () => {
    await fileSubmissions(folder).putIfAbsent(secret);
    expect(await stepsOf((store) => store.setResolution(secret, { payoutId: 'po_1' }))).toEqual(WRITES);
    expect(await stepsOf((store) => store.setResolution(secret, { payoutId: 'po_2' }))).toEqual(['sync folder']);
  });
});

describe('a file that cannot be understood is never taken for absent', () => {
  const change = (member: string, value: unknown) => (text: string) => {
    const file = JSON.parse(text) as { content: Record<string, unknown> };
    return JSON.stringify({ ...file, content: { ...file.content, [member]: value } });
  };

  it.each<[name: string, spoil: (text: string) => string, says: string]>([
    ['an empty one', () => '', 'no file of this store'],
    ['half a one', (text) => text.slice(0, text.length / 2), 'no file of this store'],
    ['a foreign one', () => '{"hello":"world"}', 'no file of this store'],
    ['one of a later version', (text) => text.replace('"version": 1,\n  "sha', '"version": 2,\n  "sha'), 'no file of this store'],
    ['one with another amount', change('money', { amount: '9999.00', currency: 'EUR' }), 'was changed: its checksum is wrong'],
    ['one without a checksum', (text) => text.replace(/"sha256": "\w+"/, '"sha256": ""'), 'was changed: its checksum is wrong'],
    ['one with a broken character', (text) => text.replace('account_number', 'account_\ufffdumber'), 'was changed: its checksum is wrong'],
  ])('%s', async (_, spoil, says) => {
    await fileSubmissions(folder).putIfAbsent(secret);
    const path = await fileOf();
    await writeFile(path, spoil(await readFile(path, 'utf8')));
    const spoilt = await readFile(path, 'utf8');
    for (const work of [
      () => fileSubmissions(folder).putIfAbsent(submissionToKeep()),
      () => fileSubmissions(folder).find(secret),
      () => fileSubmissions(folder).setResolution(secret, { rejected: true }),
    ]) {
      await expect(work()).rejects.toThrow(failure('unresolved', `${folder}/${NAME}`, says, 'Restore it from a backup'));
      await expect(work()).rejects.not.toThrow(/000123456789|9999/);
    }
    expect(await readFile(path, 'utf8')).toBe(spoilt);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('one of another reference, under this name', async () => {
    const store = fileSubmissions(folder);
    await store.putIfAbsent(submissionToKeep());
    const path = await fileOf();
    await rm(path);
    await store.putIfAbsent(submissionToKeep({ reference: 'another' }));
    await writeFile(path, await readFile(await fileOf(), 'utf8'));
    await expect(store.putIfAbsent(submissionToKeep())).rejects.toThrow(failure('unresolved', 'holds another reference'));
  });

  it.each(['.accepted.json', '.rejected.json'])('%s', async (ending) => {
    const store = fileSubmissions(folder);
    await store.putIfAbsent(secret);
    await store.setResolution(secret, ending === '.accepted.json' ? { payoutId: 'po_1' } : { rejected: true });
    await writeFile(await fileOf(ending), '{}');
    await expect(store.putIfAbsent({ ...secret })).rejects.toThrow(failure('unresolved', 'no file of this store'));
    await expect(store.setResolution(secret, { payoutId: 'po_1' })).rejects.toThrow(failure('unresolved', 'no file of this store'));
  });

  it('the word of another reference', async () => {
    const store = fileSubmissions(folder);
    await store.setResolution(submissionToKeep({ reference: 'another' }), { payoutId: 'po_2' });
    const word = await readFile(await fileOf('.accepted.json'), 'utf8');
    await rm(folder, { recursive: true });
    await mkdir(folder);
    await store.setResolution(secret, { payoutId: 'po_1' });
    await writeFile(await fileOf('.accepted.json'), word);
    await expect(store.putIfAbsent({ ...secret })).rejects.toThrow(failure('unresolved', 'holds another reference'));
  });

  it('and what could not be read back is never written', async () => {
    const smuggled = submissionToKeep({ request: { ...secret.request, headers: { authorization: 'Bearer sk_live_canary' } } });
    await expect(fileSubmissions(folder).putIfAbsent(smuggled)).rejects.toThrow(
      failure('invalid_request', 'submission.request.headers: authorization'),
    );
    expect(await readdir(folder)).toEqual([]);
  });
});

describe.each(['same_attempt', 'next_attempt'] as const)('while a refusal is recorded (%s), before any of its steps', (retry) => {
  const reason = {
    code: 'authentication',
    message: 'no',
    providerCode: null,
    requestId: null,
    at: secret.preparedAt,
    by: 'provider',
  } as const;

  /** What a refusal answers when another process does something before its step of this number; `null` where it has fewer. */
  async function refusedWith(step: number, another: (store: SubmissionStore) => Promise<unknown>): Promise<boolean | null> {
    const own = join(folder, String(step));
    await fileSubmissions(own).putIfAbsent(secret, 'mine');
    let steps = 0;
    const files = countedFiles(nodeFiles, async () => {
      steps += 1;
      if (steps === step) await another(fileSubmissions(own));
    });
    const recorded = await fileSubmissionsOver(files, own).refuse?.(secret, 'mine', { rejected: true, retry, reason });
    return steps < step ? null : recorded === true;
  }

  it('another process resolves it as paid: nobody is told that nothing was paid', async () => {
    const resolves = (store: SubmissionStore): Promise<void> => store.setResolution(secret, { payoutId: 'po_1' });
    let step = 1;
    for (let told = await refusedWith(step, resolves); told !== null; told = await refusedWith(step, resolves)) {
      expect(told, `before step ${step}`).toBe(false);
      expect(await fileSubmissions(join(folder, String(step))).find(secret)).toMatchObject({ resolution: { payoutId: 'po_1' } });
      step += 1;
    }
    expect(step).toBeGreaterThan(10);
  });

  it('another process keeps it: either the refusal is recorded and found, or both may have sent it', async () => {
    const recorded = retry === 'same_attempt' ? { shared: false, alone: true } : { resolution: { rejected: true } };
    const answers = new Set<boolean>();
    for (let step = 1; ; step += 1) {
      const kept: StoredSubmission[] = [];
      const told = await refusedWith(step, async (store) => kept.push(await store.putIfAbsent({ ...secret }, 'theirs')));
      if (told === null) break;
      expect(kept, `before step ${step}`).toMatchObject([told ? recorded : { shared: true, resolution: null }]);
      if (!told) expect(kept[0]).not.toHaveProperty('alone');
      answers.add(told);
    }
    expect(answers).toEqual(new Set([false, true]));
  });
});

describe('a submission whose file was taken away', () => {
  it('is still known to have ended', async () => {
    await fileSubmissions(folder).putIfAbsent(secret);
    await fileSubmissions(folder).setResolution(secret, { payoutId: 'po_1' });
    await rm(await fileOf());
    const later = submissionToKeep({ preparedAt: '2026-11-21T09:00:00.000Z' });
    expect((await fileSubmissions(folder).putIfAbsent(later)).resolution).toEqual({ payoutId: 'po_1' });
  });
});

describe('a folder that cannot be used is told in words, and what was to be kept is not', () => {
  const withCode = (code: string) => async (): Promise<never> => {
    throw Object.assign(new Error(`${code}: sk_live_canary`), { code });
  };

  it.each<[name: string, broken: Partial<Files>, says: readonly string[]]>([
    ['no right to create it', { makeFolder: withCode('EACCES') }, ['could not be created', 'EACCES']],
    ['no right to write in it', { create: withCode('EROFS') }, ['nothing can be written to', 'EROFS']],
    ['a full disk', { create: async () => ({ write: withCode('ENOSPC'), sync: async () => {}, close: async () => {} }) }, ['ENOSPC']],
    ['a disk that does not flush', { syncFolder: withCode('EIO') }, ['could not be made durable', 'EIO']],
    ['no hard links', { link: withCode('EPERM') }, ['no hard link can be made', 'EPERM']],
    ['no right to read', { read: withCode('EACCES') }, ['cannot be read', 'EACCES']],
    ['no right to list', { names: withCode('EACCES') }, ['cannot be listed', 'EACCES']],
  ])('%s', async (_, broken, says) => {
    const store = fileSubmissionsOver({ ...nodeFiles, ...broken }, folder);
    await expect(store.putIfAbsent(secret)).rejects.toThrow(failure('provider_unavailable', '\\[fileSubmissions\\]', ...says));
    await expect(store.putIfAbsent(secret)).rejects.not.toThrow(/canary|000123456789/);
  });

  it('a file in its place', async () => {
    await writeFile(join(root, 'deep'), '');
    await expect(fileSubmissions(join(root, 'deep')).putIfAbsent(secret)).rejects.toThrow(failure('provider_unavailable', 'ENOTDIR'));
    await expect(fileSubmissions(folder).putIfAbsent(secret)).rejects.toThrow(failure('provider_unavailable', 'ENOTDIR'));
  });

  it('one that is taken away while it is used is not made again: an empty one would know nothing', async () => {
    const store = fileSubmissions(folder);
    await store.putIfAbsent(secret);
    await rm(folder, { recursive: true });
    await expect(store.putIfAbsent({ ...secret })).rejects.toThrow(failure('provider_unavailable', 'ENOENT'));
  });

  it('once it can be used, the same store goes on', async () => {
    const makeFolder = vi
      .fn<Files['makeFolder']>(nodeFiles.makeFolder)
      .mockRejectedValueOnce(Object.assign(new Error(), { code: 'EACCES' }));
    const store = fileSubmissionsOver({ ...nodeFiles, makeFolder }, folder);
    await expect(store.putIfAbsent(secret)).rejects.toThrow('EACCES');
    expect((await store.putIfAbsent(secret)).submission).toBe(secret);
  });

  it('an outer folder that may not be opened is not ours, and is left alone', async () => {
    const syncFolder = async (path: string): Promise<void> => (path === '/' ? withCode('EACCES')() : nodeFiles.syncFolder(path));
    expect((await fileSubmissionsOver({ ...nodeFiles, syncFolder }, folder).putIfAbsent(secret)).submission).toBe(secret);
  });

  it('an outer folder that may not be opened is an error for what was made in it', async () => {
    const syncFolder = async (path: string): Promise<void> => (path === root ? withCode('EACCES')() : nodeFiles.syncFolder(path));
    const store = fileSubmissionsOver({ ...nodeFiles, syncFolder }, folder);
    await expect(store.putIfAbsent(secret)).rejects.toThrow(failure('provider_unavailable', `${root} could not be made durable`, 'EACCES'));
  });

  it.skipIf(process.getuid?.() === 0)('a real one that is read-only', async () => {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o500);
    await expect(fileSubmissions(folder).putIfAbsent(secret)).rejects.toThrow(
      failure('provider_unavailable', 'nothing can be written to', 'EACCES'),
    );
    await chmod(folder, 0o700);
  });

  it.each([
    ['', 'must name a folder'],
    ['a\0b', 'must name a folder'],
    [undefined, 'must be the path of a folder, not missing'],
    [7, 'must be the path of a folder, not a number'],
  ])('%j is no folder', (given, says) => {
    expect(() => fileSubmissions(given as string)).toThrow(failure('invalid_settings', says));
  });
});
