// The states of a submission that is held, refused and taken over, as a model; and a real store driven beside it.
import type { StoredSubmission, RecordedRefusal, Resolution, Submission, SubmissionStore } from '@disburse/core';
import { shown } from './store-rule.ts';

/** What is certain about one submission. A `hold` is empty where the call gave none. */
type State =
  | { readonly is: 'none' }
  | { readonly is: 'held'; readonly hold: string }
  /** `told`: whether it was ever held by a word, so that every store must tell that it is shared. */
  | { readonly is: 'shared'; readonly told: boolean }
  | { readonly is: 'refused'; readonly hold: string; readonly refusal: RecordedRefusal }
  /** `by`: whose refusal it is; `hold`: who held it then, whom a store may answer either way. */
  | { readonly is: 'rejected'; readonly by: string; readonly hold: string; readonly resolution: Resolution }
  | { readonly is: 'accepted'; readonly resolution: Resolution };

/** One statement, as somebody's call, a repetition of a lost one, or one that comes late: the store cannot tell. */
export type Call =
  | { readonly does: 'keep'; readonly hold: string; readonly asks: 'the same' | 'something else' }
  | { readonly does: 'refuse'; readonly hold: string; readonly retry: RecordedRefusal['retry'] }
  | { readonly does: 'resolve'; readonly resolution: Resolution };

type Answer = StoredSubmission | boolean | null;

interface Model {
  readonly state: State;
  /** The first that was kept. */
  readonly kept: Submission | null;
}

const NOTHING: Model = { state: { is: 'none' }, kept: null };

// ---- The table -------------------------------------------------------------------------------------------------------

function afterKeep({ state, kept }: Model, given: Submission, hold: string): Model {
  if (state.is === 'none') return { state: { is: 'held', hold }, kept: given };
  if (state.is === 'held' && hold !== '' && state.hold === hold) return { state, kept };
  if (state.is === 'refused' && hold !== '' && kept?.fingerprint === given.fingerprint) return { state: { is: 'held', hold }, kept };
  if (state.is === 'held') return { state: { is: 'shared', told: state.hold !== '' }, kept };
  return state.is === 'refused' ? { state: { is: 'shared', told: true }, kept } : { state, kept };
}

function afterRefuse({ state, kept }: Model, hold: string, refusal: RecordedRefusal): Model {
  if (state.is !== 'held' || hold === '' || state.hold !== hold) return { state, kept };
  if (refusal.retry === 'same_attempt') return { state: { is: 'refused', hold, refusal }, kept };
  const { rejected, retry, reason } = refusal;
  return { state: { is: 'rejected', by: hold, hold, resolution: { rejected, retry, reason } }, kept };
}

function afterResolve({ state, kept }: Model, given: Submission, resolution: Resolution): Model {
  const first = kept ?? given;
  if (state.is === 'accepted' || (state.is === 'rejected' && !('payoutId' in resolution))) return { state, kept };
  if ('payoutId' in resolution) return { state: { is: 'accepted', resolution }, kept: first };
  return { state: { is: 'rejected', by: '', hold: state.is === 'held' ? state.hold : '', resolution }, kept: first };
}

/** Whether a refusal must be answered `true`; `null` where either will do. */
function recorded({ state }: Model, hold: string, { retry }: RecordedRefusal): boolean | null {
  if (hold === '') return false;
  if (state.is === 'held') return state.hold === hold;
  if (state.is === 'refused') return state.hold === hold && retry === 'same_attempt';
  if (state.is !== 'rejected' || retry === 'same_attempt') return false;
  return state.by === hold ? true : state.hold === hold ? null : false;
}

// ---- What a store may answer -----------------------------------------------------------------------------------------

/** What is wrong with a row; `null` when nothing is. */
function wrongRow({ state, kept }: Model, row: StoredSubmission): string | null {
  const resolution = state.is === 'rejected' || state.is === 'accepted' ? state.resolution : null;
  const refused = state.is === 'refused' ? state.refusal : null;
  if (shown(row.submission) !== shown(kept)) return 'another submission than the first';
  if (shown(row.resolution) !== shown(resolution)) return `resolved ${shown(row.resolution)} and not ${shown(resolution)}`;
  if (shown(row.refused ?? null) !== shown(refused)) return `refused ${shown(row.refused)} and not ${shown(refused)}`;
  if (state.is === 'shared' && state.told && row.shared === false) return 'shared: false, although others were answered it';
  if ((state.is === 'held' || state.is === 'refused') && row.shared === true) return 'shared: true, although nobody else can be sending it';
  return null;
}

function wrongIdentity(before: Model, after: Model, given: Submission, hold: string, row: StoredSubmission): string | null {
  const { state } = after;
  const holds = state.is === 'held' && state.hold === hold;
  const fresh = row.submission === given || row.alone === true;
  if (before.state.is === 'none' && row.submission !== given) return 'a copy, for what this call stored';
  if (holds && !fresh) return 'neither the very object nor alone, to the call that holds it';
  return !holds && fresh ? 'the very object, or alone, to a call that does not hold it' : null;
}

