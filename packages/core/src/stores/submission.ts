import * as v from 'valibot';
import { errorOfIssues, PayoutError, type PayoutErrorCode } from '../errors.ts';
import { jsonIn } from '../platform/json.ts';
import { assertKnown } from '../known-keys.ts';
import type { Money } from '../money/money.ts';
import type { NoOptions } from '../known-keys.ts';
import { afterPutIfAbsent, afterRefuse, afterSetResolution, storedAs, type SubmissionState } from './submission-state.ts';
import { parseTime } from '../platform/times.ts';
import { readBy } from '../validation.ts';

/**
 * What will be, or was, sent. Plain JSON: it survives a crash and moves between processes.
 *
 * Holds no credential. It holds the request body: with an inline bank account that includes the account number, so store
 * it as you store account numbers.
 */
export interface Submission {
  readonly version: 1;
  /** The configured name it was prepared under. */
  readonly name: string;
  /** The adapter's id. */
  readonly provider: string;
  /** Separates programs that share a provider account and number their own references. */
  readonly namespace: string;
  /** The connected account, or `null` for the account of the credential. */
  readonly account: string | null;
  /** The balance or financial account the money leaves, where the request names one. */
  readonly source: string | null;
  /** `null` where the credential does not tell. */
  readonly live: boolean | null;
  readonly reference: string;
  readonly attempt: number;
  readonly money: Money | 'full_balance';
  /** The idempotency key: derived, see {@link deriveKey}. */
  readonly key: string;
  /** SHA-256 of the caller's request, to tell whether a second create means the same. */
  readonly fingerprint: string;
  /**
   * SHA-256 of what decides who is paid how much: the caller's request without description, statement descriptor and metadata.
   *
   * @default undefined: the submission was written before this was stored
   */
  readonly payment?: string | undefined;
  /**
   * The provider's id of the saved destination that the request names; `null` for a default or one that is written out.
   *
   * @default undefined: the submission was written before this was stored
   */
  readonly destination?: string | null | undefined;
  /** The place of the token by which a lookup recognises this payout. */
  readonly correlation: { readonly by: 'metadata' | 'description' | 'none'; readonly token: string };
  readonly request: {
    readonly method: 'POST';
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  };
  /** The time from which the key's age counts. ISO 8601 UTC. */
  readonly preparedAt: string;
}

/** Why a submission was refused. It is stored, so that the next run of a job can show it again. */
export interface RefusalReason {
  readonly code: PayoutErrorCode;
  /** The library's own sentence for people; never what the provider wrote. */
  readonly message: string;
  /** The provider's own code, verbatim. */
  readonly providerCode: string | null;
  /** The provider's id of the request that was refused. */
  readonly requestId: string | null;
  /** When it was refused. ISO 8601 UTC. */
  readonly at: string;
  /**
   * Who refused it: the provider (or nothing left this machine), a lookup after the key's time, or a person. A person's decision
   * proves nothing.
   */
  readonly by: 'provider' | 'lookup' | 'person';
}

/** How a submission ended, once that is certain. */
export type Resolution =
  /** `by: 'person'`: a person decided so, although the payout differs from what was asked for. */
  | { readonly payoutId: string; readonly by?: 'person' | undefined }
  | { readonly rejected: true; readonly retry?: 'next_attempt' | 'never' | undefined; readonly reason?: RefusalReason | undefined };

/** A refusal that the only holder records. `same_attempt` leaves the submission open to the next holder; the others end it. */
export interface RecordedRefusal {
  readonly rejected: true;
  readonly retry: 'same_attempt' | 'next_attempt' | 'never';
  readonly reason: RefusalReason;
}

/** The row of one (namespace, reference, attempt) in a store. */
export interface StoredSubmission {
  readonly submission: Submission;
  readonly resolution: Resolution | null;
  /**
   * Whether `putIfAbsent` has ever answered it to another caller than the one who stored it. Then somebody else may be sending it.
   *
   * @default true: a store that does not tell makes the library careful
   */
  readonly shared?: boolean | undefined;
  /**
   * Set by `putIfAbsent`: this call took over a submission whose every send was refused, and nobody else holds it. Only a store
   * that has `refuse` sets it.
   *
   * @default false
   */
  readonly alone?: boolean | undefined;
  /** The refusal of a submission that nobody holds and whose every send was refused; `null` or left out otherwise. */
  readonly refused?: RecordedRefusal | null | undefined;
}

/** Whether a submission ended in a certain refusal. */
export function isRejected(resolution: Resolution | null): resolution is Extract<Resolution, { rejected: true }> {
  return resolution !== null && 'rejected' in resolution && resolution.rejected === true;
}

