import type { PayoutErrorCode } from '../errors.ts';
import type { Redact } from '../printable.ts';
import type { Operation } from '../payout/operations.ts';
import type { Evidence } from '../platform/evidence.ts';

/** The operations with events. `prepare` makes no request, and every page that `listAll` reads is a `list`. */
export type TelemetryOperation = Exclude<Operation, 'prepare' | 'listAll'>;

interface Told {
  /** The adapter's id. */
  readonly provider: string;
  /** The configured name; the adapter's id where there is none. */
  readonly name: string;
  /** The same in all events of one operation, and of no other in this process. Absent outside of an operation (test helpers). */
  readonly operationId?: number | undefined;
}

/** An operation begins. The event is emitted before it does anything, in the caller's own context. */
export interface TelemetryStart extends Told {
  readonly type: 'start';
  readonly operation: TelemetryOperation;
  /** Milliseconds since the epoch, by the runtime's clock. */
  readonly startedAt: number;
}

/** A request is over: it was sent, or could not be. */
export interface TelemetryExchange extends Told {
  readonly type: 'exchange';
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** The base of the path: the setting, without a slash at its end. */
  readonly baseUrl: string;
  /** The path with the query's values removed. It may hold ids of payouts, balances and accounts. */
  readonly path: string;
  readonly evidence: Evidence;
  /** The HTTP status; `null` when no complete answer came. */
  readonly status: number | null;
  /** Why no complete answer came: `timeout`, `aborted`, a code of the system (`ECONNRESET`) or of a `PayoutError`; else `null`. */
  readonly failure: string | null;
  /** 0 for the first send, then 1, 2, ... */
  readonly resend: number;
  /** Milliseconds since the epoch, by the runtime's clock. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** The provider's id of the request: its support asks for it. */
  readonly requestId: string | null;
}

/** An operation is over. The event is emitted exactly once for every start. */
export interface TelemetryEnd extends Told {
  readonly type: 'end';
  readonly operation: TelemetryOperation;
  /** The outcome of the payout or of the error that was thrown; `null` for a read, and for a change that succeeded. */
  readonly outcome: 'accepted' | 'rejected' | 'unknown' | null;
  /** The code of the error; `exception` for one that is no `PayoutError`; `null` when there was none. */
  readonly code: PayoutErrorCode | 'exception' | null;
  /** Whether an accepted payout had been made by an earlier call. */
  readonly replayed: boolean;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** A fact that no return value holds and that is no reason to fail. */
export interface TelemetryDiagnostic extends Told {
  readonly type: 'diagnostic';
  readonly code: string;
  /** For people. It may hold the id of a payout or an event. */
  readonly message: string;
}

/**
 * The events that {@link CommonSettings.onTelemetry} gets. None holds a credential, idempotency key, reference, amount, body,
 * account number or personal datum.
 *
 * @see docs/telemetry.md
 */
export type TelemetryEvent = TelemetryStart | TelemetryExchange | TelemetryEnd | TelemetryDiagnostic;

/**
 * Gets events, synchronously. What the listener throws, or its promise rejects with, is dropped. The listener takes the operation's
 * time, and nobody waits for its promise.
 */
export type OnTelemetry = (event: TelemetryEvent) => void;

type Without<E, K extends keyof TelemetryEvent> = E extends TelemetryEvent ? Omit<E, K> : never;
/** An event, without its provider and operation. */
export type EventBody = Without<TelemetryEvent, keyof Told>;
export type Emit = (event: EventBody) => void;

/** No listener. Compare with `=== noopEmit` to skip building events. */
export const noopEmit: Emit = () => undefined;

/**
 * Makes an emitter that can never change what happens: what a listener throws is dropped.
 *
 * @param told The provider of the events, and the operation if there is one.
 * @param redact Removes the credentials from a sentence, which may repeat what a provider sent.
 */
export function safeEmitter(onTelemetry: OnTelemetry | undefined, told: Told, redact: Redact): Emit {
  if (onTelemetry === undefined) return noopEmit;
  return (event) => {
    // A broken listener must not turn an accepted payout into an exception.
    unheard(() => onTelemetry(event.type === 'diagnostic' ? { ...event, message: redact(event.message), ...told } : { ...event, ...told }));
  };
}

/**
 * Calls a listener whose answer nobody waits for. What it throws or its promise rejects with is dropped: an unhandled rejection
 * would end the process.
 */
export function unheard(listener: () => unknown): void {
  try {
    const answer = listener();
    if (typeof answer === 'object' && answer !== null && 'then' in answer) Promise.resolve(answer).catch(() => undefined);
  } catch {
    // Nobody can be told of a listener that throws.
  }
}
