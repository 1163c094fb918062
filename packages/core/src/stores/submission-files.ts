// The contents of the files in a folder of submissions. A file that exists and cannot be understood is never treated as absent.
import * as v from 'valibot';
import { isPayoutError, type PayoutError, type PayoutErrorCode } from '../errors.ts';
import { sha256 } from './idempotency.ts';
import { jsonIn } from '../platform/json.ts';
import { storeError } from './submission-folder.ts';
import { afterRefuse, afterSetResolution, type SubmissionState } from './submission-state.ts';
import {
  parseSubmission,
  type AttemptId,
  type RecordedRefusal,
  type RefusalReason,
  type Resolution,
  type Submission,
} from './submission.ts';
import { problemsOf } from '../validation.ts';

type Rejection = Extract<Resolution, { rejected: true }>;

/** One event of a submission that was stored with a hold: the contents of its next numbered file. */
type Word =
  | { readonly shared: true }
  /** Another caller took a refused submission over. */
  | { readonly hold: string }
  /** The holder recorded a refusal. */
  | { readonly refusal: RecordedRefusal }
  | { readonly resolution: Rejection };

const Text = v.pipe(v.string(), v.minLength(1));
const PlaceMembers = { namespace: v.string(), reference: v.string(), attempt: v.number() };

const Reason: v.GenericSchema<unknown, RefusalReason> = v.strictObject({
  code: v.custom<PayoutErrorCode>((code) => typeof code === 'string' && code !== ''), // A later version may know more codes.
  message: v.string(),
  providerCode: v.nullable(v.string()),
  requestId: v.nullable(v.string()),
  at: v.string(),
  by: v.picklist(['provider', 'lookup', 'person']),
});
const Rejected: v.GenericSchema<unknown, Rejection> = v.strictObject({
  rejected: v.literal(true),
  retry: v.optional(v.picklist(['next_attempt', 'never'])),
  reason: v.optional(Reason),
});
const Refusal: v.GenericSchema<unknown, RecordedRefusal> = v.strictObject({
  rejected: v.literal(true),
  retry: v.picklist(['same_attempt', 'next_attempt', 'never']),
  reason: Reason,
});
const StoredResolved: v.GenericSchema<unknown, AttemptId & { readonly resolution: Resolution }> = v.strictObject({
  ...PlaceMembers,
  resolution: v.union([v.strictObject({ payoutId: Text, by: v.optional(v.literal('person')) }), Rejected]),
});
const StoredWord: v.GenericSchema<unknown, AttemptId & { readonly word: Word }> = v.strictObject({
  ...PlaceMembers,
  word: v.union([
    v.strictObject({ shared: v.literal(true) }),
    v.strictObject({ hold: Text }),
    v.strictObject({ refusal: Refusal }),
    v.strictObject({ resolution: Rejected }),
  ]),
});

// ---- The submission --------------------------------------------------------------------------------------------------

/**
 * The version of a submission with a hold is 2. A program that knows no holds would ignore its refusals, so it must not read it.
 */
const HeldSubmission: v.GenericSchema<unknown, { readonly hold: string; readonly submission: unknown }> = v.strictObject({
  hold: Text,
  submission: v.unknown(),
});

/** @throws {PayoutError} `invalid_request` for what could not be read back. */
export async function textOfStored(submission: Submission, hold: string): Promise<string> {
  const text = await (hold === '' ? sealed(1, submission) : sealed(2, { hold, submission }));
  const { content } = await unsealed('a submission', text, [1, 2]);
  parseSubmission(hold === '' ? content : v.parse(HeldSubmission, content).submission);
  return text;
}

/** The submission, and the hold that it was stored with; an empty hold where there was none. */
export async function storedIn(where: string, text: string): Promise<{ readonly submission: Submission; readonly hold: string }> {
  const { version, content } = await unsealed(where, text, [1, 2]);
  if (version === 1) return { submission: submissionIn(where, content), hold: '' };
  const { hold, submission } = checked(HeldSubmission, content, where, NOT_OURS);
  return { submission: submissionIn(where, submission), hold };
}

