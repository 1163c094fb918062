// Acme: a payout provider that exists only in core's tests, as small as a provider can be. This is its end of the line.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A payout as Acme keeps and tells it. */
export interface AcmePayout {
  readonly id: string;
  readonly amount: string;
  readonly currency: string;
  status: 'pending' | 'in_transit' | 'paid' | 'failed' | 'canceled';
  readonly text: string | null;
  /** What the adapter wrote to recognise it by. */
  readonly token: string | null;
  readonly reference: string | null;
  readonly created_at: string;
  readonly live: boolean;
}

/** A request as it arrived. */
export interface AcmeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface AcmeAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/**
 * What goes wrong with one request.
 *
 * `lose: 'request'`: it never arrives, which the sender cannot know. `lose: 'answer'`: it is done, and the answer is lost.
 * `status`: it is refused with that status before keys are looked at; `after: true`: it is done all the same.
 */
export type AcmeFault =
  | { readonly lose: 'request' | 'answer' }
  | { readonly status: number; readonly code?: string; readonly after?: boolean; readonly headers?: Readonly<Record<string, string>> };

/** How one Acme differs from another. */
export interface AcmeTerms {
  /** How long it remembers an idempotency key, in milliseconds. @default 24 hours */
  readonly retentionMs?: number | undefined;
  /** Whether a refused request is answered the same under its key, and marked. @default true */
  readonly storesRefusals?: boolean | undefined;
  /** Refuses larger amounts with 402, in major units. @default 1000 */
  readonly balance?: number | undefined;
  /** Its clock, which its `Date` header shows. @default real time */
  readonly now?: (() => number) | undefined;
}

/** Acme's world, for a test to count and to disturb. */
export interface AcmeBank {
  /** Every payout there ever was, oldest first. Their status may be changed: `bank.payouts[0].status = 'paid'`. */
  readonly payouts: readonly AcmePayout[];
  /** How many payouts each idempotency key has made. More than one is what must never happen. */
  readonly payoutsByKey: ReadonlyMap<string, number>;
  /** Everything that arrived, also what was then refused or whose answer was lost. */
  readonly requests: readonly AcmeRequest[];
  /** The balance, in major units: raise it to end the cause of a 402. */
  balance: number;
  /** What the next requests meet, in this order, one each. */
  next(...faults: readonly AcmeFault[]): void;
  /** For the `fetch` setting. Core counts whatever it throws as "maybe sent". */
  readonly fetch: typeof globalThis.fetch;
  /** The same world on a port of this machine, for other processes and for the built-in transport. */
  listen(): Promise<{ readonly url: string; close(): Promise<void> }>;
}

/** The one credential that Acme knows. */
export const ACME_TOKEN = 'acme_test_token';
export const ACME_REPLAYED = 'acme-replayed';
const DAY_MS = 24 * 60 * 60_000;

interface Remembered {
  readonly fingerprint: string;
  readonly at: number;
  readonly answer: AcmeAnswer;
}

/** Opens an Acme with no payouts. */
export function acmeBank(terms: AcmeTerms = {}): AcmeBank {
  const { retentionMs = DAY_MS, storesRefusals = true, now = () => Date.now() } = terms;
  const payouts: AcmePayout[] = [];
  const payoutsByKey = new Map<string, number>();
  const requests: AcmeRequest[] = [];
  const faults: AcmeFault[] = [];
  const keys = new Map<string, Remembered>();

  function create(request: AcmeRequest): AcmeAnswer {
    const key = request.headers['idempotency-key'] ?? '';
    const known = keys.get(key);
    if (known !== undefined && now() - known.at < retentionMs) {
      if (known.fingerprint !== request.body) return refusal(409, 'key_reused');
      return { ...known.answer, headers: { [ACME_REPLAYED]: 'true' } };
    }
    const answer = judged(request, key);
    if (answer.status < 300 || storesRefusals) keys.set(key, { fingerprint: request.body, at: now(), answer });
    return answer;
  }

  function judged(request: AcmeRequest, key: string): AcmeAnswer {
    const asked = JSON.parse(request.body) as Pick<AcmePayout, 'amount' | 'currency' | 'text' | 'token' | 'reference'>;
    if (Number(asked.amount) > bank.balance) return refusal(402, 'balance_too_low');
    const { amount, currency, text, token, reference } = asked;
    const created_at = new Date(now()).toISOString();
    payouts.push({ id: `ac_${payouts.length + 1}`, amount, currency, status: 'pending', text, token, reference, created_at, live: false });
    payoutsByKey.set(key, (payoutsByKey.get(key) ?? 0) + 1);
    return { status: 201, body: { ...payouts.at(-1) } };
  }

  function page(query: URLSearchParams): AcmeAnswer {
    const newestFirst = payouts.filter((payout) => payout.created_at >= (query.get('created_from') ?? '')).reverse();
    const from = Number(query.get('from') ?? 0);
    const limit = Number(query.get('limit') ?? 100);
    const next = from + limit < newestFirst.length ? String(from + limit) : null;
    return { status: 200, body: { payouts: newestFirst.slice(from, from + limit), next } };
  }

  function answer(request: AcmeRequest): AcmeAnswer {
    if (request.headers['authorization'] !== `Bearer ${ACME_TOKEN}`) return refusal(401, 'who_are_you');
    const { pathname, searchParams } = new URL(request.path, 'http://acme.test');
    if (pathname === '/payouts') return request.method === 'POST' ? create(request) : page(searchParams);
    const [, id, action] = /^\/payouts\/([^/]+)(\/cancel)?$/.exec(pathname) ?? [];
    const payout = payouts.find((candidate) => candidate.id === id);
    if (payout === undefined) return refusal(404, 'no_such_payout');
    if (action !== undefined && payout.status !== 'pending') return refusal(422, 'too_late');
    if (action !== undefined) payout.status = 'canceled';
    return { status: 200, body: { ...payout } };
  }

  /** `null`: no answer ever comes. */
  function arrive(request: AcmeRequest): AcmeAnswer | null {
    const fault = faults.shift();
    if (fault !== undefined && 'lose' in fault && fault.lose === 'request') return null;
    requests.push(request);
    if (fault === undefined) return answer(request);
    if ('lose' in fault) return answer(request) && null;
    if (fault.after === true) answer(request);
    return { ...refusal(fault.status, fault.code ?? 'fault'), headers: fault.headers ?? {} };
  }

  const date = (): string => new Date(now()).toUTCString();
  const bank: AcmeBank = {
    payouts,
    payoutsByKey,
    requests,
    balance: terms.balance ?? 1000,
    next: (...more) => void faults.push(...more),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { pathname, search } = new URL(request.url);
      const headers = Object.fromEntries(request.headers);
      const told = arrive({ method: request.method, path: pathname + search, headers, body: await request.text() });
      if (told === null) throw new TypeError('the line went dead');
      return Response.json(told.body, { status: told.status, headers: { date: date(), ...told.headers } });
    },
    listen: () => listen(arrive, date),
  };
  return bank;
}

const refusal = (status: number, code: string): AcmeAnswer => ({ status, body: { code } });

async function listen(arrive: (request: AcmeRequest) => AcmeAnswer | null, date: () => string) {
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    const told = arrive({ method: incoming.method ?? '', path: incoming.url ?? '', headers, body: await text(incoming) });
    if (told === null) incoming.socket.destroy();
    else
      outgoing.writeHead(told.status, { 'content-type': 'application/json', date: date(), ...told.headers }).end(JSON.stringify(told.body));
  };
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing).catch(() => incoming.socket.destroy()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, close };
}
