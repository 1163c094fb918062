import { isError } from '../errors.ts';
import type { Message } from './transport.ts';

/**
 * The error that a transport throws, besides `TooLateToSend`. It has a message and a code, and nothing that could hold a
 * credential.
 */
export interface TransportFailure extends Error {
  /** Node's code (`ECONNREFUSED`, `ENOTFOUND`, `DEPTH_ZERO_SELF_SIGNED_CERT`, ...), `ABORT_ERR`, or `UNKNOWN`. */
  readonly code: string;
}

const LONGEST_MESSAGE = 200;
/** The shortest word of a header that counts as a secret. Shorter words ("Bearer", "2025-03-31") stand in many messages. */
const SHORTEST_SECRET = 12;

/** A failure in the library's own words. */
export function transportFailure(code: string, message: string): TransportFailure {
  return Object.assign(new Error(message), { code });
}

/** The failure when the caller's signal fired before the headers of a response arrived. */
export function abortFailure(): TransportFailure {
  return transportFailure('ABORT_ERR', 'The request was aborted.');
}

/**
 * The failure without what Node, OpenSSL, undici or an application's own `fetch` attach to it: raw packets, certificates, requests
 * with their headers, causes.
 */
export function failureFrom(thrown: unknown, headers: Message['headers']): TransportFailure {
  try {
    const error = innermost(thrown);
    const code = codeOf(error) ?? 'UNKNOWN';
    const message = isError(error) ? (String(error.message).split('\n')[0] ?? '').slice(0, LONGEST_MESSAGE) : '';
    return transportFailure(code, message === '' || repeatsHeader(message, headers) ? `The connection failed (${code}).` : message);
  } catch {
    return transportFailure('UNKNOWN', 'The connection failed (UNKNOWN).'); // An application's `fetch` may throw what throws again.
  }
}

/** The code of a thrown value, as Node, Bun and Deno write it. */
function codeOf(error: unknown): string | null {
  return isError(error) && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Two refused addresses give an AggregateError with an empty message. A failed fetch has the reason as its cause. */
function innermost(thrown: unknown): unknown {
  let error = thrown;
  for (let depth = 0; depth < 8 && isError(error); depth++) {
    const inner: unknown =
      'errors' in error && Array.isArray(error.errors) ? error.errors[0] : codeOf(error) === null ? error.cause : undefined;
    if (!isError(inner)) break;
    error = inner;
  }
  return error;
}

function repeatsHeader(message: string, headers: Message['headers']): boolean {
  return [...headers].some(([, value]) => value.split(' ').some((word) => word.length >= SHORTEST_SECRET && message.includes(word)));
}
