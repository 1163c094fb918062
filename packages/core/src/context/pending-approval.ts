import type { ProviderContext } from './context.ts';
import { memoryKeyOf, sameEndpoint } from './process-memory.ts';
import { PayoutError } from '../errors.ts';
import { type Notice, NOT_RECORDED } from '../payout/outcome.ts';
import type { Submission, SubmissionStore } from '../stores/submission.ts';

// A provider may hold a create until a person there has decided, and then do it by itself, days after it forgot the key. So a
// held submission is never sent again (a second request could be approved, too), and absence proves nothing about it: until its
// payout is found, or a person says that there is none.

/** What an answer meant that leaves a submission unknown: by the code, as with conflicts. See `Refusal`. */
export const needsApproval = (error: PayoutError): boolean => error.code === 'payouts_blocked';

/** Remembers that a submission is held, in this process. */
export function rememberPendingApproval(context: ProviderContext, submission: Submission): void {
  if (heldHere(context, submission) === null) {
    context.memory.held.set(memoryKeyOf(submission), { endpoint: context.http.endpoint, notedIn: new WeakSet() });
  }
}

/** The stores in which this process noted it; `null` where it knows of none. The same key of another account is another create. */
function heldHere(
  { http: { endpoint: connection }, memory: process, store }: ProviderContext,
  submission: Submission,
): WeakSet<SubmissionStore> | null {
  const here = process.held.get(memoryKeyOf(submission));
  if (here === undefined) return null;
  return here.notedIn.has(store.itself) || sameEndpoint(here.endpoint, connection) ? here.notedIn : null;
}

/**
 * Notes in the store that a submission is held, where this process knows it and the store may not: as a row beside its own.
 *
 * No reference can have a space, so nobody's row is taken. It holds no body, and is resolved: nobody will take it for one to send.
 *
 * @returns What to tell while the store cannot note it; nothing once it has.
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

/** Whether a submission is held; `unread` when the store cannot say. */
export type PendingApproval = boolean | 'unread';

/** Whether a submission is held. A store in memory answers at once. */
export function isPendingApproval(context: ProviderContext, submission: Submission): PendingApproval | Promise<PendingApproval> {
  if (heldHere(context, submission) !== null) return true;
  const { namespace, attempt } = submission;
  const noted = context.store.has({ namespace, reference: beside(submission), attempt });
  return typeof noted === 'boolean' ? noted : noted.catch(() => 'unread');
}

const BESIDE = ' (held by the provider)';

const beside = ({ reference }: Submission): string => `${reference}${BESIDE}`;

/** Whether a row is such a note. It has the key of the submission that it is about, and no reference has a space. */
export const isApprovalMarker = ({ reference }: Pick<Submission, 'reference'>): boolean => reference.endsWith(BESIDE);

const noteOf = (submission: Submission): Submission => ({
  ...submission,
  reference: beside(submission),
  request: { ...submission.request, body: '' },
});

/** What is told of a submission that was held before. */
export function pendingBefore(context: ProviderContext, { reference }: Submission): PayoutError {
  const message = `the provider holds reference ${reference} until a person has decided there, and may then make the payout by itself. Nothing was sent.`;
  return new PayoutError('payouts_blocked', message, { provider: context.identity.name });
}

/** What a person can do about it. */
export const PENDING_APPROVAL_ADVICE =
  'Nothing is sent again. Once it was approved, a lookup finds the payout; once it was denied or has expired there, a person resolves it as absent.';
