import { memorySubmissions, type Submission } from '@disburse/core';
import { boundTo } from './account.ts';
import type { Call } from './call.ts';
import { hideBody, hideHeaders } from './hide.ts';
import type { RequestRecord } from './records.ts';
import { openSession } from './session.ts';

/** A request as it would go out, without what nobody should read. */
export interface ExactRequest {
  readonly request: RequestRecord;
  readonly hidden: readonly string[];
}

interface Captured {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The request that submitting would send: it is sent for real, to a `fetch` that writes it down and goes no further. So address
 * and headers are the adapter's own, and nothing here has to know them.
 */
export async function exactRequest(
  call: Pick<Call, 'host' | 'options' | 'note' | 'secrets'>,
  submission: Submission,
): Promise<ExactRequest> {
  const seen: Captured[] = [];
  const stop = new AbortController();
  const capture: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    seen.push({ method: request.method, url: request.url, headers: Object.fromEntries(request.headers) });
    if (request.method !== submission.request.method) return new Response(null, { status: 404 }); // What is read before it.
    stop.abort();
    throw new TypeError('nothing is sent');
  };
  const quiet = { ...call, options: { ...call.options, trace: false } };
  // Its own memory: what this process remembers of a key must not make the real create careful.
  const at = Date.parse(submission.preparedAt);
  const session = await openSession(quiet, { at, fetch: capture, submissions: memorySubmissions() });
  await boundTo(session.provider(submission.name), submission.account).submit(submission, { signal: stop.signal });
  return shown(submission, seen);
}

function shown({ request, key }: Submission, seen: readonly Captured[]): ExactRequest {
  const own = seen.find(({ method }) => method === request.method);
  // A later attempt first looks for the earlier ones, and goes no further here: address and credential are those of the look.
  const { authorization = '' } = seen[0]?.headers ?? {};
  const { headers, hidden } = hideHeaders(own?.headers ?? { ...request.headers, authorization, 'idempotency-key': key });
  const body = hideBody(request.body);
  const url = own?.url ?? (seen[0] === undefined ? request.path : new URL(request.path, seen[0].url).href);
  return { request: { method: request.method, url, headers, body: body.body }, hidden: [...hidden, ...body.hidden] };
}

/** As HTTP writes it. */
export function requestLines({ request }: ExactRequest): readonly string[] {
  const headers = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`);
  return [`${request.method} ${request.url}`, ...headers, '', request.body];
}
