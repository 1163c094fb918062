import type { AccessRule } from './credentials.ts';
import type { Body, Query } from './parameters.ts';
import type { ModeState, MollieState } from './state.ts';

/** A request that has been let in: whose world it concerns, what its path and its parameters say. */
export interface Call {
  readonly state: MollieState;
  readonly world: ModeState;
  /** Scheme and host for links. */
  readonly origin: string;
  readonly path: string;
  readonly values: Readonly<Record<string, string>>;
  /** Only known parameters, `testmode` among them. */
  readonly query: Query;
  /** Only known parameters, without `testmode`. */
  readonly body: Body;
}

/** One operation: who may call it, its closed set of parameters, and what it answers. */
export interface Operation extends AccessRule {
  readonly status: 200 | 201;
  /** Where an organization-level token says which mode it means. */
  readonly testmode: 'query' | 'body' | 'nowhere';
  readonly query: readonly string[];
  readonly body: readonly string[];
  /** Answers the JSON, or throws a {@link Refusal}. */
  readonly run: (call: Call) => object;
}
