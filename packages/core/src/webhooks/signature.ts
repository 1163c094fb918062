import { digest } from '#digest';
import { type Bytes, bytesOfHex, joined, utf8Of } from '../platform/bytes.ts';
import type { SignatureClaim } from '../adapter/webhook.ts';

/** How far a signed time may be from our clock, either way, in seconds. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

/** Why a claim was not believed; `null` for one that fits. */
export type SignatureFailure = { readonly why: 'no_match' } | { readonly why: 'time'; readonly aheadSeconds: number } | null;

/**
 * Checks a claim against every secret: the signature first, then the time that it covers.
 *
 * Every signature is compared with every secret's own, whatever fits: how long it takes says nothing about which one did.
 *
 * @param now Milliseconds since the epoch.
 */
export async function verifySignature(claim: SignatureClaim, secrets: readonly string[], now: number): Promise<SignatureFailure> {
  let matches = 0;
  for (const secret of secrets) {
    const made = digest.hmacSha256(secret, claim.signed);
    const expected = made instanceof Promise ? await made : made; // On Node it is here already.
    for (const signature of claim.signatures) matches += equalBytes(expected, signature) ? 1 : 0;
  }
  if (matches === 0) return { why: 'no_match' };
  if (claim.signedAt === null) return null;
  const aheadSeconds = Math.floor(claim.signedAt / 1000) - Math.floor(now / 1000);
  return Math.abs(aheadSeconds) > SIGNATURE_TOLERANCE_SECONDS ? { why: 'time', aheadSeconds } : null;
}

/** Whether two byte strings are the same, in a time that depends on their lengths only. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index += 1) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}

/** The 32 bytes that 64 hex digits write, in either case; `null` for anything else. */
export function decodeHexSignature(hex: string): Bytes | null {
  return /^[0-9a-f]{64}$/i.test(hex) ? bytesOfHex(hex) : null;
}

/** A text and the bytes behind it, as one message. */
export function prefixBody(prefix: string, body: Uint8Array): Bytes {
  return joined(utf8Of(prefix), body);
}
