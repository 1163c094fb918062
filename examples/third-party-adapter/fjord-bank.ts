// Fjord's end of the line, written from CONTRACT.md and not from the adapter.

/** A transfer as Fjord sends it. */
export interface Transfer {
  readonly transferId: string;
  readonly mode: 'live' | 'test';
  readonly amountMinor: number;
  readonly currency: string;
  readonly beneficiary: string;
  readonly status: string;
  readonly reasonCode: string | null;
  readonly note: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly bankReference: string | null;
}

/** What it is asked to do, and its own time. */
export interface FjordBank {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: { now(): number; advance(ms: number): void };
  readonly apiKeys: Set<string>;
  /** Oldest first. */
  readonly transfers: readonly Transfer[];
  add(asked: Partial<Transfer>): Transfer;
  change(id: string, members: Partial<Transfer>): Transfer;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

const KEYS_KEPT_MS = 12 * 60 * 60_000;
const BENEFICIARIES: readonly string[] = ['ben_1', 'ben_2'];
const refused = (status: number, type: string): Reply => ({ status, body: { error: { type, message: `Refused: ${type}.` } } });

/** Opens a Fjord without transfers. */
export function fjordBank(): FjordBank {
  let now = Date.parse('2026-11-23T09:00:00Z');
  let transfers: readonly Transfer[] = [];
  const apiKeys = new Set(['fj_test_1']);
  const keys = new Map<string, { readonly body: string; readonly at: number; readonly reply: Reply }>();

  const add = (asked: Partial<Transfer>): Transfer => {
    const empty = {
      amountMinor: 100,
      currency: 'eur',
      beneficiary: 'ben_1',
      reasonCode: null,
      note: null,
      labels: {},
      bankReference: null,
    };
    const own = { transferId: `tr_${String(transfers.length + 1).padStart(6, '0')}`, mode: 'test', status: 'NEW' } as const;
    const made: Transfer = { ...empty, ...asked, ...own, createdAt: Math.floor(now / 1000) };
    transfers = [...transfers, made];
    return made;
  };
  const change = (id: string, members: Partial<Transfer>): Transfer => {
    const [changed] = transfers.filter(({ transferId }) => transferId === id).map((transfer) => ({ ...transfer, ...members }));
    if (changed === undefined) throw new Error(`there is no ${id}`);
    transfers = transfers.map((transfer) => (transfer.transferId === id ? changed : transfer));
    return changed;
  };
  const create = (body: string): Reply => {
    const asked = JSON.parse(body) as Partial<Transfer>;
    if (!Number.isSafeInteger(asked.amountMinor) || (asked.note ?? '').length > 35) return refused(400, 'malformed');
    if (!BENEFICIARIES.includes(asked.beneficiary ?? '')) return refused(422, 'unknown_beneficiary');
    return (asked.amountMinor ?? 0) > 100_000_00 ? refused(422, 'insufficient_funds') : { status: 201, body: add(asked) };
  };
  const list = (query: URLSearchParams): Reply => {
    const size = Number(query.get('pageSize') ?? 25);
    if (!(size >= 1 && size <= 25)) return refused(400, 'malformed');
    const fits = transfers.filter(({ createdAt }) => createdAt >= Number(query.get('from') ?? 0)).toReversed();
    const after = Buffer.from(query.get('cursor') ?? '', 'base64url').toString();
    const start = fits.findIndex(({ transferId }) => transferId === after) + 1;
    const data = fits.slice(start, start + size);
    const last = data.at(-1)?.transferId ?? '';
    return { status: 200, body: { data, page: { next: start + size < fits.length ? Buffer.from(last).toString('base64url') : null } } };
  };
  const done = (method: string, { pathname, searchParams }: URL, body: string): Reply => {
    if (pathname === '/v2/balances')
      return { status: 200, body: { data: [{ currency: 'eur', availableMinor: 123_456, incomingMinor: 0 }] } };
    if (pathname === '/v2/transfers') return method === 'POST' ? create(body) : list(searchParams);
    const id = decodeURIComponent(/^\/v2\/transfers\/([^/]+)$/.exec(pathname)?.[1] ?? '');
    const transfer = transfers.find(({ transferId }) => transferId === id);
    if (transfer === undefined) return refused(404, 'not_found');
    if (method === 'GET' || transfer.status === 'VOIDED') return { status: 200, body: transfer };
    return transfer.status === 'NEW' ? { status: 200, body: change(id, { status: 'VOIDED' }) } : refused(409, 'not_voidable');
  };
  const answered = async (request: Request): Promise<Reply & { readonly repeat?: true }> => {
    if (!apiKeys.has(request.headers.get('x-api-key') ?? '')) return refused(401, 'bad_key');
    const body = await request.text();
    const key = request.method === 'POST' ? request.headers.get('x-once-key') : null;
    const known = key === null ? undefined : keys.get(key);
    if (known !== undefined && now - known.at < KEYS_KEPT_MS) {
      return known.body === body ? { ...known.reply, repeat: true } : refused(422, 'once_key_mismatch');
    }
    const reply = done(request.method, new URL(request.url), body);
    if (key !== null) keys.set(key, { body, at: now, reply });
    return reply;
  };
  return {
    fetch: async (input, init) => {
      const { status, body, repeat } = await answered(new Request(input, init));
      const headers = { date: new Date(now).toUTCString(), 'x-trace-id': 'trace_1', ...(repeat === true ? { 'x-once': 'repeat' } : {}) };
      return Response.json(body, { status, headers });
    },
    clock: {
      now: () => now,
      advance: (ms) => {
        now += ms;
      },
    },
    apiKeys,
    get transfers() {
      return transfers;
    },
    add,
    change,
  };
}
