/** A delivery as a receiver gets it. */
export interface WebhookRequest {
  /** Names in lower case; several lines of one name are joined with `, `, as Node and Fetch do. */
  readonly headers: Readonly<Record<string, string>>;
  /** As sent; its UTF-8 bytes are what is signed. */
  readonly body: string;
}

/** Takes deliveries in the program itself; a Fetch `Response` will do as an answer. A throw counts as no answer. */
export type WebhookReceiver = (request: WebhookRequest) => WebhookAnswer | Promise<WebhookAnswer>;

/** All that a provider looks at. */
export interface WebhookAnswer {
  readonly status: number;
}

/** Where deliveries go: over HTTP to a loopback address, or to a function. */
export type WebhookTarget =
  | { readonly url: string; readonly deliver?: undefined }
  | { readonly deliver: WebhookReceiver; readonly url?: undefined };

/** A header line. */
export type HeaderLine = readonly [name: string, value: string];

/** A delivery before it takes the form that its receiver wants. */
export interface SignedBody {
  readonly lines: readonly HeaderLine[];
  readonly body: string;
}

/** Sends and answers the status; rejects where there is no answer. */
export type Send = (signed: SignedBody, signal: AbortSignal) => Promise<number>;

type Post = (url: URL, signed: SignedBody, signal: AbortSignal) => Promise<number>;

/** How to reach a target. @throws {TypeError} for an address that is not HTTP on the loopback. */
export function sendTo(target: WebhookTarget, post: Post): Send {
  const { deliver } = target;
  if (deliver !== undefined) return async (signed) => (await deliver(asReceived(signed))).status;
  const url = loopbackUrl(target.url);
  return (signed, signal) => post(url, signed, signal);
}

/** A simulator must never call anybody outside, whatever address a configuration holds. */
function loopbackUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLoopback = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (isLoopback && url.protocol === 'http:') return url;
  throw new TypeError(`The simulator delivers webhooks only to http://127.0.0.1, http://[::1] and http://localhost, not to ${text}.`);
}

/** The headers as a program sees them. */
export function asReceived({ lines, body }: SignedBody): WebhookRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  return { headers, body };
}
