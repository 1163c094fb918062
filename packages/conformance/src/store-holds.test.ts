// Each rule of holds is broken once: a store with that mistake must be caught, and the same store without one must pass.
import type { StoredSubmission, RecordedRefusal, Resolution, Submission, SubmissionStore } from '@disburse/core';
import { describe, expect, it } from 'vitest';
import { holdRules } from './store-holds.ts';

interface Mistakes {
  readonly findThenResolve?: true;
  readonly noHoldCompared?: true;
  readonly oldHoldStays?: true;
  readonly leases?: true;
  readonly anybodyRefuses?: true;
  readonly sameProcessStaysAlone?: true;
  readonly keepReadsThenWrites?: true;
  readonly markNotCompared?: true;
  readonly namelessKeepStaysAlone?: true;
  readonly openSkips?: true;
  readonly newDate?: true;
  readonly reasonLost?: true;
  readonly refusedForgotten?: true;
  readonly emptyHoldMatches?: true;
  readonly refusesPaid?: true;
}

interface Row {
  submission: Submission;
  hold: string;
  process: number;
  shared: boolean;
  refused: RecordedRefusal | null;
  resolution: Resolution | null;
}

/** A table in memory, its rows copied in and out, that several processes have open. */
function tableWith(mistakes: Mistakes): { open: () => Promise<SubmissionStore> } {
  const rows = new Map<string, Row>();
  let processes = 0;
  const key = ({ reference, attempt }: Pick<Submission, 'reference' | 'attempt'>): string => `${attempt} ${reference}`;
  const told = ({ submission, shared, refused, resolution }: Row): StoredSubmission =>
    structuredClone({ submission, shared, refused, resolution });

  function keepIn(row: Row, given: Submission, hold: string, process: number): StoredSubmission {
    if (row.resolution !== null) return told(row);
    const same = mistakes.markNotCompared === true || row.submission.fingerprint === given.fingerprint;
    const own = row.refused === null && hold !== '' && row.hold === hold;
    const free = hold !== '' && same && (row.refused !== null || (mistakes.leases === true && !row.shared));
    const alone = !row.shared && mistakes.sameProcessStaysAlone === true && row.refused === null && row.process === process;
    if (own || free || alone) {
      if (!alone && mistakes.oldHoldStays !== true) row.hold = hold;
      if (mistakes.newDate === true) row.submission = { ...row.submission, preparedAt: given.preparedAt };
      row.refused = null;
      return { ...told(row), alone: true };
    }
    if (mistakes.namelessKeepStaysAlone === true && hold === '') return told(row);
    Object.assign(row, { hold: '', shared: true, refused: null });
    return told(row);
  }

  const open = async (): Promise<SubmissionStore> => {
    const process = (processes += 1);
    return {
      putIfAbsent: async (submission, hold = '') => {
        const found = rows.get(key(submission));
        if (mistakes.keepReadsThenWrites === true) await Promise.resolve();
        const row = mistakes.keepReadsThenWrites === true ? found : rows.get(key(submission));
        if (row !== undefined) return keepIn(row, submission, hold, process);
        rows.set(key(submission), {
          submission: structuredClone(submission),
          hold,
          process,
          shared: false,
          refused: null,
          resolution: null,
        });
        return { submission, resolution: null, shared: false };
      },
      refuse: async (submission, hold, refusal) => {
        const row = rows.get(key(submission));
        if (row === undefined || (hold === '' && mistakes.emptyHoldMatches !== true)) return false;
        const [mine, other] =
          refusal.retry === 'same_attempt' ? (['refused', 'resolution'] as const) : (['resolution', 'refused'] as const);
        const compared = mistakes.noHoldCompared === true ? !row.shared : mistakes.anybodyRefuses === true || row.hold === hold;
        if (!compared || row[other] !== null) return false;
        if (mistakes.findThenResolve === true) await Promise.resolve();
        const { reason, ...rest } = refusal;
        const recorded = mistakes.reasonLost === true ? (rest as RecordedRefusal) : { ...rest, reason };
        if (mine === 'refused') row.refused ??= mistakes.refusedForgotten === true ? null : recorded;
        else row.resolution ??= recorded as Resolution;
        return true;
      },
      setResolution: async (submission, resolution) => {
        const row = rows.get(key(submission)) ?? {
          submission: structuredClone(submission),
          hold: '',
          process,
          shared: false,
          refused: null,
          resolution: null,
        };
        rows.set(key(submission), row);
        if (row.resolution !== null && ('payoutId' in row.resolution || !('payoutId' in resolution))) return;
        Object.assign(row, { resolution, refused: null, ...(mistakes.refusesPaid === true ? {} : { hold: '' }) });
      },
      find: async (place) => {
        const row = rows.get(key(place));
        return row === undefined ? null : told(row);
      },
      open: async function* () {
        const since = ({ submission }: Row): number => Date.parse(submission.preparedAt);
        const waiting = [...rows.values()].filter(({ resolution }) => resolution === null).sort((a, b) => since(a) - since(b));
        yield* (mistakes.openSkips === true ? waiting.filter(({ refused }) => refused === null) : waiting).map(told);
      },
    };
  };
  return { open };
}

