/** One request as it would have left. */
export interface SeenRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body: string;
}

/** What to answer: a status and a JSON body (a text is sent as it is), or an error to throw. */
export type Scripted = { readonly status: number; readonly body?: unknown; readonly headers?: Record<string, string> } | Error;

/** A `fetch` that counts what it is asked and answers what the script says. */
export function scriptedFetch(script: (request: SeenRequest, index: number) => Scripted): {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: SeenRequest[];
} {
  const requests: SeenRequest[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const seen = { method: request.method, path: url.pathname + url.search, headers: request.headers, body: await request.text() };
    requests.push(seen);
    const answer = script(seen, requests.length - 1);
    if (answer instanceof Error) throw answer;
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    return new Response(text, { status: answer.status, headers: { 'content-type': 'application/json', ...answer.headers } });
  };
  return { fetch, requests };
}

/** An empty list, as lookups read it. */
export const NOTHING_LISTED: object = { object: 'list', url: '/v1/treasury/outbound_payments', has_more: false, data: [] };
