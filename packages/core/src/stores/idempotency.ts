import { digest } from '#digest';
import type { Runtime } from '../platform/runtime.ts';

/**
 * The idempotency key of a create: a UUID-shaped SHA-256 of the JSON array `[1, namespace, account, reference, attempt]`.
 *
 * Public contract, see docs/keys.md. Deliberately not of the provider, the source, the name or the secret: a changed
 * balance id or a rotated API key must meet the provider's own check of the key, not make a new key.
 *
 * @param of `account` is the connected account, or `null`.
 */
export async function deriveKey(of: KeyScope): Promise<string> {
  return createKey(of);
}

/** What the key of a create is made of. */
interface KeyScope {
  readonly namespace: string;
  readonly account: string | null;
  readonly reference: string;
  readonly attempt: number;
}

/** Does what {@link deriveKey} does, synchronously where the platform hashes synchronously. */
export function createKey(of: KeyScope): string | Promise<string> {
  const hash = sha256(JSON.stringify([1, of.namespace, of.account, of.reference, of.attempt]));
  return typeof hash === 'string' ? uuidShaped(hash) : hash.then(uuidShaped);
}

/** The idempotency key of a reversal: a UUID-shaped SHA-256 of `["reverse", 1, account, payoutId, attempt]`, which no create can have. */
export async function deriveReversalKey(of: {
  readonly account: string | null;
  readonly payoutId: string;
  readonly attempt: number;
}): Promise<string> {
  return uuidShaped(await sha256(JSON.stringify(['reverse', 1, of.account, of.payoutId, of.attempt])));
}

/** A random key for calls that may be repeated harmlessly (cancel, update). */
export function randomKey(runtime: Runtime): string {
  const words = Array.from({ length: 4 }, () => Math.floor(runtime.random() * 0x1_0000_0000));
  return uuidShaped(words.map((word) => word.toString(16).padStart(8, '0')).join(''));
}

/** SHA-256 of UTF-8 text, in lower-case hex. Synchronous where the platform hashes synchronously. */
export function sha256(text: string): string | Promise<string> {
  return digest.sha256(text);
}

/** A UUID of version 8 (custom) and the RFC 9562 variant, so that a provider that insists on a well-formed UUID accepts it. */
function uuidShaped(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/**
 * When a submission may be sent, and when nobody can send it any more. Milliseconds since the epoch.
 *
 * @see docs/safety.md
 */
export interface KeyWindow {
  /** The first moment to send. Before it, the submission's clock and ours disagree too much. */
  readonly opensAt: number;
  /** The last moment to send. After it, the provider might forget the key before the request arrives. */
  readonly closesAt: number;
  /** The last moment at which anybody, with whatever clock, can send it or have a sent one arrive. */
  readonly lastArrivalAt: number;
}

/** How far two of our clocks may differ. */
export const CLOCK_SKEW_MS: number = 5 * 60_000;
/** How late a request may still arrive after we gave up on it. */
export const LATE_ARRIVAL_MS: number = 5 * 60_000;
const LEAST_GUARD_MS = 10 * 60_000;

/** The safety margin at the end of the key retention: timeout, lateness and skew together, at least ten minutes. */
export function safetyMarginOf(timeoutMs: number): number {
  return Math.max(LEAST_GUARD_MS, timeoutMs + LATE_ARRIVAL_MS + CLOCK_SKEW_MS);
}

/** The window of a submission that was prepared at `preparedAt`, under a key that the provider keeps for `retentionMs`. */
export function keyWindow(preparedAt: string, retentionMs: number, timeoutMs: number): KeyWindow {
  const prepared = Date.parse(preparedAt);
  const guard = safetyMarginOf(timeoutMs);
  return { opensAt: prepared - CLOCK_SKEW_MS, closesAt: prepared + retentionMs - guard, lastArrivalAt: prepared + retentionMs + guard };
}