/** The next model where this answer is right, and what is wrong with it otherwise. The row itself is looked at afterwards. */
function explained(before: Model, { call, given, answer }: Made): Model | string {
  if (call.does === 'keep') {
    const after = afterKeep(before, given, call.hold);
    return wrongIdentity(before, after, given, call.hold, answer as StoredSubmission) ?? after;
  }
  if (call.does === 'resolve') return afterResolve(before, given, call.resolution);
  const refusal = refusalOf(call);
  const expected = recorded(before, call.hold, refusal);
  return expected !== null && answer !== expected ? `${shown(answer)}, not ${String(expected)}` : afterRefuse(before, call.hold, refusal);
}

/** After all of them, in this order, where that explains every answer. A row may be as of a moment after its call, too. */
function inOrder(before: Model, order: readonly Made[]): Model | string {
  const models = [before];
  for (const made of order) {
    const next = explained(models.at(-1) as Model, made);
    if (typeof next === 'string') return next;
    models.push(next);
  }
  for (const [index, { call, answer }] of order.entries()) {
    if (call.does !== 'keep') continue;
    const wrong = models.slice(index + 1).map((model) => wrongRow(model, answer as StoredSubmission));
    if (!wrong.includes(null)) return String(wrong[0]);
  }
  return models.at(-1) as Model;
}

// ---- Driving it ------------------------------------------------------------------------------------------------------

interface Made {
  readonly call: Call;
  readonly given: Submission;
  readonly answer: Answer;
}

/** A store, some processes that have it open, and one reference of it. */
export class Driven {
  #models: readonly Model[] = [NOTHING];
  #said: string[] = [];
  #given = 0;
  readonly #stores: SubmissionStore[];
  readonly #submission: Submission;

  constructor(stores: readonly SubmissionStore[], submission: Submission) {
    this.#stores = [...stores];
    this.#submission = submission;
  }

  /** These at once, each by the process of its place in the list. @throws {Error} when no order of them explains the answers. */
  async make(...calls: readonly (readonly [process: number, call: Call])[]): Promise<void> {
    const made = await Promise.all(calls.map(async ([process, call]) => this.#call(this.#stores[process] as SubmissionStore, call)));
    this.#said.push(calls.map(([process, call]) => `${process}: ${shown(call)}`).join(' || '));
    const [one, two] = made as [Made, Made?];
    const orders =
      two === undefined
        ? [[one]]
        : [
            [one, two],
            [two, one],
          ];
    const results = this.#models.flatMap((model) => orders.map((order) => inOrder(model, order)));
    this.#now(results);
  }

  /** Whether every process finds what was answered. @throws {Error} otherwise. */
  async look(): Promise<void> {
    for (const store of this.#stores) {
      const row = await store.find(this.#submission);
      this.#now(
        this.#models.map((model) => (model.kept === null ? model : row === null ? 'nothing was found' : (wrongRow(model, row) ?? model))),
      );
    }
  }

  /** Another process opens the store; the one before may be dead, or only slow. */
  restart(process: number, store: SubmissionStore): void {
    this.#stores[process] = store;
  }

  /** Where it certainly is, for a walk that looks for states. */
  get at(): string {
    return shown(this.#models.map(({ state }) => state));
  }

  async #call(store: SubmissionStore, call: Call): Promise<Made> {
    this.#given += 1;
    const preparedAt = `2026-11-20T09:00:00.${String(this.#given).padStart(3, '0')}Z`;
    const other = call.does === 'keep' && call.asks === 'something else';
    const given = { ...this.#submission, preparedAt, ...(other ? { fingerprint: '0'.repeat(64) } : {}) };
    if (call.does === 'keep') return { call, given, answer: await store.putIfAbsent(given, ...(call.hold === '' ? [] : [call.hold])) };
    if (call.does === 'refuse') return { call, given, answer: (await store.refuse?.(given, call.hold, refusalOf(call))) ?? null };
    await store.setResolution(given, call.resolution);
    return { call, given, answer: null };
  }

  #now(results: readonly (Model | string)[]): void {
    const models = results.filter((result) => typeof result !== 'string');
    if (models.length === 0)
      throw new Error(
        `after ${this.#said.join(', then ')}: ${results.find((result) => typeof result === 'string') ?? 'nothing explains it'}`,
      );
    this.#models = [...new Map(models.map((model) => [shown(model), model])).values()];
  }
}

/** Every statement that two holders, a caller without a hold and a person can send. */
export const CALLS: readonly Call[] = [
  ...['a', 'b', ''].map((hold): Call => ({ does: 'keep', hold, asks: 'the same' })),
  ...['b', ''].map((hold): Call => ({ does: 'keep', hold, asks: 'something else' })),
  ...['a', 'b'].flatMap((hold) => (['same_attempt', 'next_attempt'] as const).map((retry): Call => ({ does: 'refuse', hold, retry }))),
  { does: 'refuse', hold: 'a', retry: 'never' },
  { does: 'refuse', hold: '', retry: 'same_attempt' },
  { does: 'resolve', resolution: { rejected: true, retry: 'next_attempt' } },
  { does: 'resolve', resolution: { payoutId: 'po_1' } },
];

/** A refusal to record, its hold in its words, so that one cannot be taken for another. */
export function refusalOf({ hold, retry }: { readonly hold: string; readonly retry: RecordedRefusal['retry'] }): RecordedRefusal {
  const reason = {
    code: 'authentication',
    message: `the refusal of ${hold}: “quoted” \\ 'twice' \u2028`,
    providerCode: 'invalid_key',
    requestId: null,
    at: '2026-11-20T09:00:01.000Z',
    by: 'provider',
  } as const;
  return { rejected: true, retry, reason };
}
