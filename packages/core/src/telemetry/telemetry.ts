import type { PayoutErrorCode } from '../errors.ts';
import type { Redact } from '../printable.ts';
import type { Operation } from '../payout/operations.ts';
import type { Evidence } from '../platform/evidence.ts';

/** The operations that are told. `prepare` asks nobody anything, and every page that `listAll` reads is a `list`. */
export type TelemetryOperation = Exclude<Operation, 'prepare' | 'listAll'>;

interface Told {
  /** The adapter's id. */
  readonly provider: string;
  /** The configured name; the adapter's id where there is none. */
  readonly name: string;
  /** The same in all events of one operation, and of no other in this process; absent outside of one (test helpers). */
  readonly operationId?: number | undefined;
}

/** An operation begins. Told before it does anything, in the caller's own context. */
export interface TelemetryStart extends Told {
  readonly type: 'start';
  readonly operation: TelemetryOperation;
  /** Milliseconds since the epoch, by the runtime's clock. */
  readonly startedAt: number;
}

/** A request was sent, or could not be, and is over. */
export interface TelemetryExchange extends Told {
  readonly type: 'exchange';
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Where the path stands: the setting, without a slash at its end. */
  readonly baseUrl: string;
  /** Path with the query's values removed. It may hold ids of payouts, balances and accounts. */
  readonly path: string;
  readonly evidence: Evidence;
  /** `null` when no complete answer came. */
  readonly status: number | null;
  /** Why no complete answer came: `timeout`, `aborted`, a code of the system (`ECONNRESET`) or of a `PayoutError`; else `null`. */
  readonly failure: string | null;
  /** 0 for the first send, then 1, 2, ... */
  readonly resend: number;
  /** Milliseconds since the epoch, by the runtime's clock. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** As the provider calls it: its support asks for it. */
  readonly requestId: string | null;
}

/** An operation is over. Told exactly once for every start. */
export interface TelemetryEnd extends Told {
  readonly type: 'end';
  readonly operation: TelemetryOperation;
  /** Of the payout, or of the error that was thrown; `null` for a read, and for a change that succeeded. */
  readonly outcome: 'accepted' | 'rejected' | 'unknown' | null;
  /** Of the error; `exception` for one that is no `PayoutError`; `null` when there was none. */
  readonly code: PayoutErrorCode | 'exception' | null;
  /** Whether an accepted payout had been made by an earlier call. */
  readonly replayed: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** Something that no return value tells, and no reason to fail. */
export interface TelemetryDiagnostic extends Told {
  readonly type: 'diagnostic';
  readonly code: string;
  /** For people. It may hold the id of a payout or an event. */
  readonly message: string;
}

/**
 * What {@link CommonSettings.onTelemetry} is told. No credential, idempotency key, reference, amount, body, account number or
 * personal datum is in any of it.
 *
 * @see docs/telemetry.md
 */
export type TelemetryEvent = TelemetryStart | TelemetryExchange | TelemetryEnd | TelemetryDiagnostic;

/**
 * Hears events, synchronously. What it throws, or its promise rejects with, is dropped. What it does takes the
 * operation's time, and nobody waits for a promise of it.
 */
export type OnTelemetry = (event: TelemetryEvent) => void;

type Without<E, K extends keyof TelemetryEvent> = E extends TelemetryEvent ? Omit<E, K> : never;
/** An event, without who tells it. */
export type EventBody = Without<TelemetryEvent, keyof Told>;
export type Emit = (event: EventBody) => void;

/** Tells nobody. What is only made to be told need not be made. */
export const noopEmit: Emit = () => undefined;

/**
 * Telemetry that can never change what happens: what a listener throws is dropped.
 *
 * @param told Who tells it: the provider, and the operation if there is one.
 * @param redact Takes the credentials out of a sentence: it may name what a provider sent.
 */
export function safeEmitter(onTelemetry: OnTelemetry | undefined, told: Told, redact: Redact): Emit {
  if (onTelemetry === undefined) return noopEmit;
  return (event) => {
    // A broken listener must not turn an accepted payout into an exception.
    unheard(() => onTelemetry(event.type === 'diagnostic' ? { ...event, message: redact(event.message), ...told } : { ...event, ...told }));
  };
}

/**
 * Calls a listener whose answer nobody waits for. What it throws is dropped, and so is what its promise rejects with: that would
 * end the process.
 */
export function unheard(listener: () => unknown): void {
  try {
    const answer = listener();
    if (typeof answer === 'object' && answer !== null && 'then' in answer) Promise.resolve(answer).catch(() => undefined);
  } catch {
    // There is nobody to tell.
  }
}
