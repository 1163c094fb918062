/** The two hash functions that the library needs. The `imports` map of package.json picks who computes them. */
export interface Digest {
  /** The name of the implementation. */
  readonly by: 'node:crypto' | 'WebCrypto';
  /** SHA-256 of UTF-8 text, in lower-case hex. What no UTF-8 can write (half a surrogate pair) counts as U+FFFD. */
  readonly sha256: (text: string) => string | Promise<string>;
  /** HMAC-SHA256 with the UTF-8 bytes of a secret. */
  readonly hmacSha256: (secret: string, message: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}
