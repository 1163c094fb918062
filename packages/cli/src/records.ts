// What `--json` prints, one record a line: docs/cli.md tells it in words, record-schemas.ts checks it.
import type {
  Balance,
  Capabilities,
  Finality,
  Notice,
  AppliedSnapshot,
  Payout,
  PayoutEvent,
  PayoutOutcome,
  RetryAdvice,
  Submission,
} from '@disburse/core';
import type { ExitCode, LocatedIssue } from './exit-code.ts';

/** A payout; `raw`, the provider's own answer, only with `--raw`; `account` where it is of a connected account. */
export type PayoutRecord = Omit<Payout, 'raw'> & { readonly raw?: unknown; readonly account?: string };

export interface ErrorRecord {
  /** A code of PayoutError, or one of the command's own: usage, config, not_confirmed, unresolved, interrupted, unavailable, internal. */
  readonly code: string;
  readonly message: string;
  readonly provider: string | null;
  readonly outcome: 'rejected' | 'unknown' | null;
  readonly httpStatus: number | null;
  readonly providerCode: string | null;
  readonly providerMessage: string | null;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  readonly payoutId: string | null;
  readonly issues: readonly LocatedIssue[];
}

/** A submission without its request, whose body can hold an account number: `file` holds all of it. */
export type SubmissionRecord = Pick<
  Submission,
  'name' | 'provider' | 'account' | 'source' | 'live' | 'reference' | 'attempt' | 'money' | 'key' | 'preparedAt'
> & { readonly file: string | null };

export type NextRecord =
  | { readonly action: 'submit'; readonly notBefore: string }
  | { readonly action: 'review'; readonly candidates: readonly PayoutRecord[] };

export interface OutcomeRecord {
  readonly outcome: PayoutOutcome['outcome'];
  readonly payout: PayoutRecord | null;
  readonly replayed: boolean;
  readonly retry: RetryAdvice | null;
  readonly next: NextRecord | null;
  readonly notices: readonly Notice[];
  readonly submission: SubmissionRecord | null;
}

/** What is not resolved. */
export interface OpenRecord {
  readonly submission: SubmissionRecord;
  /** `refused`: the last word was a refusal that spent no key, so nothing exists and it may be sent again. */
  readonly state: 'may_exist' | 'refused';
  /** Since it was prepared. */
  readonly ageSeconds: number;
  /** Why it was refused. */
  readonly reason: string | null;
  readonly next: { readonly action: 'submit'; readonly notBefore: string } | { readonly action: 'review' };
}

/** How many ended how, of `submit --all`. */
export interface SummaryRecord {
  readonly accepted: number;
  readonly rejected: number;
  readonly unknown: number;
  /** Not due yet, or for a person: nothing was sent of them. */
  readonly waiting: number;
}

export interface RequestRecord {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface DryRunRecord {
  readonly request: RequestRecord;
  /** What was left out of headers and body because nobody should read it. */
  readonly hidden: readonly string[];
  readonly submission: SubmissionRecord;
  /** Whether this reference has been submitted before. */
  readonly kept: boolean;
}

export interface PossibleRecord {
  readonly possible: boolean;
  /** Why it is not possible. */
  readonly reason: string | null;
  /** What else must hold for it, as far as the provider says; the payout does not tell. */
  readonly condition: string | null;
}

interface OnePayout {
  readonly payout: PayoutRecord;
}

/** What each command answers under `result`. */
export interface Results {
  readonly init: {
    readonly file: string;
    /** The `.gitignore` of what is kept beside it; `null` where none could be written. */
    readonly ignored: string | null;
    readonly simulated: boolean;
    readonly providers: readonly { readonly name: string; readonly adapter: string }[];
  };
  readonly providers: {
    readonly config: string;
    readonly default: string | null;
    readonly providers: readonly { readonly name: string; readonly adapter: string; readonly capabilities: Capabilities }[];
  };
  readonly check: {
    readonly config: string;
    readonly providers: readonly {
      readonly name: string;
      readonly adapter: string;
      readonly ok: boolean;
      readonly read: 'balances' | 'list';
      readonly error: ErrorRecord | null;
    }[];
  };
  /** With `--dry-run` a {@link DryRunRecord}. */
  readonly create: OutcomeRecord | DryRunRecord;
  /** With `--all` one each, and a {@link SummaryRecord} at the end. */
  readonly submit: OutcomeRecord | SummaryRecord;
  readonly lookup: OutcomeRecord;
  readonly resolve: OutcomeRecord;
  readonly open: { readonly submissions: readonly OpenRecord[] };
  readonly get: OnePayout;
  readonly cancel: OnePayout;
  readonly update: OnePayout;
  readonly reverse: OnePayout;
  readonly list: { readonly payouts: readonly PayoutRecord[]; readonly nextCursor: string | null };
  readonly balances: { readonly balances: readonly Balance[] };
  /** One a change; the last one says `end`. */
  readonly follow: {
    readonly observation: AppliedSnapshot['result'] | 'first' | 'end';
    readonly at: string;
    readonly from: string | null;
    readonly payout: PayoutRecord;
  };
  readonly explain: {
    readonly payout: PayoutRecord;
    readonly finality: Finality;
    readonly returns: { readonly text: string; readonly source: string };
    readonly cancel: PossibleRecord;
    readonly reverse: PossibleRecord;
    readonly submission: SubmissionRecord | null;
    /** What is on record of that submission: that this payout is its own, nothing yet, or that it made none. */
    readonly recorded: 'accepted' | 'unresolved' | 'rejected' | null;
    readonly facts: readonly string[];
  };
  /** One a delivery, after the first, which says where it listens. */
  readonly listen:
    | { readonly listening: string }
    | { readonly event: Omit<PayoutEvent, 'payout'> & { readonly payout: PayoutRecord | null } }
    | { readonly refused: string }
    | { readonly ignored: string };
  readonly events: {
    readonly providers: readonly {
      readonly adapter: string;
      readonly types: readonly { readonly type: string; readonly meaning: string }[];
      readonly source: string;
    }[];
  };
  readonly 'events send': { readonly url: string; readonly type: string; readonly id: string; readonly status: number };
  /** The first says what was started, then one a line of the console. */
  readonly simulate:
    | { readonly ready: { readonly file: string; readonly now: string; readonly providers: Readonly<Record<string, string>> } }
    | { readonly line: string; readonly answer: readonly string[] }
    | {
        readonly undelivered: {
          readonly adapter: string;
          readonly type: string;
          readonly status: number | null;
          readonly failure: string | null;
        };
      };
}

/** Commands that print records. */
export type CommandName = keyof Results;

/** One line of `--json`. */
export interface JsonRecord<Name extends CommandName = CommandName> {
  /** The version of this format: it changes only with a major version of the package. */
  readonly disburse: 1;
  /** `null` where no command was understood. */
  readonly command: Name | null;
  /** `null` where more records follow. The last one says what the process exits with. */
  readonly exitCode: ExitCode | null;
  /** `null` where an error says it all. */
  readonly result: Results[Name] | null;
  readonly error: ErrorRecord | null;
  /** What to do next, a line each, for people. */
  readonly advice: readonly string[];
}
