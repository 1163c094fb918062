// One Acme, one provider for it, one clock, and a line between them that a test may disturb.
import { internalsOf } from '../define-provider.ts';
import type { ProviderContext } from '../context/context.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import { parseSubmission, type Submission } from '../stores/submission.ts';
import type { TelemetryEvent } from '../telemetry/telemetry.ts';
import { type AcmeBank, ACME_REPLAYED, ACME_TOKEN, acmeBank, type AcmeRequest, type AcmeTerms } from './acme-bank.ts';
import { type AcmeProvider, type AcmeSettings, createAcme } from './acme.ts';
import { type ManualTime, manualTime } from './manual-time.ts';

/** What one request meets. `arrive` lets it reach the bank, and gives the bank's own answer. */
export type Meets = (arrive: () => Promise<Response>, request: AcmeRequest) => Response | Promise<Response>;

export const TEN = { amount: '10.00', currency: 'EUR' } as const;
export const RENT = { reference: 'rent-2026-11', money: TEN } as const;

export interface AcmeWorld {
  readonly bank: AcmeBank;
  readonly time: ManualTime;
  readonly acme: AcmeProvider;
  readonly context: ProviderContext;
  readonly events: readonly TelemetryEvent[];
  /** Everything that left, also what never arrived. */
  readonly left: readonly AcmeRequest[];
  /** The creates among them. */
  readonly creates: () => readonly AcmeRequest[];
  /** What the next creates, or the next reads, meet: in this order, one each. */
  readonly onCreate: (...meets: readonly Meets[]) => void;
  readonly onRead: (...meets: readonly Meets[]) => void;
  /** Another process: the same bank and clock, nothing remembered. */
  readonly restarted: (settings?: Partial<AcmeSettings>) => AcmeProvider;
}

export function acmeWorld(settings: Partial<AcmeSettings> = {}, terms: AcmeTerms = {}): AcmeWorld {
  const time = manualTime();
  const bank = acmeBank({ now: () => time.now(), ...terms });
  const left: AcmeRequest[] = [];
  const events: TelemetryEvent[] = [];
  const scripts = { create: [] as Meets[], read: [] as Meets[] };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    const body = await request.clone().text();
    const seen = { method: request.method, path: pathname + search, headers: Object.fromEntries(request.headers), body };
    left.push(seen);
    const script = isCreate(seen) ? scripts.create : seen.method === 'GET' ? scripts.read : [];
    const arrive = (): Promise<Response> => bank.fetch(request);
    return script.shift()?.(arrive, seen) ?? arrive();
  };
  const common = { token: ACME_TOKEN, fetch, runtime: time, onTelemetry: (event: TelemetryEvent) => void events.push(event) };
  const acme = createAcme({ ...common, ...settings });
  return {
    bank,
    time,
    acme,
    context: engineOf(acme),
    events,
    left,
    creates: () => left.filter(isCreate),
    onCreate: (...meets) => void scripts.create.push(...meets),
    onRead: (...meets) => void scripts.read.push(...meets),
    restarted: (more = {}) => createAcme({ ...common, runtime: { ...time, now: () => time.now() }, ...settings, ...more }),
  };
}

function engineOf(provider: object): ProviderContext {
  const inside = internalsOf(provider);
  if (inside === null) throw new Error('not a provider of definePayoutProvider');
  return inside.context;
}

/** A submission as another process would have it. */
export const stored = (submission: Submission | null): Submission => parseSubmission(JSON.stringify(submission));

/** An outcome in a word: the payout's id, or what happened and why. */
export const told = (outcome: PayoutOutcome): string =>
  outcome.outcome === 'accepted' ? outcome.payout.id : `${outcome.outcome} ${outcome.error.code}`;

const isCreate = ({ method, path }: AcmeRequest): boolean => method === 'POST' && path === '/payouts';

// ---- What may happen to a request ------------------------------------------------------------------------------------

/** It is done, and the answer never comes back. */
export const answerLost: Meets = async (arrive) => {
  await arrive();
  throw new TypeError('the line went dead');
};

/** It never arrives, which the sender cannot know. */
export const requestLost: Meets = () => {
  throw new TypeError('the line went dead');
};

/** Answered by something in between, without reaching the bank. */
export const answered =
  (status: number, body: unknown = { code: 'fault' }, headers: Readonly<Record<string, string>> = {}): Meets =>
  () =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });

/** It is done, and answered by something in between. */
export const doneBut =
  (status: number, body: unknown = { code: 'fault' }, headers: Readonly<Record<string, string>> = {}): Meets =>
  async (arrive, request) => {
    await arrive();
    return answered(status, body, headers)(arrive, request);
  };

/** It is done, and the answer is another than the bank gave. */
export const changed =
  (change: (answer: Record<string, unknown>) => unknown): Meets =>
  async (arrive) => {
    const response = await arrive();
    const answer = (await response.json()) as Record<string, unknown>;
    return Response.json(change(answer), { status: response.status, headers: headersOf(response) });
  };

/** Something happens first, for example time passes. */
export const after =
  (event: () => unknown, then: Meets = (arrive) => arrive()): Meets =>
  async (arrive, request) => {
    await event();
    return then(arrive, request);
  };

/** No answer ever comes; with `done` although it is done. */
export const hangs =
  (done: 'done' | 'never done', meanwhile: () => void): Meets =>
  async (arrive) => {
    if (done === 'done') await arrive();
    meanwhile();
    return new Promise<never>(() => undefined);
  };

export const MARKED = { [ACME_REPLAYED]: 'true' } as const;

function headersOf(response: Response): Record<string, string> {
  const { date, [ACME_REPLAYED]: replayed } = Object.fromEntries(response.headers);
  return { ...(date === undefined ? {} : { date }), ...(replayed === undefined ? {} : { [ACME_REPLAYED]: replayed }) };
}
