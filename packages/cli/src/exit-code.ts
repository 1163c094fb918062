import type { PayoutError } from '@disburse/core';

/**
 * What a script is told by the exit code.
 *
 * `0` done, or accepted. `2` usage or configuration. `3` rejected: certainly nothing exists. `4` unknown: a payout may exist, or
 * a change may have taken effect. `5` nothing was sent, a read failed, or it was interrupted. For a command that changes something 4
 * always wins.
 */
export type ExitCode = 0 | 2 | 3 | 4 | 5;

export const EXIT: {
  readonly done: 0;
  readonly usage: 2;
  readonly rejected: 3;
  readonly unknown: 4;
  readonly nothing: 5;
} = { done: 0, usage: 2, rejected: 3, unknown: 4, nothing: 5 };

/** What goes wrong before or beside a provider. */
export type CliErrorCode = 'usage' | 'config' | 'not_confirmed' | 'unresolved' | 'interrupted' | 'unavailable' | 'internal';

/** A mistake of the user, or a command that could not go on; never a bug. */
export class CliError extends Error {
  override readonly name: string = 'CliError';
  readonly code: CliErrorCode;
  readonly exitCode: ExitCode;
  /** What to do next, a line each. */
  readonly advice: readonly string[];
  readonly issues: readonly LocatedIssue[];

  constructor(code: CliErrorCode, message: string, more: CliErrorDetails = {}) {
    super(message);
    this.code = code;
    this.exitCode = more.exitCode ?? (code === 'usage' || code === 'config' ? EXIT.usage : EXIT.nothing);
    this.advice = more.advice ?? [];
    this.issues = more.issues ?? [];
  }
}

interface CliErrorDetails {
  readonly exitCode?: ExitCode | undefined;
  readonly advice?: readonly string[] | undefined;
  readonly issues?: readonly LocatedIssue[] | undefined;
}

/** A problem and, for a file, where it is; lines and columns count from 1. */
export interface LocatedIssue {
  readonly path: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** What is wrong with what was typed, when it is no provider that says so. */
const MISTAKES: readonly PayoutError['code'][] = ['invalid_request', 'invalid_settings', 'unsupported'];

/**
 * How a thrown error ends a command.
 *
 * @param changes Whether the command can change something at the provider.
 */
export function exitCodeOf(error: PayoutError, changes: boolean): ExitCode {
  if (changes && error.outcome === 'unknown') return EXIT.unknown;
  if (error.httpStatus === null && MISTAKES.includes(error.code)) return EXIT.usage; // Found before anything was asked of anybody.
  return changes && error.outcome === 'rejected' ? EXIT.rejected : EXIT.nothing;
}