function submissionIn(where: string, content: unknown): Submission {
  try {
    return parseSubmission(content);
  } catch (error) {
    const issues = isPayoutError(error) ? error.issues.map(({ path, message }) => `${path} ${message}`).join('; ') : '';
    throw notReadable(where, `holds no submission that this version can read${issues === '' ? '' : ` (${issues})`}`);
  }
}

// ---- What happened to it ---------------------------------------------------------------------------------------------

/** The resolution, in a file of its own. */
export const textOfResolution = ({ namespace, reference, attempt }: AttemptId, resolution: Resolution): Promise<string> =>
  sealed(1, { namespace, reference, attempt, resolution });

export async function resolutionIn(where: string, text: string): Promise<AttemptId & { readonly resolution: Resolution }> {
  const { content } = await unsealed(where, text, [1]);
  return checked(StoredResolved, content, where, 'does not say how a submission ended');
}

export const textOfShared = ({ namespace, reference, attempt }: AttemptId): Promise<string> =>
  sealed(1, { namespace, reference, attempt, shared: true });

/** The event that leads from one state to the next. */
export async function textOfWord(where: string, { namespace, reference, attempt }: AttemptId, next: SubmissionState): Promise<string> {
  const text = await sealed(1, { namespace, reference, attempt, word: wordFor(next) });
  await wordIn(where, text);
  return text;
}

function wordFor(next: SubmissionState): Word {
  if (next.is === 'held') return { hold: next.hold };
  if (next.is === 'refused') return { refusal: next.refusal };
  if (next.is === 'shared') return { shared: true };
  const resolution = next.resolution as Rejection; // A payout has a file of its own.
  return next.is === 'rejected' && next.hold !== '' ? { refusal: resolution as RecordedRefusal } : { resolution };
}

export async function wordIn(where: string, text: string): Promise<AttemptId & { readonly word: Word }> {
  const { content } = await unsealed(where, text, [1]);
  return checked(StoredWord, content, where, 'does not say what happened to a submission');
}

/**
 * Applies an event.
 *
 * @throws {PayoutError} `unresolved` for an event that cannot follow, such as one that an older submission left behind.
 */
export function afterWord(where: string, state: SubmissionState, word: Word): SubmissionState {
  const next = followed(state, word);
  if (next === null) throw notReadable(where, 'does not follow what happened before');
  return next;
}

function followed(state: SubmissionState, word: Word): SubmissionState | null {
  const open = state.is === 'held' || state.is === 'refused';
  if ('shared' in word) return open ? { is: 'shared' } : null;
  if ('hold' in word) return state.is === 'refused' ? { is: 'held', hold: word.hold } : null;
  if ('refusal' in word) return state.is === 'held' ? afterRefuse(state, state.hold, word.refusal) : null;
  return open || state.is === 'shared' ? afterSetResolution(state, word.resolution) : null;
}

// ---- Any file --------------------------------------------------------------------------------------------------------

interface SealedContent {
  readonly version: number;
  readonly sha256: string;
  readonly content: unknown;
}

const Sealed: v.GenericSchema<unknown, SealedContent> = v.strictObject({
  version: v.number(),
  sha256: v.string(),
  content: v.unknown(),
});
const NOT_OURS = 'is no file of this store, as far as this version can read';

/** The text of a file, for people to read. The checksum finds an amount that an editor or a bad disk changed. */
async function sealed(version: number, content: object): Promise<string> {
  const plain: unknown = JSON.parse(JSON.stringify(content));
  return `${JSON.stringify({ version, sha256: await sha256(JSON.stringify(plain)), content: plain }, null, 2)}\n`;
}

async function unsealed(where: string, text: string, versions: readonly number[]): Promise<SealedContent> {
  const file = checked(Sealed, jsonIn(text), where, NOT_OURS);
  if (!versions.includes(file.version)) throw notReadable(where, NOT_OURS);
  if ((await sha256(JSON.stringify(file.content ?? null))) !== file.sha256) throw notReadable(where, 'was changed: its checksum is wrong');
  return file;
}

function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown, where: string, otherwise: string): T {
  if (problemsOf(schema, value).length > 0) throw notReadable(where, otherwise);
  return v.parse(schema, value);
}

export const notReadable = (where: string, why: string): PayoutError =>
  storeError('unresolved', `${where} ${why}. Restore it from a backup; if it were removed, its reference could be paid again.`);
