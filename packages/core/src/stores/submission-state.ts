import type { StoredSubmission, RecordedRefusal, Resolution, Submission } from './submission.ts';

type Rejection = Extract<Resolution, { rejected: true }>;

/**
 * What is certain about a stored submission.
 *
 * A `hold` is the random word of one `putIfAbsent`. It is empty where that call gave none: nobody holds such a row, so nobody can
 * record a refusal.
 */
export type SubmissionState =
  /** One call may be sending it. Nobody else was given it since nothing existed. */
  | { readonly is: 'held'; readonly hold: string }
  /** Several callers may have sent it. The refusal of one proves nothing. */
  | { readonly is: 'shared' }
  /** Every send was refused, and nobody holds it. The hold is the one that recorded the refusal. */
  | { readonly is: 'refused'; readonly hold: string; readonly refusal: RecordedRefusal }
  /** This attempt is over. The hold is empty unless its holder recorded it. */
  | { readonly is: 'rejected'; readonly hold: string; readonly resolution: Rejection }
  /** A payout exists. */
  | { readonly is: 'accepted'; readonly resolution: Resolution };

const SHARED: SubmissionState = { is: 'shared' };

/**
 * The state after one more `putIfAbsent`. Answers the same object when nothing changes.
 *
 * @param sameRequest Whether the caller asks for the stored request, by fingerprint. Only then may a refused row be taken over.
 */
export function afterPutIfAbsent(state: SubmissionState, hold: string, sameRequest: boolean): SubmissionState {
  if (state.is === 'refused') return hold !== '' && sameRequest ? { is: 'held', hold } : SHARED;
  if (state.is === 'held') return hold !== '' && state.hold === hold ? state : SHARED;
  return state;
}

/**
 * The state after a refusal by this hold. The same object where this hold recorded it before, `null` where it may not record it.
 */
export function afterRefuse(state: SubmissionState, hold: string, refusal: RecordedRefusal): SubmissionState | null {
  if (hold === '' || !('hold' in state) || state.hold !== hold) return null;
  const { rejected, retry, reason } = refusal;
  const next: SubmissionState =
    retry === 'same_attempt' ? { is: 'refused', hold, refusal } : { is: 'rejected', hold, resolution: { rejected, retry, reason } };
  if (state.is === next.is) return state;
  return state.is === 'held' ? next : null;
}

/** The state after a certain resolution, whoever brings it. Answers the same object when nothing changes. */
export function afterSetResolution(state: SubmissionState, resolution: Resolution): SubmissionState {
  if (state.is === 'accepted') return state;
  if ('payoutId' in resolution) return { is: 'accepted', resolution };
  return state.is === 'rejected' ? state : { is: 'rejected', hold: '', resolution };
}

/** A row in this state, as a store answers it. */
export function storedAs(submission: Submission, state: SubmissionState): StoredSubmission {
  const resolution = state.is === 'rejected' || state.is === 'accepted' ? state.resolution : null;
  return { submission, resolution, shared: state.is === 'shared', refused: state.is === 'refused' ? state.refusal : null };
}
