import type { Received } from './transport.ts';

/** The body of a response while it arrives: counted in bytes, decoded once. */
export interface ResponseBody {
  /** Takes a chunk. It answers `false` once the body is longer than the limit, and then keeps no further bytes. */
  add(chunk: Uint8Array): boolean;
  /** The received bytes as text. A character that is cut in half at the end is left out. Malformed bytes become U+FFFD. */
  text(end: Received['end']): string;
}

/** Decodes whole bodies only: a body that is cut leaves something behind in its decoder. */
const decoder = new TextDecoder();

/** Collects a response body of at most `maxBytes` bytes. */
export function responseBody(maxBytes: number): ResponseBody {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    add: (chunk) => {
      const remainingBytes = maxBytes - size;
      const kept = chunk.byteLength > remainingBytes ? chunk.subarray(0, remainingBytes) : chunk;
      if (kept.byteLength > 0) chunks.push(kept); // Any number of chunks may be empty.
      size += kept.byteLength;
      return chunk.byteLength <= remainingBytes;
    },
    text: (end) => {
      const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : joined(chunks, size);
      return end === 'complete' ? decoder.decode(bytes) : new TextDecoder().decode(bytes, { stream: true });
    },
  };
}

/**
 * Memory in which chunks are joined to be decoded. It is reused: separate memory for each page of a long list would be freed late.
 */
let together = new Uint8Array(0);
const MOST_KEPT_BYTES = 262_144;

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  if (size > together.length && size <= MOST_KEPT_BYTES) together = new Uint8Array(MOST_KEPT_BYTES);
  const bytes = size <= together.length ? together.subarray(0, size) : new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}
