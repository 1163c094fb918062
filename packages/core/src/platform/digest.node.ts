// The digest on Node, picked by the `imports` map of package.json. https://nodejs.org/api/crypto.html
import { createHmac, hash } from 'node:crypto';
import { bytesOfHex } from './bytes.ts';
import type { Digest } from './digest.ts';

/** Hashes synchronously. WebCrypto wakes another thread for each hash, which costs more than all else in a create. */
export const digest: Digest = {
  by: 'node:crypto',
  sha256: (text) => hash('sha256', text, 'hex'),
  // The digest is read from hex: a `Buffer` is memory outside the heap, which costs half as much again as the digest in it.
  hmacSha256: (secret, message) => bytesOfHex(createHmac('sha256', secret).update(message).digest('hex')),
};
