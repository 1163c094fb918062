// The digest of every runtime but Node, picked by the `imports` map of package.json. https://www.w3.org/TR/webcrypto/
import type { Digest } from './digest.ts';

const HMAC_SHA256 = { name: 'HMAC', hash: 'SHA-256' };

/** WebCrypto, looked up at each call. */
export const digest: Digest = {
  by: 'WebCrypto',
  sha256: async (text) => {
    const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  },
  hmacSha256: async (secret, message) => {
    const key = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), HMAC_SHA256, false, ['sign']);
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, Uint8Array.from(message)));
  },
};
