import type { SimulatedMollie } from '../../index.ts';

/** How to ask; everything is optional. */
export interface Question {
  /** An object is sent as JSON, a text as it is. */
  readonly body?: object | string | undefined;
  readonly key?: string | undefined;
  /** Default the test key. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Link {
  readonly href: string;
  readonly type: string;
}

/** Parsed loosely, because the tests look at single fields; the named ones are there only where the provider sends them. */
export interface Json {
  readonly [name: string]: unknown;
  readonly id: string;
  readonly count: number;
  readonly field?: string;
  readonly detail: string;
  readonly _embedded: { readonly payouts: readonly Json[]; readonly balances: readonly Json[] };
  readonly _links: { readonly self: Link; readonly previous: Link | null; readonly next: Link | null; readonly documentation: Link };
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly json: Json;
  readonly text: string;
}

/** Asks `POST /v2/payouts` as `ask('POST /v2/payouts', { body })`. */
export type Ask = (what: string, question?: Question) => Promise<Reply>;

/** A client as plain as curl. A whole address after the method is asked as it is. */
export function asking(world: SimulatedMollie, fetch: typeof globalThis.fetch = world.fetch, origin = 'https://api.mollie.com'): Ask {
  return async (what, { body, key, token = world.testKey, headers, signal } = {}) => {
    const [method = 'GET', path = '/'] = what.split(' ');
    const response = await fetch(new URL(path, origin), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
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

/** The body of a create on the primary balance of the test world. */
export function payoutBody(world: SimulatedMollie, value = '10.00'): object {
  return { balanceId: world.test.balance().id, amount: { currency: 'EUR', value }, description: 'Weekly payout 47' };
}

/** Status and field of a refusal: all of it that a client may look at. */
export function refusalOf({ status, json }: Reply): readonly [number, string | undefined] {
  return [status, json.field];
}
