import { type Runtime, startTimer } from '../platform/runtime.ts';

/** The reason with which one of our signals was aborted. */
export class DeadlineExceeded extends Error {
  override readonly name: string = 'DeadlineExceeded';
  readonly timeoutMs: number;
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
    this.timeoutMs = timeoutMs;
  }
}

/** The caller's own signal fired. */
export class CallerAborted extends Error {
  override readonly name: string = 'CallerAborted';
}

/** One time limit over a whole call: resends, headers and bodies. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly endsAt: number;
  /** Ends the call before its time. The reason says why: {@link CallerAborted}. */
  abort(reason: CallerAborted): void;
  /** Releases the timer. It must be called when the call is over. */
  end(): void;
}

export function startDeadline(runtime: Runtime, timeoutMs: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  const onCaller = (): void => {
    const ours: unknown = caller?.reason; // A deadline within a deadline keeps its own reason.
    controller.abort(ours instanceof DeadlineExceeded || ours instanceof CallerAborted ? ours : new CallerAborted('the caller aborted'));
  };
  if (caller?.aborted === true) onCaller();
  caller?.addEventListener('abort', onCaller);
  const disarm = startTimer(runtime, timeoutMs, () => controller.abort(new DeadlineExceeded(timeoutMs)));
  return {
    signal: controller.signal,
    endsAt: runtime.now() + timeoutMs,
    abort: (reason) => controller.abort(reason),
    end: () => {
      caller?.removeEventListener('abort', onCaller);
      disarm();
    },
  };
}
