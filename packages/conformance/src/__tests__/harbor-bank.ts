// Harbor: a payout provider that exists only here, small and with everything a provider can have. This is its side of the wire.

/** A payout as Harbor sends it. Amounts are integers in the currency's minor unit. */
export interface HarborPayout {
  readonly id: string;
  readonly amount: number;
  readonly currency: string;
  readonly status: 'open' | 'sent' | 'done' | 'bounced' | 'stopped';
  readonly failure_code: string | null;
  readonly text: string | null;
  readonly destination: string | null;
  readonly statement: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly created: string;
  readonly reverses: string | null;
  readonly reversed_by: string | null;
  readonly live: boolean;
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** Harbor's world. */
export interface HarborBank {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: { now(): number; advance(ms: number): void };
  /** Oldest first. */
  readonly payouts: readonly HarborPayout[];
  accept(token: string): void;
  move(id: string, status: HarborPayout['status'], failureCode?: string): void;
  /** As the Dashboard makes one. */
  add(amount: number, currency: string): HarborPayout;
}

export const HARBOR_TOKEN = 'harbor_canary_token';
const DAY_MS = 86_400_000;
const refusal = (status: number, code: string): Answer => ({ status, body: { code, message: `This was refused: ${code}.` } });

/** Opens a Harbor without payouts. */
export function harborBank(): HarborBank {
  let now = Date.parse('2026-11-23T09:00:00Z');
  const tokens = new Set([HARBOR_TOKEN]);
  let payouts: readonly HarborPayout[] = [];
  const keys = new Map<string, { readonly body: string; readonly at: number; readonly answer: Answer }>();

  const change = (id: string, members: Partial<HarborPayout>): HarborPayout => {
    payouts = payouts.map((payout) => (payout.id === id ? { ...payout, ...members } : payout));
    return find(id);
  };
  const find = (id: string): HarborPayout => {
    const found = payouts.find((payout) => payout.id === id);
    if (found === undefined) throw new Error(`there is no ${id}`);
    return found;
  };
  const make = (members: Partial<HarborPayout>): HarborPayout => {
    const id = `hb_${String(payouts.length + 1).padStart(4, '0')}`;
    const created = new Date(now).toISOString();
    const empty = { text: null, destination: null, statement: null, failure_code: null, reverses: null, reversed_by: null };
    payouts = [...payouts, { amount: 0, currency: 'eur', metadata: {}, live: false, status: 'open', ...empty, ...members, id, created }];
    return find(id);
  };

  function create(asked: Partial<HarborPayout>): Answer {
    if ((asked.amount ?? 0) > 100_000_00) return refusal(402, 'too_little_money');
    return { status: 201, body: make(asked) };
  }
  function reverse(payout: HarborPayout): Answer {
    if (payout.status !== 'done' || payout.reversed_by !== null) return refusal(422, 'wrong_state');
    const reversal = make({ amount: payout.amount, currency: payout.currency, reverses: payout.id });
    change(payout.id, { reversed_by: reversal.id });
    return { status: 201, body: reversal };
  }
  function update(payout: HarborPayout, given: Readonly<Record<string, string | null>> | null): Answer {
    const merged = Object.entries({ ...payout.metadata, ...given }).filter((entry): entry is [string, string] => entry[1] !== null);
    return { status: 200, body: change(payout.id, { metadata: given === null ? {} : Object.fromEntries(merged) }) };
  }
  function page(url: URL): Answer {
    const get = (name: string): string | null => url.searchParams.get(name);
    const fits = payouts
      .filter(({ status }) => get('status') === null || status === get('status'))
      .filter(({ created }) => created >= (get('from') ?? '') && (get('to') === null || created < (get('to') ?? '')))
      .filter(({ destination }) => get('destination') === null || destination === get('destination'))
      .reverse();
    const start = get('after') === null ? 0 : fits.findIndex(({ id }) => id === get('after')) + 1;
    const limit = Number(get('limit') ?? 10);
    const rows = fits.slice(start, start + limit);
    const last = rows.at(-1)?.id;
    const more = start + limit < fits.length && last !== undefined;
    const next = new URL(url);
    next.searchParams.set('after', last ?? '');
    return { status: 200, body: { payouts: rows, next: more ? next.href : null } };
  }
  function executed(request: Request, body: string): Answer {
    const url = new URL(request.url);
    const [, id, action] = /^\/payouts\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
    const asked = (body === '' ? {} : JSON.parse(body)) as Partial<HarborPayout>;
    if (url.pathname === '/payouts') return request.method === 'POST' ? create(asked) : page(url);
    if (url.pathname === '/balances')
      return {
        status: 200,
        body: {
          balances: [
            { currency: 'eur', available: 123_456 },
            { currency: 'jpy', available: 5_000 },
          ],
        },
      };
    const payout = payouts.find((candidate) => candidate.id === decodeURIComponent(id ?? ''));
    if (payout === undefined) return refusal(404, 'no_such_payout');
    if (request.method === 'GET') return { status: 200, body: payout };
    if (action === 'reverse') return reverse(payout);
    if (action !== 'cancel') return update(payout, (asked.metadata ?? null) as never);
    return payout.status === 'open' ? { status: 200, body: change(payout.id, { status: 'stopped' }) } : refusal(409, 'too_late');
  }
  function answered(request: Request, body: string): Answer {
    if (!tokens.has((request.headers.get('authorization') ?? '').replace('Bearer ', ''))) return refusal(401, 'who_are_you');
    const key = request.method === 'POST' ? request.headers.get('idempotency-key') : null;
    if (key === null) return executed(request, body);
    const known = keys.get(key);
    if (known !== undefined && now - known.at < DAY_MS) {
      if (known.body !== body) return refusal(409, 'key_reused');
      return { ...known.answer, headers: { 'harbor-replayed': 'yes' } };
    }
    const answer = executed(request, body);
    keys.set(key, { body, at: now, answer });
    return answer;
  }

  return {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { status, headers, body } = answered(request, await request.text());
      return Response.json(body, { status, headers: { date: new Date(now).toUTCString(), ...headers } });
    },
    clock: {
      now: () => now,
      advance: (ms) => {
        now += ms;
      },
    },
    get payouts() {
      return payouts;
    },
    accept: (token) => void tokens.add(token),
    move: (id, status, failure_code) => void change(id, { status, failure_code: failure_code ?? null }),
    add: (amount, currency) => make({ amount, currency }),
  };
}
