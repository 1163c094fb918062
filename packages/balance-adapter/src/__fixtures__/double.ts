import { readFileSync } from 'node:fs';
import type { Runtime, TelemetryEvent } from '@disburse/core';
import { type BalanceSettings, createBalance } from '../index.ts';

export const B = 'bal_dsbExample0000000000001';
export const P = 'payout_dsbExample0000000000001';
export const NOW: number = Date.parse('2026-11-20T09:00:00.000Z');
export const TEN = { amount: '10.00', currency: 'EUR' } as const;

type Json = Record<string, unknown>;
const load = (file: string): Record<string, Json> => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const sets = { payouts: load('payouts.json'), lists: load('lists.json'), errors: load('errors.json'), balances: load('balances.json') };

/** A fixture by its name, as a fresh copy. */
export function fixture(set: keyof typeof sets, name: string, changed: Json = {}): Json {
  const found = sets[set][name];
  if (found === undefined) throw new Error(`no fixture ${set}: ${name}`);
  return { ...structuredClone(found), ...changed };
}

export const fixtureNames = (set: keyof typeof sets): string[] => Object.keys(sets[set]);

// ---- A fetch that is played --------------------------------------------------------------------------------------------

/** One request as it was sent. */
export interface Seen {
  readonly method: string;
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export type Play = (seen: Seen, index: number) => Response | Promise<Response>;

/** An answer of Mollie's; an object is sent as HAL, a string as it is. */
export function answer(status: number, body: Json | string | null, headers: Record<string, string> = {}): Response {
  const text = typeof body === 'string' || body === null ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { 'content-type': 'application/hal+json', date: new Date(NOW).toUTCString(), ...headers } });
}

export const REPLAYED = { 'idempotent-replayed': 'true' } as const;

/** Never answers. */
export const hang = (): Promise<Response> => new Promise(() => undefined);

/** Answers one after the other; one request more than answers is the test's failure. */
export function inTurn(...plays: readonly (Response | Play)[]): Play {
  return (seen, index) => {
    const play = plays[index];
    if (play === undefined) throw new Error(`nobody expected ${seen.method} ${seen.path}`);
    return typeof play === 'function' ? play(seen, index) : play;
  };
}

/** Answers by method and the path before its query: `'POST /v2/payouts'`. The index counts the requests to that route. */
export function routes(table: Record<string, Play>): Play {
  const counts = new Map<string, number>();
  return (seen) => {
    const route = `${seen.method} ${seen.path.split('?')[0]}`;
    const index = counts.get(route) ?? 0;
    counts.set(route, index + 1);
    const play = table[route];
    if (play === undefined) throw new Error(`nobody expected ${route}`);
    return play(seen, index);
  };
}

function recording(play: Play): { fetch: typeof globalThis.fetch; seen: Seen[] } {
  const seen: Seen[] = [];
  const fetch = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(String(input));
    const request: Seen = {
      method: init.method ?? 'GET',
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      headers: Object.fromEntries(new Headers(init.headers)),
      body: typeof init.body === 'string' ? init.body : null,
    };
    seen.push(request);
    return play(request, seen.length - 1);
  };
  return { fetch, seen };
}

// ---- Time ------------------------------------------------------------------------------------------------------------

/** Turns of the event loop after which nothing that the test started is still under way. */
const QUIET_TURNS = 25;

/** Time that passes only while everything waits: the earliest timer fires once the event loop is quiet. */
function virtualTime(start: number = NOW): Runtime & { readonly pauses: readonly number[]; set(now: number): void } {
  let now = start;
  const timers = new Set<{ readonly at: number; readonly ms: number; readonly fire: () => void }>();
  const pauses: number[] = [];
  let driving = false;
  const drive = async (): Promise<void> => {
    while (timers.size > 0) {
      for (let turn = 0; turn < QUIET_TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const [first] = [...timers].sort((a, b) => a.at - b.at);
      if (first === undefined) break;
      timers.delete(first);
      now = Math.max(now, first.at);
      pauses.push(first.ms);
      first.fire();
    }
    driving = false;
  };
  return {
    now: () => now,
    random: () => 0.5,
    pauses,
    set: (to) => {
      now = to;
    },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = { at: now + ms, ms, fire: resolve };
        timers.add(timer);
        signal?.addEventListener('abort', () => {
          if (timers.delete(timer)) reject(signal.reason);
        });
        if (driving) return;
        driving = true;
        drive().catch(reject);
      }),
  };
}

// ---- A provider over all that ------------------------------------------------------------------------------------------

export const SETTINGS = { token: 'test_dsbCanary0001', balanceId: B, acceptScheduleSideEffect: true } as const satisfies BalanceSettings;
export const ACCESS = { ...SETTINGS, token: 'access_dsbCanary0001', testmode: true } as const satisfies BalanceSettings;

/** A provider of its own process and time, over a played fetch. */
export function played(play: Play, settings: BalanceSettings = SETTINGS) {
  const { fetch, seen } = recording(play);
  const runtime = virtualTime();
  const events: TelemetryEvent[] = [];
  const onTelemetry = (event: TelemetryEvent): void => void events.push(event);
  const provider = createBalance({ fetch, runtime, onTelemetry, ...settings });
  const posts = (): Seen[] => seen.filter(({ method }) => method === 'POST');
  const diagnostics = (): string[] => events.flatMap((event) => (event.type === 'diagnostic' ? [event.code] : []));
  return { provider, seen, posts, runtime, events, diagnostics };
}

/** The same, for the settings that may read balances. */
export function playedReading(play: Play) {
  const { fetch, seen } = recording(play);
  const runtime = virtualTime();
  const provider = createBalance({ ...ACCESS, readBalances: true, fetch, runtime });
  return { provider, seen, runtime, posts: (): Seen[] => seen.filter(({ method }) => method === 'POST') };
}
