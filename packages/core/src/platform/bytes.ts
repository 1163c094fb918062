/** Bytes over memory that is not shared between threads, as WebCrypto wants them. */
export type Bytes = Uint8Array<ArrayBuffer>;

// ---- Memory ----------------------------------------------------------------------------------------------------------

/**
 * The size of a shared piece of memory. Separate memory for each message would cost more than its digest, mostly in the garbage
 * collector.
 */
const SLAB_BYTES = 65_536;
let slab: Bytes = new Uint8Array(0);
let used = 0;

/** Memory that nobody else was given. */
function piece(length: number): Bytes {
  if (length > SLAB_BYTES / 4) return new Uint8Array(length);
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB_BYTES);
    used = 0;
  }
  used += length;
  return slab.subarray(used - length, used);
}

/** A copy that does not change with its original. */
export function copyOf(bytes: Uint8Array): Bytes {
  const copy = piece(bytes.length);
  copy.set(bytes);
  return copy;
}

/** Two byte strings as one. */
export function joined(head: Uint8Array, tail: Uint8Array): Bytes {
  const both = piece(head.length + tail.length);
  both.set(head);
  both.set(tail, head.length);
  return both;
}

// ---- Text ------------------------------------------------------------------------------------------------------------

const encoder = new TextEncoder();
/** Decodes whole texts only: a text that is cut leaves something behind in its decoder. */
const decoder = new TextDecoder();

/** Encodes a text as UTF-8. Half a surrogate pair, which UTF-8 cannot write, becomes U+FFFD. */
export function utf8Of(text: string): Bytes {
  if (3 * text.length > SLAB_BYTES / 4) return encoder.encode(text);
  const room = piece(3 * text.length); // A UTF-16 unit takes three bytes at most.
  const { written } = encoder.encodeInto(text, room);
  used -= room.length - written; // The bytes that were not written stay free.
  return room.subarray(0, written);
}

/** Decodes UTF-8. Malformed bytes become U+FFFD, and a byte order mark is left out. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Decodes hex digits, in either case. The caller has checked that they are hex digits, in pairs. */
export function bytesOfHex(hex: string): Bytes {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (digitAt(hex, 2 * at) << 4) | digitAt(hex, 2 * at + 1);
  return bytes;
}

/**
 * The value of a hex digit. `0` to `9` are 0x30 to 0x39; `A` to `F` are 0x41 to 0x46, and `a` to `f` the same but for the bit 0x20.
 */
function digitAt(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  return code <= 0x39 ? code - 0x30 : (code & ~0x20) - 0x41 + 10;
}
