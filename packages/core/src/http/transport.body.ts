import type { Received } from './transport.ts';

/** The body of an answer while it arrives: counted in bytes, decoded once. */
export interface ResponseBody {
  /** Takes what arrived; `false` once there is more than the limit, and then nothing further is kept. */
  add(chunk: Uint8Array): boolean;
  /** What was kept, as text. A character that the end cut in half is left out; malformed bytes become U+FFFD. */
  text(end: Received['end']): string;
}

/** For whole bodies only: one that is cut leaves something behind in its decoder. */
const decoder = new TextDecoder();

/** Collects an answer body of at most `maxBytes` bytes. */
export function responseBody(maxBytes: number): ResponseBody {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    add: (chunk) => {
      const remainingBytes = maxBytes - size;
      const kept = chunk.byteLength > remainingBytes ? chunk.subarray(0, remainingBytes) : chunk;
      if (kept.byteLength > 0) chunks.push(kept); // Of empty ones there may be any number.
      size += kept.byteLength;
      return chunk.byteLength <= remainingBytes;
    },
    text: (end) => {
      const bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : joined(chunks, size);
      return end === 'complete' ? decoder.decode(bytes) : new TextDecoder().decode(bytes, { stream: true });
    },
  };
}

/** Where chunks come together to be decoded. It is kept: memory of their own for the pages of a long list is freed late. */
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
