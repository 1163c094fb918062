import type { SimulatedAnswer } from './exchange.ts';
import type { IdempotencyKeys, KeyUse } from './idempotency.ts';

/** One request that a provider has taken in. */
export interface OpenExchange {
  /** What it answers without executing anything: a refusal of the protocol, a replay. Null when it will execute. */
  readonly settled: SimulatedAnswer | null;
  /** Executes and answers. Called at most once. */
  execute(): SimulatedAnswer;
  /** Makes the idempotency key keep this answer instead of the provider's own. */
  store(answer: SimulatedAnswer): void;
  /** Lets go of the idempotency key without having executed. */
  abandon(): void;
}

/** An exchange that is answered already: nothing will be executed. */
export function settledBy(answer: SimulatedAnswer): OpenExchange {
  return { settled: answer, execute: () => answer, store: () => undefined, abandon: () => undefined };
}

/** Executes a request that has no idempotency key. */
export function handleUnkeyed(execute: () => SimulatedAnswer): OpenExchange {
  return { settled: null, execute, store: () => undefined, abandon: () => undefined };
}

/** What a request with a key was answered. */
export interface Executed {
  readonly answer: SimulatedAnswer;
  /** Whether the key answers the same from now on. */
  readonly isStored: boolean;
}

/** Holds the key of a new request until it is executed, and lets the key keep or forget the answer then. */
export function handleIdempotent(keys: IdempotencyKeys, use: KeyUse, now: () => number, execute: () => Executed): OpenExchange {
  keys.begin(use, now());
  return {
    settled: null,
    execute: () => {
      const { answer, isStored } = execute();
      if (isStored) keys.keep(use, answer, now());
      else keys.forget(use);
      return answer;
    },
    store: (answer) => {
      keys.keep(use, answer, now());
    },
    abandon: () => {
      keys.forget(use);
    },
  };
}
