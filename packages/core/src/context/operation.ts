import type { ProviderContext } from './context.ts';
import { isPayoutError } from '../errors.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import type { TelemetryEnd, TelemetryOperation } from '../telemetry/telemetry.ts';

type Ending = Pick<TelemetryEnd, 'outcome' | 'code' | 'replayed'>;

const DONE: Ending = { outcome: null, code: null, replayed: false };

let operations = 0;

/**
 * Runs one operation. With a listener, its start, its end and all events between them carry one operation id. Without a listener it
 * only does the work.
 *
 * @param work Gets the context to work with. The events of that context belong to this operation.
 */
export function perform<T>(
  context: ProviderContext,
  operation: TelemetryOperation,
  work: (context: ProviderContext) => Promise<T>,
  endingOf: (result: T) => Ending = () => DONE,
): Promise<T> {
  return context.telemetry.hasListener ? runAndEmit(context, operation, work, endingOf) : work(context);
}

async function runAndEmit<T>(
  context: ProviderContext,
  operation: TelemetryOperation,
  work: (context: ProviderContext) => Promise<T>,
  endingOf: (result: T) => Ending,
): Promise<T> {
  operations += 1;
  const mine = context.forOperation(operations);
  const startedAt = context.runtime.now();
  const end = (ending: Ending): void =>
    mine.telemetry.emit({ type: 'end', operation, ...ending, startedAt, durationMs: context.runtime.now() - startedAt });
  mine.telemetry.emit({ type: 'start', operation, startedAt });
  try {
    const result = await work(mine);
    end(endingOf(result));
    return result;
  } catch (error) {
    end(isPayoutError(error) ? { outcome: error.outcome, code: error.code, replayed: false } : { ...DONE, code: 'exception' });
    throw error;
  }
}

/** How an operation that resolves to an outcome has ended. */
export function endingOf(result: PayoutOutcome): Ending {
  const { outcome } = result;
  if (outcome !== 'accepted') return { outcome, code: result.error.code, replayed: false };
  return { outcome, code: null, replayed: result.replayed };
}
