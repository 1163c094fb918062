import type { SimulatedAnswer } from './exchange.ts';

/** What distinguishes one use of a key from another. */
export interface KeyUse {
  /** The key within its namespace (an account, a mode). */
  readonly key: string;
  readonly endpoint: string;
  /** The parameters, in a form that is equal exactly when they are. */
  readonly parameters: string;
}

/** What a provider remembers of a key. */
export type KeyState =
  | { readonly state: 'unknown' }
  | { readonly state: 'in_flight' }
  | { readonly state: 'other_endpoint'; readonly first: KeyUse }
  | { readonly state: 'other_parameters'; readonly first: KeyUse }
  | { readonly state: 'stored'; readonly answer: SimulatedAnswer };

/** How long a provider keeps keys. */
export interface IdempotencyRules {
  /** Milliseconds from first use; from then on the key counts as new. */
  readonly leaseMs: number;
}

/** The keys of one world. */
export interface IdempotencyKeys {
  /** What is known of this use at `now`. */
  look(use: KeyUse, now: number): KeyState;
  /** A request with this key is being executed. */
  begin(use: KeyUse, now: number): void;
  /** It is done, and this is what the key will answer from now on. */
  keep(use: KeyUse, answer: SimulatedAnswer, now: number): void;
  /** It is done, and there is nothing to keep. */
  forget(use: KeyUse): void;
  /** Forgets every key that is not in flight. */
  expire(): void;
}

interface Entry {
  readonly use: KeyUse;
  readonly since: number;
  /** Null while the request is executed. */
  readonly answer: SimulatedAnswer | null;
}

/** Creates an empty memory of idempotency keys. */
export function createIdempotencyKeys(rules: IdempotencyRules): IdempotencyKeys {
  const entries = new Map<string, Entry>();
  return {
    look: (use, now) => {
      const entry = entries.get(use.key);
      if (entry === undefined) return { state: 'unknown' };
      if (entry.answer !== null && now - entry.since >= rules.leaseMs) return { state: 'unknown' };
      if (entry.use.endpoint !== use.endpoint) return { state: 'other_endpoint', first: entry.use };
      if (entry.use.parameters !== use.parameters) return { state: 'other_parameters', first: entry.use };
      return entry.answer === null ? { state: 'in_flight' } : { state: 'stored', answer: entry.answer };
    },
    begin: (use, now) => {
      entries.set(use.key, { use, since: now, answer: null });
    },
    keep: (use, answer, now) => {
      entries.set(use.key, { use, since: entries.get(use.key)?.since ?? now, answer });
    },
    forget: (use) => {
      entries.delete(use.key);
    },
    expire: () => {
      for (const [key, entry] of entries) if (entry.answer !== null) entries.delete(key);
    },
  };
}
