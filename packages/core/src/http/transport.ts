import type { Evidence } from '../platform/evidence.ts';

/** What is sent, and where to. A Fetch `Request` without a body is one. */
export interface Message {
  readonly method: string;
  /** Absolute, as the URL parser writes it. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  readonly signal: AbortSignal;
}

/** One request on its way. The transport moves `evidence` forward as it happens, so that it is known whatever throws. */
export interface Exchange {
  /** Exact bytes to send, UTF-8; `null` for none. Out of band, because a `Request` gives its body only as a stream. */
  readonly body: string | null;
  /** Milliseconds since the epoch after which the bytes must not be handed to a socket; `null` for no such moment. */
  readonly notAfter: number | null;
  readonly now: () => number;
  /** An answer body longer than this is cut off (`end: 'too_large'`). */
  readonly maxResponseBytes: number;
  evidence: Evidence;
}

/** The headers of an answer: as much of `Headers` as is read of them. */
export type ResponseHeaders = Pick<Headers, 'get'> & Iterable<[name: string, value: string]>;

/** What came back. Once the headers are here nothing throws: a body that breaks off is `end: 'cut'`. */
export interface Received {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly text: string;
  readonly end: 'complete' | 'cut' | 'too_large';
}

/** Sends one request and reads the whole answer; obeys `message.signal` over headers and body; never follows a redirect. */
export type Transport = (message: Message, exchange: Exchange) => Promise<Received>;

/** Thrown by a transport, with `evidence: 'not_sent'`, when `notAfter` had passed at the moment of writing. */
export class TooLateToSend extends Error {
  override readonly name: string = 'TooLateToSend';
}
