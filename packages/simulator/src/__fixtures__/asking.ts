import type { SimulatedStripe } from '../index.ts';

/** How to ask; everything is optional. */
export interface Question {
  readonly body?: string | undefined;
  readonly key?: string | undefined;
  readonly account?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Parsed loosely, because the tests look at single fields; the named ones are there only where Stripe sends them. */
export interface Json {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly data: readonly Json[];
  readonly error: { readonly type: string; readonly code?: string; readonly message: string; readonly param?: string };
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Json;
  readonly text: string;
}

/** Asks `POST /v1/payouts` as `ask('POST /v1/payouts', { body })`. */
export type Ask = (what: string, question?: Question) => Promise<Reply>;

/** A client as plain as curl. */
export function asking(world: Pick<SimulatedStripe, 'apiKey' | 'fetch'>, fetch: typeof globalThis.fetch = world.fetch, origin = 'https://api.stripe.com'): Ask {
  return async (what, { body, key, account, headers, signal } = {}) => {
    const [method = 'GET', path = '/'] = what.split(' ');
    const response = await fetch(origin + path, {
      method,
      headers: {
        authorization: `Bearer ${world.apiKey}`,
        'content-type': 'application/x-www-form-urlencoded',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(account === undefined ? {} : { 'stripe-account': account }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  };
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return { unparsed: text } as Partial<Json> as Json;
  }
}

/** The fields of an error that the contract names. */
export function errorOf({ status, json }: Reply): object {
  const { type, code, message, param } = json.error;
  return { status, type, code, message, param };
}
