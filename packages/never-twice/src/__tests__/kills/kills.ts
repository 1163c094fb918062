// Real processes on one folder, killed with SIGKILL at random moments and started again, until everything is paid.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { dice as newDice } from '../../dice.ts';
import { type Bank, openBank } from './bank.ts';
import { type Books, type Finding, newBooks } from './books.ts';
import { bundledChild, COMPILED } from './bundled-child.ts';
import { AT_WORK, type Batch, type Job, type KilledAdapter, referenceOf, type Told } from './lines.ts';

export interface KillsOptions {
  readonly adapter: KilledAdapter;
  readonly kills: number;
  readonly seed: number;
  readonly onKill?: ((kills: number, books: Books) => void) | undefined;
}

export interface KillsReport {
  readonly seed: number;
  readonly kills: number;
  readonly references: number;
  readonly outcomes: Books['outcomes'];
  readonly findings: readonly Finding[];
}

const WORKERS = 2;
const BATCH = 8;
/** So long after the last kill, whatever is still not paid is lost. */
const PATIENCE_MS = 60_000;
const LONGEST_LIFE_MS = 500;

/** Kills workers until that has happened so often, lets them end, and asks for everything once more. */
export async function runKills({ adapter, kills, seed, onKill }: KillsOptions): Promise<KillsReport> {
  const dice = newDice(seed);
  const books = newBooks();
  const bank = await openBank(adapter, dice, books);
  const folder = await mkdtemp(join(tmpdir(), 'disburse-kills-'));
  let batch = 0;
  let isOver = false;
  const references = (): readonly string[] => Array.from({ length: BATCH }, (_, index) => referenceOf(batch * BATCH + index));
  const isPaid = (): boolean => references().every((reference) => books.known.has(reference));
  const crew = newCrew({ ...bank.job, folder, seed }, bank, books, () => {
    if (isOver || !isPaid()) return;
    batch += 1;
    crew.give({ references: references() });
  });
  try {
    crew.give({ references: references() });
    const workers = await Promise.all(Array.from({ length: WORKERS }, () => crew.start()));
    for (let killed = 0; killed < kills; killed += 1) {
      const index = dice.between(0, WORKERS - 1);
      // Mostly while it works; sometimes while it starts.
      if (dice.chance(0.9)) await workers[index]?.isAtWork;
      await sleep(dice.between(0, LONGEST_LIFE_MS));
      await workers[index]?.kill();
      workers[index] = await crew.start();
      onKill?.(killed + 1, books);
    }
    isOver = true;
    bank.calm();
    for (let waited = 0; !isPaid() && waited < PATIENCE_MS; waited += 50) await sleep(50);
    await Promise.all(workers.map((worker) => worker.kill()));
    const all = Array.from({ length: (batch + 1) * BATCH }, (_, index) => referenceOf(index));
    await askOnceMore(crew, books, all);
    for (const reference of all.filter((one) => !books.paid.has(one))) books.blame('lost', reference, 'it was never paid');
    return { seed, kills, references: all.length, outcomes: books.outcomes, findings: books.findings };
  } finally {
    await crew.end();
    await bank.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The next run of the job: all references, by a process that knows only the folder. */
async function askOnceMore(crew: Crew, books: Books, references: readonly string[]): Promise<void> {
  const told = new Set<string>();
  crew.give({ references });
  const worker = await crew.start((line) => void (line.outcome === 'accepted' && told.add(line.reference)));
  for (let waited = 0; told.size < references.length && waited < PATIENCE_MS; waited += 50) await sleep(50);
  await worker.kill();
  for (const reference of references.filter((one) => !told.has(one)))
    books.blame('lost', reference, 'the next run is not told that it is paid');
}

// ---- Processes -------------------------------------------------------------------------------------------------------

interface Worker {
  readonly isAtWork: Promise<unknown>;
  /** Ends it by SIGKILL; everything that it printed was read then. */
  kill(): Promise<void>;
}

interface Crew {
  /** What is to be paid from now on, by those who run and those who start. */
  give(batch: Batch): void;
  start(hears?: (told: Told) => void): Promise<Worker>;
  end(): Promise<void>;
}

function newCrew(job: Job, bank: Bank, books: Books, onTold: () => void): Crew {
  const running = new Map<ChildProcess, Worker>();
  let batch: Batch = { references: [] };
  let started = 0;
  const hand = (child: ChildProcess): void => void child.stdin?.write(`${JSON.stringify(batch)}\n`);
  return {
    give: (next) => {
      batch = next;
      for (const child of running.keys()) hand(child);
    },
    start: async (hears = () => undefined) => {
      started += 1;
      const name = `worker ${started}`;
      const child = spawn(process.execPath, [await bundledChild(), JSON.stringify({ ...job, seed: job.seed + started })], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, NODE_COMPILE_CACHE: COMPILED },
      });
      child.stdin.on('error', () => undefined); // It was killed while it was written to.
      const isClosed = once(child, 'close');
      const atWork = Promise.withResolvers<void>();
      const hear = createInterface(child.stdout).on('line', (line) => {
        if (line === AT_WORK) return atWork.resolve();
        const told = JSON.parse(line) as Told;
        heard = heard.then(async () => {
          await bank.look();
          books.told(name, told);
          hears(told);
          onTold();
        });
      });
      let heard = Promise.resolve();
      const allHeard = once(hear, 'close');
      const worker: Worker = {
        isAtWork: Promise.race([atWork.promise, isClosed]),
        kill: async () => {
          if (running.delete(child) && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
          await Promise.all([isClosed, allHeard]);
          await heard;
          if (child.signalCode !== 'SIGKILL') books.blame('lost', '', `${name} ended by itself`);
        },
      };
      running.set(child, worker);
      hand(child);
      return worker;
    },
    end: async () => {
      await Promise.all([...running.values()].map((worker) => worker.kill()));
    },
  };
}
