// A disk in memory that loses power: what was not flushed is then there, or not, or there in part, as chance will have it.
import { dirname } from 'node:path';
import type { Files } from '../stores/submission-folder.ts';

interface Inode {
  text: string;
  /** What a loss of power leaves of it; `null` before the first flush: anything from nothing to all. */
  flushed: string | null;
}

interface Folder {
  readonly names: Map<string, Inode>;
  /** Names as they were flushed last. */
  flushed: Map<string, Inode>;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** Steps of several processes in an order that chance decides; after `steps` of them the power is gone. */
class Turns {
  readonly lost: Promise<void>;
  readonly #random: () => number;
  #left: number;
  #lose: () => void = () => undefined;
  readonly #running = new Set<number>();
  readonly #waiting = new Map<number, () => void>();

  constructor(random: () => number, steps: number) {
    this.#random = random;
    this.#left = steps;
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  begin(process: number): void {
    this.#running.add(process);
  }

  end(process: number): void {
    this.#running.delete(process);
    this.#next();
  }

  take(process: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(process, resolve);
      this.#next();
    });
  }

  #next(): void {
    if (this.#waiting.size < this.#running.size || this.#waiting.size === 0) return;
    if (this.#left === 0) {
      this.#lose(); // Whoever waits, waits for ever.
      return;
    }
    this.#left -= 1;
    const processes = [...this.#waiting.keys()].sort((a, b) => a - b);
    const process = processes[Math.floor(this.#random() * processes.length)] ?? 0;
    const go = this.#waiting.get(process);
    this.#waiting.delete(process);
    go?.();
  }
}

/** What a process does with a disk. It must not end before all its steps have. */
export type Work = (files: Files) => Promise<void>;

export class ModelDisk {
  #folders = new Map<string, Folder>([['/', { names: new Map(), flushed: new Map() }]]);
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Runs all at once. @returns Whether they came to their end before the power was gone. */
  async run(steps: number, ...work: readonly Work[]): Promise<boolean> {
    const turns = new Turns(this.#random, steps);
    for (const process of work.keys()) turns.begin(process);
    const ended = Promise.all(
      work.map(async (does, process) => {
        await does(this.#files(() => turns.take(process)));
        turns.end(process);
      }),
    );
    const inTime = await Promise.race([ended.then(() => true), turns.lost.then(() => false)]);
    if (!inTime) this.#losePower();
    return inTime;
  }

  #losePower(): void {
    const survivors = new Map<string, Folder>();
    for (const [path, folder] of this.#folders) {
      const names = new Map(folder.flushed);
      for (const name of new Set([...folder.names.keys(), ...folder.flushed.keys()])) {
        const now = folder.names.get(name);
        if (now === folder.flushed.get(name) || this.#random() < 0.5) continue;
        if (now === undefined) names.delete(name);
        else names.set(name, now);
      }
      for (const inode of names.values()) {
        inode.flushed ??= inode.text.slice(0, Math.floor(this.#random() * (inode.text.length + 1)));
        inode.text = inode.flushed;
      }
      survivors.set(path, { names, flushed: new Map(names) });
    }
    // A folder whose own name is gone is gone, with all that is in it.
    for (const path of survivors.keys()) if (!reachable(survivors, path)) survivors.delete(path);
    this.#folders = survivors;
  }

  #files(turn: () => Promise<void>): Files {
    const folderOf = (path: string): Folder => this.#folders.get(dirname(path)) ?? fail('ENOENT');
    const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
    const inodeAt = (path: string): Inode => folderOf(path).names.get(nameOf(path)) ?? fail('ENOENT');
    const add = (path: string, inode: Inode): void => {
      const { names } = folderOf(path);
      if (names.has(nameOf(path))) fail('EEXIST');
      names.set(nameOf(path), inode);
    };
    const step = async <T>(does: () => T): Promise<T> => {
      await turn();
      return does();
    };
    return {
      makeFolder: (path) =>
        step(() => {
          add(path, { text: '', flushed: '' });
          this.#folders.set(path, { names: new Map(), flushed: new Map() });
        }),
      create: (path) =>
        step(() => {
          const inode: Inode = { text: '', flushed: null };
          add(path, inode);
          return {
            write: async (text) => {
              // Not at once: whoever can see the file now can see half of it.
              await step(() => void (inode.text = text.slice(0, text.length / 2)));
              await step(() => void (inode.text = text));
            },
            sync: () => step(() => void (inode.flushed = inode.text)),
            close: () => step(() => undefined),
          };
        }),
      link: (existing, path) => step(() => add(path, inodeAt(existing))),
      unlink: (path) => step(() => void (folderOf(path).names.delete(nameOf(path)) || fail('ENOENT'))),
      read: (path) => step(() => inodeAt(path).text),
      names: (path) => step(() => [...(this.#folders.get(path) ?? fail('ENOENT')).names.keys()]),
      modifiedAt: () => step(() => 0),
      syncFolder: (path) =>
        step(() => {
          const folder = this.#folders.get(path) ?? fail('ENOENT');
          folder.flushed = new Map(folder.names);
        }),
    };
  }
}

function reachable(folders: ReadonlyMap<string, Folder>, path: string): boolean {
  if (path === '/') return true;
  const parent = folders.get(dirname(path));
  return parent !== undefined && parent.names.has(path.slice(path.lastIndexOf('/') + 1)) && reachable(folders, dirname(path));
}

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}
