import { errorOfIssues, type PayoutIssue } from '../errors.ts';

/** What an adapter found wrong with a call, and what that says about a change. */
export interface RefusedCall {
  /** The configured name. */
  readonly provider: string;
  readonly problems: readonly PayoutIssue[];
  /** `rejected` for a call that could have changed something: then nothing was changed. @default null */
  readonly outcome?: 'rejected' | null;
}

/**
 * Refuses a call before anything is sent, with every problem at once; does nothing without a problem.
 *
 * @throws {PayoutError} `invalid_request`.
 */
export function refuseProblems({ provider, problems, outcome = null }: RefusedCall): void {
  if (problems.length > 0) throw errorOfIssues('invalid_request', problems, { provider, outcome });
}
