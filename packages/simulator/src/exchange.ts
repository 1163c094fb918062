/** A request as a simulated provider receives it, from `fetch` or from a socket. */
export interface SimulatedRequest {
  /** Upper case. */
  readonly method: string;
  /** Scheme and host as the client addressed them, without a slash at the end. */
  readonly origin: string;
  /** Path and query, as sent. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; empty where there is none. */
  readonly body: string;
}

/** A request as kept in `world.requests`. */
export interface RecordedRequest extends SimulatedRequest {
  /** Virtual time of arrival in milliseconds; for a late request the time at which it was sent. */
  readonly at: number;
}

/** What a simulated provider answers. */
export interface SimulatedAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What reaches the client: an answer, a part of one, or nothing. */
export type Delivery =
  | { readonly kind: 'answer'; readonly answer: SimulatedAnswer }
  | { readonly kind: 'truncated'; readonly answer: SimulatedAnswer; readonly bytes: number }
  | { readonly kind: 'reset' }
  | { readonly kind: 'hang' };

/** The path without its query. */
export function pathnameOf(path: string): string {
  const mark = path.indexOf('?');
  return mark < 0 ? path : path.slice(0, mark);
}

/** The query without its question mark; empty where there is none. */
export function queryOf(path: string): string {
  const mark = path.indexOf('?');
  return mark < 0 ? '' : path.slice(mark + 1);
}
