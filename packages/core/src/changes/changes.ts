import { assertPayoutId } from '../context/match-payout.ts';
import type { ProviderContext, ErasedOperations } from '../context/context.ts';
import { asPayoutError, withOutcome } from '../context/outcome-errors.ts';
import { PayoutError } from '../errors.ts';
import { deriveReversalKey } from '../stores/idempotency.ts';
import { isReservedKey } from '../adapter/reserved-metadata.ts';
import type { Payout } from '../payout/payout.ts';
import type { CallOptions, ReversePayout, UpdatePayout } from '../adapter/provider.ts';

/** The parameters of a cancel. */
export interface Cancel {
  readonly context: ProviderContext;
  readonly adapter: ErasedOperations;
  readonly id: string;
  readonly options?: object | undefined;
  readonly call: CallOptions;
}

/** Cancel, update and reverse. When an answer is lost, the payout is read before anything is said (NEVER-TWICE R19). */

export async function cancelAndConfirm({ context, adapter, id, options, call }: Cancel): Promise<Payout> {
  try {
    const payout = assertPayoutId(context, id, await adapter.cancel(id, options as never, call), 'unknown');
    if (payout.status === 'canceled') return payout;
    throw notCanceled(context, payout, 'unknown');
  } catch (thrown) {
    const error = asPayoutError(context, thrown);
    // The refusal may only mean "canceled already", for example by a call of ours whose answer was lost.
    if (error.outcome === 'rejected' && !isAboutState(error)) throw error;
    const seen = await readQuietly(adapter, id, call);
    if (seen === null) throw stillOpen(error);
    if (seen.status === 'canceled') return seen;
    if (isPastCancel(seen, error.outcome === 'rejected')) throw notCanceled(context, seen, 'rejected');
    throw stillOpen(error);
  }
}

/** Whether a refusal may be about the state that the payout is in by now. */
function isAboutState({ code }: PayoutError): boolean {
  return code === 'invalid_state' || code === 'invalid_request' || code === 'idempotency_conflict';
}

/**
 * Whether a cancel has failed for good. A cancel that may have arrived can still take effect while the payout is in an unrecognized
 * state, or before the bank has it.
 */
function isPastCancel(seen: Payout, refused: boolean): boolean {
  return !seen.cancelable && (refused || (seen.status !== 'unrecognized' && seen.status !== 'pending'));
}

/** The error without the outcome that an unreadable success carries. Such a success says nothing about this operation. */
const stillOpen = (error: PayoutError): PayoutError => (error.outcome === null ? withOutcome(error, 'unknown') : error);

function notCanceled(context: ProviderContext, payout: Payout, outcome: 'rejected' | 'unknown'): PayoutError {
  const status = /^[\w-]{1,60}$/.test(payout.providerStatus) ? payout.providerStatus : payout.status;
  const message = `${payout.id} is ${status} and was not canceled${outcome === 'rejected' ? ': it cannot be any more' : ''}.`;
  return new PayoutError('invalid_state', message, { provider: context.identity.name, outcome, payoutId: payout.id });
}

async function readQuietly(adapter: ErasedOperations, id: string, call: CallOptions): Promise<Payout | null> {
  try {
    return await adapter.retrieve(id, undefined, call);
  } catch {
    return null;
  }
}

/** The parameters of an update. */
export interface Update {
  readonly context: ProviderContext;
  readonly adapter: ErasedOperations;
  readonly id: string;
  readonly change: UpdatePayout;
  readonly options?: object | undefined;
  readonly call: CallOptions;
}

export async function updateAndConfirm({ context, adapter, id, change, options, call }: Update): Promise<Payout> {
  if (adapter.update === undefined)
    throw new PayoutError('unsupported', 'update is not supported.', { provider: context.identity.name, outcome: 'rejected' });
  const keys = change.metadata === null ? await ownKeys(adapter, id, call) : change.metadata;
  if (change.metadata === null && Object.keys(keys).length === 0) return adapter.retrieve(id, undefined, call);
  try {
    return assertPayoutId(context, id, await adapter.update(id, { metadata: keys }, options as never, call), 'unknown');
  } catch (thrown) {
    const error = asPayoutError(context, thrown);
    const seen = error.outcome === 'rejected' ? null : await readQuietly(adapter, id, call);
    if (seen !== null && shows(seen, keys)) return seen;
    throw stillOpen(error);
  }
}

/**
 * The caller's keys, each set to `null`. Unset-all must not remove the keys by which a lookup recognises payouts (R17), so they are
 * read and unset one by one.
 */
async function ownKeys(adapter: ErasedOperations, id: string, call: CallOptions): Promise<Record<string, null>> {
  const { metadata } = await adapter.retrieve(id, undefined, call);
  return Object.fromEntries(
    Object.keys(metadata)
      .filter((key) => !isReservedKey(key))
      .map((key) => [key, null]),
  );
}

function shows(payout: Payout, keys: Readonly<Record<string, string | null>>): boolean {
  return Object.entries(keys).every(([key, value]) => {
    const now = Object.hasOwn(payout.metadata, key) ? payout.metadata[key] : undefined;
    return value === null ? now === undefined : now === value;
  });
}

/** The parameters of a reversal. */
export interface Reversal {
  readonly context: ProviderContext;
  readonly adapter: ErasedOperations;
  readonly id: string;
  readonly change: ReversePayout;
  readonly options?: object | undefined;
  readonly call: CallOptions;
}

export async function reverseAndConfirm({ context, adapter, id, change, options, call }: Reversal): Promise<Payout> {
  if (adapter.reverse === undefined)
    throw new PayoutError('unsupported', 'reverse is not supported.', { provider: context.identity.name, outcome: 'rejected' });
  const before = await adapter.retrieve(id, undefined, call);
  if (before.reversedBy !== null) return adapter.retrieve(before.reversedBy, undefined, call);
  const key = await deriveReversalKey({ account: context.identity.account, payoutId: id, attempt: change.attempt ?? 1 });
  try {
    return aboutReversal(context, id, await adapter.reverse(id, change, key, options as never, call));
  } catch (thrown) {
    const error = asPayoutError(context, thrown);
    // The refusal may only mean "reversed already", by a call of somebody else between the first read and the request.
    if (error.outcome === 'rejected' && !isAboutState(error)) throw error;
    const after = await readQuietly(adapter, id, call);
    if (after === null || after.reversedBy === null) {
      throw error.outcome === 'rejected' ? error : withOutcome(error, 'unknown', 'Reverse again: that cannot reverse twice.');
    }
    const reversal = await readQuietly(adapter, after.reversedBy, call);
    if (reversal === null) throw reversedUnread(context, id, after.reversedBy);
    return reversal;
  }
}

function reversedUnread(context: ProviderContext, id: string, reversal: string): PayoutError {
  const message = `${id} is reversed by ${reversal}, which could not be read. Retrieve it, or reverse again: that cannot reverse twice.`;
  return new PayoutError('provider_unavailable', message, { provider: context.identity.name, outcome: 'unknown', payoutId: reversal });
}

function aboutReversal(context: ProviderContext, id: string, reversal: Payout): Payout {
  if (reversal.id !== id && (reversal.reverses === null || reversal.reverses === id)) return reversal;
  const another = context.redact(reversal.id);
  const message = `answered with ${another}, which reverses ${context.redact(reversal.reverses ?? 'nothing')} and not ${id}.`;
  throw new PayoutError('unexpected_response', message, { provider: context.identity.name, outcome: 'unknown', payoutId: another });
}