async function caught(mistakes: Mistakes): Promise<readonly string[]> {
  const names: string[] = [];
  for (const { name, check } of holdRules) await check(async () => tableWith(mistakes)).catch(() => names.push(name));
  return names;
}

const STATES = 'answers every call from every state';

describe('a store of holds with a planted mistake is caught', () => {
  it.each<readonly [name: string, mistakes: Mistakes, by: string]>([
    ['looks whether it is held, then resolves', { findThenResolve: true }, 'lets one of two calls at once come first, where one is held'],
    ['reads in keep, then writes', { keepReadsThenWrites: true }, 'lets one of two calls at once come first, where nothing was'],
    ['compares no hold', { noHoldCompared: true }, STATES],
    ['leaves the old hold when somebody takes over', { oldHoldStays: true }, 'forgets a hold once it is over'],
    ['lets somebody take over what is held, as after a lease', { leases: true }, STATES],
    ['lets anybody refuse', { anybodyRefuses: true }, STATES],
    ['does not share with the same process', { sameProcessStaysAlone: true }, STATES],
    ['does not compare what is asked for', { markNotCompared: true }, STATES],
    ['does not share with a caller without a hold', { namelessKeepStaysAlone: true }, STATES],
    ['takes an empty hold for a hold', { emptyHoldMatches: true }, STATES],
    ['records a refusal of what is paid', { refusesPaid: true }, 'forgets a hold once it is over'],
    ['loses the reason', { reasonLost: true }, STATES],
    ['says that it recorded, and did not', { refusedForgotten: true }, STATES],
    ['gives what is taken over a new date', { newDate: true }, 'changes neither the bytes nor the date'],
    ['skips what was refused when it lists', { openSkips: true }, 'lists what is open'],
  ])('%s', async (_, mistakes, by) => {
    expect((await caught(mistakes)).join('\n')).toContain(by);
  });

  it('and the same store without one breaks no rule', async () => {
    expect(await caught({})).toEqual([]);
  });

  it('and one that has neither method is excused', async () => {
    const { refuse: _refuse, open: _open, ...store } = await tableWith({}).open();
    for (const { check } of holdRules) await check(async () => ({ open: async () => store }));
    expect.assertions(0);
  });

  it('more walks are taken where more are asked for', async () => {
    let kept = 0;
    const counted = async () => {
      const { open } = tableWith({});
      return {
        open: async (): Promise<SubmissionStore> => {
          const store = await open();
          return { ...store, putIfAbsent: async (...given) => ((kept += 1), store.putIfAbsent(...given)) };
        },
      };
    };
    const walks = holdRules.find(({ name }) => name.startsWith('keeps to the table'));
    await walks?.check(counted, { walks: 5 });
    const few = kept;
    await walks?.check(counted, { walks: 50 });
    expect(kept).toBeGreaterThan(few * 5);
  });
});
