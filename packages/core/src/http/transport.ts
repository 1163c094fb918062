import type { Evidence } from '../platform/evidence.ts';

/** The address and headers of a request. A Fetch `Request` without a body is one. */
export interface Message {
  readonly method: string;
  /** Absolute, as the URL parser writes it. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly signal: AbortSignal;
}

/** One request on its way. The transport advances `evidence` as it happens, so that it is known whatever throws. */
export interface Exchange {
  /** Exact bytes to send, UTF-8; `null` for none. They are passed apart, because a `Request` gives its body only as a stream. */
  readonly body: string | null;
  /** Milliseconds since the epoch after which the bytes must not be handed to a socket; `null` for no such moment. */
  readonly notAfter: number | null;
  readonly now: () => number;
  /** The longest response body in bytes. A longer one is cut off (`end: 'too_large'`). */
  readonly maxResponseBytes: number;
  evidence: Evidence;
}

/** The headers of a response: the members of `Headers` that are read. */
export type ResponseHeaders = Pick<Headers, 'get'> & Iterable<[name: string, value: string]>;

/** A response. Once the headers are here nothing throws: a body that breaks off is `end: 'cut'`. */
export interface Received {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly text: string;
  readonly end: 'complete' | 'cut' | 'too_large';
}

/**
 * Sends one request and reads the whole response. It obeys `message.signal` over headers and body, and never follows a redirect.
 */
export type Transport = (message: Message, exchange: Exchange) => Promise<Received>;

/** Thrown by a transport, with `evidence: 'not_sent'`, when `notAfter` had passed at the moment of writing. */
export class TooLateToSend extends Error {
  override readonly name: string = 'TooLateToSend';
}