/**
 * Makes a reference unique beyond one process and one key retention.
 *
 * A store holds the first submission of (`namespace`, `reference`, `attempt`), atomically and durably, for ever. A payout whose row
 * is deleted can be paid again.
 */
export interface SubmissionStore {
  /**
   * Stores this submission if none is stored yet, and answers the stored one.
   *
   * Answer the very object that was given if, and only if, this call stored it. By that identity the library knows that nobody else
   * can have sent it. A copy is always safe, and only makes the library more careful.
   *
   * @param hold A random word of this call, from a caller whose process prepared the submission and has nothing uncertain of it. A
   * store that has `refuse` records who holds the submission; any other may ignore it.
   */
  putIfAbsent(submission: Submission, hold?: string): Promise<StoredSubmission>;
  /**
   * Records a refusal, if and only if `hold` still holds the submission: nobody else was answered it since.
   *
   * It is one atomic step, and the last one before the library answers `rejected`. It is optional: without it the library checks
   * whether the submission was shared, and a refusal that spent no key is not remembered.
   *
   * @returns `true` when it was recorded, also by an earlier call with the same hold; `false` when somebody else may be sending it.
   */
  refuse?(submission: Submission, hold: string, refusal: RecordedRefusal): Promise<boolean>;
  /**
   * The submissions without a resolution, the oldest first: those that may exist, and those that were refused and may be sent
   * again. Optional.
   */
  open?(): AsyncIterable<StoredSubmission>;
  /** Records how a submission ended. The first resolution stays, except that an existing payout always wins over a rejection. */
  setResolution(submission: Submission, resolution: Resolution): Promise<void>;
  /** Reads a row without storing one, and without counting as shared. */
  find(reference: { readonly namespace: string; readonly reference: string; readonly attempt: number }): Promise<StoredSubmission | null>;
}

/** The place of a submission in a store. */
export interface AttemptId {
  readonly namespace: string;
  readonly reference: string;
  readonly attempt: number;
}

type ReferenceOf = Pick<AttemptId, 'namespace' | 'reference'>;

/** The rows of a reference, whatever their attempts, synchronously. */
type Peek = (of: ReferenceOf) => readonly StoredSubmission[];

const peeks = new WeakMap<SubmissionStore, Peek>();

/** Reads a store of {@link memorySubmissions} synchronously; `null` for any other. */
export function peekInto(store: SubmissionStore): Peek | null {
  return peeks.get(store) ?? null;
}

/** The key of a reference. The length marks where the namespace ends. */
const keyOf = ({ namespace, reference }: ReferenceOf): string => `${namespace.length} ${namespace}${reference}`;

const NO_ROWS: readonly StoredSubmission[] = [];
const NAMELESS: SubmissionState = { is: 'held', hold: '' };

async function* openIn(rows: readonly StoredSubmission[]): AsyncGenerator<StoredSubmission> {
  yield* rows
    .filter(({ resolution }) => resolution === null)
    .sort((a, b) => Date.parse(a.submission.preparedAt) - Date.parse(b.submission.preparedAt));
}

/**
 * A store in memory. It protects one process, for as long as it runs, and grows with every reference.
 *
 * A restart forgets it. A program whose jobs may run again needs a store that survives a restart.
 *
 * @param options None: it has no file and no table.
 * @throws {PayoutError} `invalid_settings` for any option.
 */
