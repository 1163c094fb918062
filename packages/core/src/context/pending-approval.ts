import type { ProviderContext } from './context.ts';
import { memoryKeyOf, sameEndpoint } from './process-memory.ts';
import { PayoutError } from '../errors.ts';
import { type Notice, NOT_RECORDED } from '../payout/outcome.ts';
import type { Submission, SubmissionStore } from '../stores/submission.ts';

// A provider may hold a create until a person there has approved it, and then make the payout days after it forgot the key. So a
// submission pending approval is never sent again: a second request could be approved, too. Its absence proves nothing, until its
// payout is found or a person says that there is none.

/** Whether an error leaves a submission pending approval. The code tells, as with conflicts. See `Refusal`. */
export const needsApproval = (error: PayoutError): boolean => error.code === 'payouts_blocked';

/** Remembers in this process that a submission is pending approval. */
export function rememberPendingApproval(context: ProviderContext, submission: Submission): void {
  if (heldHere(context, submission) === null) {
    context.memory.held.set(memoryKeyOf(submission), { endpoint: context.http.endpoint, notedIn: new WeakSet() });
  }
}

/**
 * The stores in which this process has marked the submission; `null` where it knows of no pending approval. The same key of another
 * account is another create.
 */
function heldHere(
  { http: { endpoint: connection }, memory: process, store }: ProviderContext,
  submission: Submission,
): WeakSet<SubmissionStore> | null {
  const here = process.held.get(memoryKeyOf(submission));
  if (here === undefined) return null;
  return here.notedIn.has(store.itself) || sameEndpoint(here.endpoint, connection) ? here.notedIn : null;
}

/**
 * Marks in the store that a submission is pending approval, where this process knows it and the store may not. The mark is a row of
 * its own.
 *
 * The marker row's reference contains a space, which no caller's can, so it never collides. It has no body and is already resolved,
 * so it is never sent.
 *
 * @returns A notice while the store cannot record it; nothing once it has.
 */
export async function markPendingApproval(context: ProviderContext, submission: Submission): Promise<readonly Notice[]> {
  const notedIn = heldHere(context, submission);
  const { itself } = context.store;
  if (notedIn === null || notedIn.has(itself)) return [];
  const note = noteOf(submission);
  try {
    await context.store.putIfAbsent(note);
    await context.store.setResolution(note, { rejected: true, retry: 'never' });
    notedIn.add(itself);
    return [];
  } catch {
    const message = 'The submissions store could not record that the provider holds this submission; another process may send it again.';
    context.telemetry.emit({ type: 'diagnostic', code: NOT_RECORDED, message });
    return [{ code: NOT_RECORDED, message }];
  }
}

/** Whether a submission is pending approval; `unread` when the store does not answer. */
export type PendingApproval = boolean | 'unread';

/** Whether a submission is pending approval. A store in memory answers synchronously. */
export function isPendingApproval(context: ProviderContext, submission: Submission): PendingApproval | Promise<PendingApproval> {
  if (heldHere(context, submission) !== null) return true;
  const { namespace, attempt } = submission;
  const noted = context.store.has({ namespace, reference: beside(submission), attempt });
  return typeof noted === 'boolean' ? noted : noted.catch(() => 'unread');
}

const BESIDE = ' (held by the provider)';

const beside = ({ reference }: Submission): string => `${reference}${BESIDE}`;

/** Whether a row is such a marker. It has the key of its submission, and only a marker's reference has a space. */
export const isApprovalMarker = ({ reference }: Pick<Submission, 'reference'>): boolean => reference.endsWith(BESIDE);

const noteOf = (submission: Submission): Submission => ({
  ...submission,
  reference: beside(submission),
  request: { ...submission.request, body: '' },
});

/** The error of a submission that has been pending approval since an earlier call. */
export function pendingBefore(context: ProviderContext, { reference }: Submission): PayoutError {
  const message = `the provider holds reference ${reference} until a person has decided there, and may then make the payout by itself. Nothing was sent.`;
  return new PayoutError('payouts_blocked', message, { provider: context.identity.name });
}

/** What a person can do about it. */
export const PENDING_APPROVAL_ADVICE =
  'Nothing is sent again. Once it was approved, a lookup finds the payout; once it was denied or has expired there, a person resolves it as absent.';
