import { createHash } from 'node:crypto';

/**
 * Makes `crypto.subtle.digest` answer in the same turn of the event loop, until the answer is called.
 *
 * Node hashes in another thread and answers when it is ready: a run would not be the same twice. The hash is the same.
 */
export function synchronousDigest(): () => void {
  const { subtle } = globalThis.crypto;
  const own = Object.getOwnPropertyDescriptor(subtle, 'digest');
  Object.defineProperty(subtle, 'digest', {
    configurable: true,
    value: (_: string, data: Uint8Array): Promise<ArrayBuffer> => {
      const hash = createHash('sha256').update(data).digest();
      return Promise.resolve(hash.buffer.slice(hash.byteOffset, hash.byteOffset + hash.byteLength) as ArrayBuffer);
    },
  });
  return () => {
    if (own === undefined) Reflect.deleteProperty(subtle, 'digest');
    else Object.defineProperty(subtle, 'digest', own);
  };
}
