// Several processes on one folder, and processes that are killed between any two steps on the file system.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChild } from '../__tests__/child.ts';
import { submissionToKeep } from '../__tests__/store-rules.ts';
import { fileSubmissions } from '../node.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'disburse-processes-'));
});
afterAll(() => rm(root, { recursive: true }));

describe('fifty keeps of one reference at once', () => {
  it('in one process: one is stored, and everybody reads that one', async () => {
    const store = fileSubmissions(join(root, 'one'));
    const given = Array.from({ length: 50 }, (_, index) => submissionToKeep({ fingerprint: `mine-${index}` }));
    const kept = await Promise.all(given.map((submission) => store.putIfAbsent(submission)));
    const winners = given.filter((submission, index) => kept[index]?.submission === submission);
    expect(winners).toHaveLength(1);
    for (const { submission } of kept) expect(submission).toEqual(winners[0]);
  });

  it('in five processes: one is stored, and everybody reads that one', { timeout: 60_000 }, async () => {
    const folder = join(root, 'five');
    const children = Array.from({ length: 5 }, (_, index) => startChild('keeping-child.ts', folder, `child${index}`, '10'));
    await Promise.all(children.map((child) => child.ready()));
    for (const child of children) child.go();
    const said = (await Promise.all(children.map((child) => child.end()))).flatMap(({ lines }) => lines);
    const stored = said.filter((line) => line.startsWith('stored '));
    expect(stored).toHaveLength(1);
    const winner = stored[0]?.slice('stored '.length);
    expect(said.filter((line) => line === `found ${winner}`)).toHaveLength(49);
    expect((await fileSubmissions(folder).putIfAbsent(submissionToKeep())).submission.fingerprint).toBe(winner);
  });
});

describe('a process that is killed', () => {
  it('before any step leaves its submission whole or not at all, and what it had answered stays', { timeout: 60_000 }, async () => {
    const whole = await startChild('keeping-child.ts', join(root, 'not-killed'), 'first', '1', '0', 'resolve').end();
    const steps = Number(whole.lines.at(-1)?.slice('steps '.length));
    expect(steps).toBeGreaterThan(20);
    const found = await inBatches(
      Array.from({ length: steps }, (_, index) => index + 1),
      killedBefore,
    );
    // It was lost while nothing had its name yet, and there from then on; never the other way round.
    const there = found.map(({ stored }) => stored === 'first-0');
    expect(there.indexOf(true)).toBeGreaterThan(0);
    expect(there.lastIndexOf(false)).toBe(there.indexOf(true) - 1);
    for (const { lines, stored, resolution } of found) {
      if (lines.some((line) => line.startsWith('stored'))) expect(stored).toBe('first-0');
      if (lines.includes('resolution')) expect(resolution).toEqual({ payoutId: 'po_1' });
    }
  });

  /** Kills a process before one of its steps, then lets a second one keep, and reads what is there. */
  async function killedBefore(step: number) {
    const folder = join(root, `killed-${step}`);
    const { lines, signal } = await startChild('keeping-child.ts', folder, 'first', '1', String(step), 'resolve').end();
    expect(signal).toBe('SIGKILL');
    const [second] = (await startChild('keeping-child.ts', folder, 'second', '1').end()).lines;
    const third = await fileSubmissions(folder).putIfAbsent(submissionToKeep({ fingerprint: 'third' }));
    const stored = third.submission.fingerprint;
    expect(['stored second-0', 'found first-0']).toContain(second);
    expect(stored).toBe(second === 'found first-0' ? 'first-0' : 'second-0');
    expect(third.submission).toEqual(submissionToKeep({ fingerprint: stored }));
    expect((await readdir(folder)).filter((name) => /^[0-9a-f]{64}\.json$/.test(name))).toHaveLength(1);
    return { lines, stored, resolution: third.resolution };
  }
});

async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += 8) results.push(...(await Promise.all(items.slice(start, start + 8).map(work))));
  return results;
}
