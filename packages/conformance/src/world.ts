import type { AnyAdapterFactory, FailureReason, Money, PayoutStatus } from '@disburse/core';
import type { RequestFeature } from '@disburse/core/adapter';

/** A JSON object as the provider sends it. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer as the provider would give it. An object is sent as JSON. */
export interface ScriptedAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body: string | Json;
}

/** An amount in the provider's own form, both as texts: `{ amount: '1050', currency: 'usd' }`. */
export interface WireMoney {
  readonly amount: string;
  readonly currency: string;
}

/** One word of the provider's status table. */
export interface StatusRow {
  readonly word: string;
  readonly status: PayoutStatus;
  /** What else must be so in the object for the word to mean this. */
  readonly edit?: ((payout: Json) => Json) | undefined;
}

/** One currency of the provider's money table, or one amount worth trying. */
export interface AmountRow {
  readonly money: Money;
  /** As a create sends it, and as an answer brings it back. */
  readonly wire: WireMoney;
}

/** Answers of the provider to a create, as its documentation shows them. Nothing was done before any of them. */
export interface ProviderAnswers {
  /** For a reason that may go away, such as too little money, and without the replay mark. */
  readonly refusal: ScriptedAnswer;
  /** The credential is not accepted. */
  readonly unauthorized: ScriptedAnswer;
  /** Too many requests, without `Retry-After`: the suite adds it. */
  readonly rateLimited: ScriptedAnswer;
  /** Another request with the same key is still running. */
  readonly inFlight: ScriptedAnswer;
  /** The key was used before with other parameters. */
  readonly keyReused: ScriptedAnswer;
  /** Something went wrong at the provider, in its own JSON. */
  readonly serverError: ScriptedAnswer;
  /** What is added to the headers of an answer that only repeats an earlier one. */
  readonly replayMark: Readonly<Record<string, string>>;
}

/** Changes of one payout object on its way to the client. Each answers a changed copy. */
export interface PayoutEdits {
  readonly status: (payout: Json, word: string) => Json;
  readonly money: (payout: Json, wire: WireMoney) => Json;
  /** Leaves only what the documentation promises in every answer. */
  readonly bare: (payout: Json) => Json;
  /** Makes it a failed payout with this code. Needed where `failures` has rows. */
  readonly failure?: ((payout: Json, code: string) => Json) | undefined;
  /** Makes it carry this token of ours. Needed where `capabilities.lookup` is not `none`. */
  readonly token?: ((payout: Json, token: string) => Json) | undefined;
  /** From test to live, or back. Needed where the credential tells the mode. */
  readonly otherMode?: ((payout: Json) => Json) | undefined;
}

/** A payout as it exists at the provider. */
export interface WorldPayout {
  readonly id: string;
  /** The object as the provider would send it now. */
  readonly body: object;
}

/** One provider with its memory, for one check. */
export interface OpenWorld {
  /** The provider's time. The suite alone moves it, and hands it to the adapter as its `runtime`. */
  readonly clock: { now(): number; advance(ms: number): void | Promise<void> };
  /** The provider's side. Its answers carry a `Date` of its clock. */
  readonly fetch: typeof globalThis.fetch;
  /** The adapter's own settings, secrets included. The common ones (`name`, `fetch`, `runtime`, ...) are the suite's. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The same settings with another credential, which the provider accepts from now on, for the same account and mode. */
  rotated(): Readonly<Record<string, unknown>>;
  /** A create that the provider accepts, without its `reference`; for a small amount of the currency that there is plenty of. */
  readonly request: Readonly<Record<string, unknown>>;
  /** What to add to `request` for each feature that `capabilities.request` declares. */
  readonly features: { readonly [F in RequestFeature]?: Readonly<Record<string, unknown>> };
  /** What exists, oldest first. */
  payouts(): readonly WorldPayout[];
  /** Moves a payout to one of `reaches`, or to `comesBackAs` once it is paid; by the steps that the provider knows. */
  move(id: string, to: PayoutStatus): void | Promise<void>;
  /** Somebody else makes a payout of the same amount from the same account, without our token: the Dashboard, another program. */
  foreign(): string | Promise<string>;
  /** What `balances()` must show, in any order. Needed where it is declared. */
  readonly available?: (() => readonly Money[]) | undefined;
  /** What requests or answers hold beside the credentials that no error and no event may tell, such as account numbers. */
  readonly personal?: readonly string[] | undefined;
}

/**
 * One provider as the suite needs it: his factory, his facts, and worlds to try them in.
 *
 * Write the tables from the provider's documentation, not from the adapter: what both copy from each other proves nothing.
 */
export interface ConformanceWorld {
  readonly factory: AnyAdapterFactory;
  /** A world without payouts, apart from every other. */
  open(): OpenWorld | Promise<OpenWorld>;
  readonly answers: ProviderAnswers;
  readonly edits: PayoutEdits;
  /** Every word of the documentation. */
  readonly statuses: readonly StatusRow[];
  /** What `move` can bring a new payout to. */
  readonly reaches: readonly PayoutStatus[];
  /** How the provider shows a payout that was paid and whose money came back. */
  readonly comesBackAs: 'failed' | 'returned';
  /** Every failure code of the documentation. */
  readonly failures: readonly { readonly code: string; readonly reason: FailureReason }[];
  /** A row for each form of currency: two, no, three decimals, special cases, the largest amount. */
  readonly amounts: readonly AmountRow[];
  /** Amounts in the exact form of `Money` that the provider does not take: wrong steps, too much, currencies it lacks. */
  readonly refusedAmounts: readonly Money[];
  /** The amount in the body of a create. */
  sentMoney(body: string): WireMoney;
}
