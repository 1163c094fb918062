import type { Json, ScriptedAnswer } from './world.ts';

/** A request as the adapter sent it. */
export interface SentRequest {
  readonly method: string;
  readonly origin: string;
  /** With its query. */
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** When, on the provider's clock. */
  readonly at: number;
}

/** An answer on its way. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  /** The connection breaks after so many characters of it. */
  readonly cutAt?: number;
}

/** What happens to one request. `deliver` hands it to the provider, who does it and answers. */
export type Fault = (request: SentRequest, deliver: () => Promise<WireAnswer>) => Promise<WireAnswer>;
/** Which requests a fault concerns. */
export type About = (request: SentRequest) => boolean;

/** Stands between the adapter and the provider: it records everything, and breaks where it is told to. */
export interface FaultProxy {
  readonly fetch: typeof globalThis.fetch;
  readonly requests: readonly SentRequest[];
  /** The last answer that was let through whole, as text. */
  readonly lastText: string;
  /** Requests that the provider is working on. */
  readonly busy: number;
  /** Requests that will never be answered. */
  readonly hanging: number;
  /** Counts everything that happens, so that silence can be noticed. */
  readonly activity: number;
  /** Once, to the next request that fits. */
  next(fault: Fault, purpose?: About): void;
  /** To every request that fits, until `clear`. */
  always(fault: Fault, purpose?: About): void;
  clear(): void;
}

interface Rule {
  readonly fault: Fault;
  readonly about: About;
  readonly once: boolean;
}

const everything: About = () => true;

/** Puts a fault proxy in front of a provider's `fetch`. */
export function createFaultProxy(provider: typeof globalThis.fetch, now: () => number): FaultProxy {
  const requests: SentRequest[] = [];
  let rules: Rule[] = [];
  const count = { busy: 0, hanging: 0, activity: 0 };
  let lastText = '';
  const take = (request: SentRequest): Fault | null => {
    const rule = rules.find(({ about }) => about(request));
    if (rule?.once === true) rules = rules.filter((other) => other !== rule);
    return rule?.fault ?? null;
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    const given = new Request(input, init);
    const url = new URL(given.url);
    const { method } = given;
    const headers = Object.fromEntries(given.headers);
    const body = await given.text();
    const request: SentRequest = { method, origin: url.origin, path: url.pathname + url.search, headers, body, at: now() };
    requests.push(request);
    const deliver = async (): Promise<WireAnswer> => {
      const sent: RequestInit = { method, headers, redirect: 'manual', ...(body === '' ? {} : { body }) };
      const answer = await provider(url.href, sent);
      const { 'content-length': _length, 'content-encoding': _encoding, ...rest } = Object.fromEntries(answer.headers);
      return { status: answer.status, headers: rest, text: await answer.text() };
    };
    count.busy += 1;
    count.activity += 1;
    try {
      const fault = take(request);
      const answered = fault === null ? deliver() : fault(request, deliver);
      const answer = await untilAborted(answered, signal, count);
      if (answer.cutAt === undefined) lastText = answer.text;
      return responseOf(answer);
    } finally {
      count.busy -= 1;
      count.activity += 1;
    }
  };
  return {
    fetch,
    requests,
    get lastText() {
      return lastText;
    },
    get busy() {
      return count.busy;
    },
    get hanging() {
      return count.hanging;
    },
    get activity() {
      return count.activity;
    },
    next: (fault, purpose = everything) => void rules.push({ fault, about: purpose, once: true }),
    always: (fault, purpose = everything) => void rules.push({ fault, about: purpose, once: false }),
    clear: () => {
      rules = [];
    },
  };
}

/** Marks an answer that never comes. */
const NEVER = Symbol('never');

async function untilAborted(
  answered: Promise<WireAnswer>,
  signal: AbortSignal | null,
  count: { hanging: number; activity: number },
): Promise<WireAnswer> {
  const first = await answered.catch((error: unknown) => {
    if (error !== NEVER) throw error;
    return null;
  });
  if (first !== null) return first;
  count.hanging += 1;
  count.activity += 1;
  return new Promise<never>((_, reject) => {
    const stop = (): void => {
      count.hanging -= 1;
      reject(signal?.reason);
    };
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

const BODILESS: readonly number[] = [204, 205, 304];

function responseOf({ status, headers, text, cutAt }: WireAnswer): Response {
  if (BODILESS.includes(status)) return new Response(null, { status, headers });
  if (cutAt === undefined) return new Response(text, { status, headers });
  const chunks = cutAt > 0 ? [new TextEncoder().encode(text.slice(0, cutAt))] : [];
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.error(connectionReset());
      else controller.enqueue(chunk);
    },
  });
  return new Response(stream, { status, headers });
}

function connectionReset(): TypeError {
  return new TypeError('terminated', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }) });
}

// ---- What can happen -------------------------------------------------------------------------------------------------

/** Whether the provider did what it was asked before things went wrong. */
export type Side = 'before' | 'after';

async function done(side: Side, deliver: () => Promise<WireAnswer>): Promise<void> {
  if (side === 'after') await deliver();
}

/** The connection is reset. */
export const reset =
  (side: Side): Fault =>
  async (_, deliver) => {
    await done(side, deliver);
    throw connectionReset();
  };

/** Nothing is heard any more; only a deadline ends it. */
export const hang =
  (side: Side): Fault =>
  async (_, deliver) => {
    await done(side, deliver);
    throw NEVER; // For untilAborted, which knows the signal.
  };

/** Another answer than the provider's own. It carries the `Date` of a real one where it can. */
export const answer =
  (side: Side, given: ScriptedAnswer, now: () => number): Fault =>
  async (_, deliver) => {
    await done(side, deliver);
    return wireOf(given, now());
  };

/** The headers promise a whole body, of which only the first characters come. */
export const cutOff =
  (share: number): Fault =>
  async (_, deliver) => {
    const whole = await deliver();
    return { ...whole, cutAt: Math.min(whole.text.length - 1, Math.floor(whole.text.length * share)) };
  };

/** The JSON of the answer is changed on its way. An answer that is not JSON passes. */
export const changed =
  (change: (json: Json) => unknown): Fault =>
  async (_, deliver) => {
    const whole = await deliver();
    const json: unknown = parsed(whole.text);
    return typeof json === 'object' && json !== null ? { ...whole, text: JSON.stringify(change(json as Json)) } : whole;
  };

/** The answer carries these headers too, or instead. */
export const headed =
  (headers: Readonly<Record<string, string>>): Fault =>
  async (_, deliver) => {
    const whole = await deliver();
    return { ...whole, headers: { ...whole.headers, ...headers } };
  };

/** The row of one payout has its id and nothing else, wherever an answer shows it among others. */
export const unreadableRow =
  (id: string): Fault =>
  async (_, deliver) => {
    const whole = await deliver();
    const bare = (row: unknown): unknown => {
      if (typeof row !== 'object' || row === null || !Object.values(row).includes(id)) return row;
      return Object.fromEntries(Object.entries(row).filter(([, value]) => value === id));
    };
    const text = JSON.stringify(parsed(whole.text), (__, value: unknown) => (Array.isArray(value) ? value.map(bare) : value));
    return { ...whole, text };
  };

function wireOf({ status, headers = {}, body }: ScriptedAnswer, now: number): WireAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? (/^\s*</.test(body) ? 'text/html; charset=utf-8' : 'text/plain') : 'application/json';
  return { status, headers: { 'content-type': type, date: new Date(now).toUTCString(), ...headers }, text };
}

/** The value of a JSON text; `undefined` for any other text. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
