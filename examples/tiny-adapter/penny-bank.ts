// penny-bank.ts: Penny's end of the line, as a `fetch` that remembers. Written from its documentation and not from the adapter.

/** A payout as Penny sends it. */
export interface PennyPayout {
  readonly id: string;
  readonly amount: string;
  readonly currency: string;
  readonly state: string;
  readonly created: string;
  readonly test: boolean;
  readonly bounce: string | null;
  readonly memo: string | null;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What it is asked to do, and its own time, which moves only when it is told to. */
export interface PennyBank {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: { now(): number; advance(ms: number): void };
  /** Credentials that are accepted. */
  readonly apiKeys: Set<string>;
  /** Oldest first. */
  readonly payouts: readonly PennyPayout[];
  /** As somebody makes one in the dashboard. */
  add(asked: Partial<PennyPayout>): PennyPayout;
  change(id: string, members: Partial<PennyPayout>): PennyPayout;
}

interface Reply {
  readonly status: number;
  readonly body: object;
}

const KEYS_KEPT_MS = 24 * 60 * 60_000;
const refused = (status: number, code: string): Reply => ({ status, body: { code, detail: `Refused: ${code}.` } });

/** Opens a Penny without payouts. */
export function pennyBank(): PennyBank {
  let now = Date.parse('2026-11-23T09:00:00Z');
  let payouts: readonly PennyPayout[] = [];
  const apiKeys = new Set(['test_penny_1']);
  const keys = new Map<string, { readonly body: string; readonly at: number; readonly reply: Reply }>();

  const add = (asked: Partial<PennyPayout>): PennyPayout => {
    const empty = { amount: '1.00', currency: 'EUR', bounce: null, memo: null, metadata: {} };
    const own = { id: `pny_${1000 + payouts.length}`, state: 'queued', created: new Date(now).toISOString(), test: true };
    const payout = { ...empty, ...asked, ...own };
    payouts = [...payouts, payout];
    return payout;
  };
  const change = (id: string, members: Partial<PennyPayout>): PennyPayout => {
    const [changed] = payouts.filter((payout) => payout.id === id).map((payout) => ({ ...payout, ...members }));
    if (changed === undefined) throw new Error(`there is no ${id}`);
    payouts = payouts.map((payout) => (payout.id === id ? changed : payout));
    return changed;
  };
  const page = (limit: number, before: string): Reply => {
    const newest = payouts.toReversed();
    const start = newest.findIndex(({ id }) => id === before) + 1; // The cursor is a payout, not a position.
    const items = newest.slice(start, start + limit);
    return { status: 200, body: { items, next: start + limit < newest.length ? (items.at(-1)?.id ?? null) : null } };
  };
  const done = (method: string, { pathname, searchParams }: URL, body: string): Reply => {
    const [, id = '', action] = /^\/payouts\/([^/]+)(?:\/(\w+))?$/.exec(pathname) ?? [];
    if (pathname === '/payouts' && method === 'POST') {
      const asked = JSON.parse(body) as Partial<PennyPayout>;
      return Number(asked.amount) > 100_000 ? refused(402, 'too_little_money') : { status: 201, body: add(asked) };
    }
    if (pathname === '/payouts') return page(Number(searchParams.get('limit')), searchParams.get('before') ?? '');
    const payout = payouts.find((candidate) => candidate.id === decodeURIComponent(id));
    if (payout === undefined) return refused(404, 'no_such_payout');
    if (action !== 'stop') return { status: 200, body: payout };
    return payout.state === 'queued' ? { status: 200, body: change(payout.id, { state: 'stopped' }) } : refused(409, 'too_late');
  };
  const answered = async (request: Request): Promise<Reply & { readonly replayed?: true }> => {
    if (!apiKeys.has((request.headers.get('authorization') ?? '').replace('Bearer ', ''))) return refused(401, 'who_are_you');
    const body = await request.text();
    const key = request.method === 'POST' ? request.headers.get('idempotency-key') : null;
    const known = key === null ? undefined : keys.get(key);
    if (known !== undefined && now - known.at < KEYS_KEPT_MS) {
      return known.body === body ? { ...known.reply, replayed: true } : refused(409, 'key_reused');
    }
    const reply = done(request.method, new URL(request.url), body);
    if (key !== null) keys.set(key, { body, at: now, reply });
    return reply;
  };
  return {
    fetch: async (input, init) => {
      const { status, body, replayed } = await answered(new Request(input, init));
      const headers = { date: new Date(now).toUTCString(), ...(replayed === true ? { 'penny-replayed': 'true' } : {}) };
      return Response.json(body, { status, headers });
    },
    clock: {
      now: () => now,
      advance: (ms) => {
        now += ms;
      },
    },
    apiKeys,
    get payouts() {
      return payouts;
    },
    add,
    change,
  };
}
