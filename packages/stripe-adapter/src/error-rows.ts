// The rows of the error tables, and what they conclude. See errors.ts for how they are read.
import type { PayoutErrorCode } from '@disburse/core';

/** What an answer without success says, as far as it decides anything. */
export interface SeenError {
  readonly status: number;
  /** Whether the body is Stripe's envelope; a proxy's page is not. */
  readonly enveloped: boolean;
  /** Whether the status alone says what happened: the body is Stripe's, or nothing was asked that changes anything. */
  readonly telling: boolean;
  readonly type: string | null;
  readonly code: string | null;
  readonly param: string | null;
  readonly message: string | null;
}

/** What is concluded: see `Refusal` of `@disburse/core` for `key` and `resend`. */
export type Conclusion = { readonly as: PayoutErrorCode; /** For people: what it means and what to do. */ readonly says: string } & (
  | { readonly outcome: 'rejected'; readonly keyState: 'unused' | 'maybe_stored' | 'never_valid' | 'needs_person' }
  | { readonly outcome: 'unknown'; readonly resend: boolean }
);

/** A rule that looks at more than the code. */
export interface StatusRow {
  readonly source: string;
  readonly when: (seen: SeenError) => boolean;
  readonly means: Conclusion;
}

/** A rule for error codes. Order matters: the first row that matches counts. */
export type CodeRow = {
  readonly source: string;
  readonly codes: readonly string[];
  /** Only with one of these values of `error.param`. */
  readonly params?: readonly string[] | undefined;
  /** Only with this HTTP status. */
  readonly status?: number | undefined;
} & Conclusion;

/** A rule for errors without a code: a fragment of the message is the only sign. */
export type MessageRow = {
  readonly source: string;
  /** In lower case. */
  readonly fragment: string;
  readonly param?: string | undefined;
} & Extract<Conclusion, { outcome: 'rejected' }>;
