import type { FormMap } from '../form.ts';

/** A request that has been let in: whose world it concerns, what its path and its parameters say. */
export interface Call<State, Account> {
  readonly state: State;
  readonly account: Account;
  readonly values: Readonly<Record<string, string>>;
  readonly form: FormMap;
}

/** One operation: the JSON of the answer, or a {@link Refusal} thrown. Stripe answers 200 to all of them. */
export type Operation<State, Account> = (call: Call<State, Account>) => object;