export function memorySubmissions(options: NoOptions = {}): SubmissionStore {
  assertKnown('memorySubmissions', options, {}, 'invalid_settings');
  const rows = new Map<string, readonly StoredSubmission[]>();
  const states = new WeakMap<StoredSubmission, SubmissionState>();
  const peek: Peek = (of) => rows.get(keyOf(of)) ?? NO_ROWS;
  const among = (all: readonly StoredSubmission[], { attempt }: AttemptId) => all.find(({ submission }) => submission.attempt === attempt);
  const stateOf = (row: StoredSubmission): SubmissionState => states.get(row) ?? NAMELESS;
  const put = (submission: Submission, state: SubmissionState, replaced?: StoredSubmission): StoredSubmission => {
    const all = peek(submission);
    const others = replaced === undefined ? all : all.filter((other) => other !== replaced);
    const row = storedAs(submission, state);
    rows.set(keyOf(submission), [...others, row]);
    states.set(row, state);
    return row;
  };
  const store: SubmissionStore = {
    putIfAbsent: async (submission, hold = '') => {
      const kept = among(peek(submission), submission);
      if (kept === undefined) return put(submission, { is: 'held', hold });
      const state = stateOf(kept);
      // Stored without a hold: nobody outside this process ever gets it, and the process remembers its own sends by key.
      if (state.is === 'held' && state.hold === '') return kept;
      const next = afterPutIfAbsent(state, hold, kept.submission.fingerprint === submission.fingerprint);
      const row = next === state ? kept : put(kept.submission, next, kept);
      return next.is === 'held' && row.submission !== submission ? { ...row, alone: true } : row;
    },
    refuse: async (submission, hold, refusal) => {
      const kept = among(peek(submission), submission);
      const next = kept === undefined ? null : afterRefuse(stateOf(kept), hold, refusal);
      if (kept === undefined || next === null) return false;
      if (next !== stateOf(kept)) put(kept.submission, next, kept);
      return true;
    },
    setResolution: async (submission, resolution) => {
      const kept = among(peek(submission), submission);
      const state = kept === undefined ? NAMELESS : stateOf(kept);
      const next = afterSetResolution(state, resolution);
      if (next !== state) put(kept?.submission ?? submission, next, kept);
    },
    find: async (place) => among(peek(place), place) ?? null,
    open: () => openIn([...rows.values()].flat()),
  };
  peeks.set(store, peek);
  return store;
}

/**
 * The highest attempt number. Attempts follow refusals that people deal with, so a higher number is a counter of something else.
 */
const HIGHEST_ATTEMPT = 1_000;

const Text = v.pipe(v.string(), v.minLength(1));
const MoneyShape = v.object({ amount: v.string(), currency: v.string() });
const StoredSubmission: v.GenericSchema<unknown, Submission> = v.object({
  version: v.literal(1),
  name: Text,
  provider: Text,
  namespace: v.string(),
  account: v.nullable(Text),
  source: v.nullable(Text),
  live: v.nullable(v.boolean()),
  reference: Text,
  attempt: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(HIGHEST_ATTEMPT, `must be at most ${HIGHEST_ATTEMPT}`)),
  money: v.union([MoneyShape, v.literal('full_balance')]),
  key: Text,
  fingerprint: Text,
  payment: v.optional(Text),
  destination: v.optional(v.nullable(Text)),
  correlation: v.object({ by: v.picklist(['metadata', 'description', 'none']), token: Text }),
  request: v.object({
    method: v.literal('POST'),
    path: v.pipe(v.string(), v.regex(/^\/(?!\/)/, 'must be a path that starts with one slash')),
    headers: v.record(v.string(), v.pipe(v.string(), v.regex(/^[\x20-\x7e]*$/, 'must be printable ASCII'))),
    body: v.string(),
  }),
  preparedAt: v.pipe(
    v.string(),
    // A time needs its zone: a local time would move the window of the key.
    v.check((at) => at.endsWith('Z') && parseTime(at) !== null, 'must be an ISO 8601 UTC time'),
  ),
});

/** Headers that a stored submission may not have. The library adds them at the moment of sending. */
const NEVER_STORED = ['authorization', 'cookie', 'host', 'idempotency-key', 'proxy-authorization'];

/**
 * Reads a stored submission back.
 *
 * @param stored A parsed JSON value, or JSON text, with a byte order mark or without.
 * @returns A frozen copy.
 * @throws {PayoutError} `invalid_request` when it is not a submission of this version; every problem is listed.
 */
export function parseSubmission(stored: unknown): Submission {
  const value = typeof stored === 'string' ? parseJson(stored) : stored;
  const read = readBy(StoredSubmission, value);
  if (!read.ok) {
    throw errorOfIssues(
      'invalid_request',
      read.problems.map(({ path, message }) => ({ path: path === '' ? 'submission' : `submission.${path}`, message })),
    );
  }
  const submission: Submission = read.value;
  const smuggled = Object.keys(submission.request.headers).filter((name) => NEVER_STORED.includes(name.toLowerCase()));
  if (smuggled.length > 0) {
    throw new PayoutError('invalid_request', `submission.request.headers: ${smuggled.join(', ')} is never part of a submission`);
  }
  return deepFreeze(submission);
}

/** Freezes a submission. What was prepared or read is sent and resent, whatever the caller does with the object. */
export function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) deepFreeze(member as object);
  return Object.freeze(value);
}

function parseJson(text: string): unknown {
  const value = jsonIn(text.replace(/^\uFEFF/, '')); // Editors and PowerShell put a byte order mark in front.
  if (value === undefined) throw new PayoutError('invalid_request', 'submission: this text is not JSON, or is nested too deep');
  return value;
}
