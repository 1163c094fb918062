// One exchange: what goes out, and how it ended.
import type { PayoutError } from '../errors.ts';
import type { ResponseHeaders } from './transport.ts';

/** The address of a provider, and what every request to it carries. */
export interface ApiEndpoint {
  /** `https:`, or `http:` on loopback; checked with the settings. */
  readonly baseUrl: string;
  /** Headers of every request that a submission stores: versions, the connected account. */
  readonly headers: Readonly<Record<string, string>>;
  /** Headers of every request that are stored nowhere: `authorization`. */
  readonly credentials: Readonly<Record<string, string>>;
}

/** One request, ready to be sent: exact path, headers and bytes. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Begins with one slash; holds the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** A complete response. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** The body as text. Secrets that the provider repeated are removed. */
  readonly text: string;
  /** The parsed body; `undefined` when it is not JSON, or nested deeper than 64 levels. */
  readonly json: unknown;
}

/** How one exchange ended. */
export type Sent =
  | { readonly type: 'not_sent'; readonly error: PayoutError; readonly tooLate: boolean; readonly failure?: string | undefined }
  | { readonly type: 'lost'; readonly error: PayoutError; readonly failure?: string | undefined }
  | { readonly type: 'answered'; readonly answer: HttpResponse };

/** The options of one exchange. */
export interface ExchangeContext {
  readonly signal: AbortSignal;
  /** See {@link Exchange.notAfter}. */
  readonly notAfter: number | null;
  readonly resend: number;
}
