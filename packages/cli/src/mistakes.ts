// Everything that is wrong with what was typed is told at once: whoever corrects one mistake does not run into the next.
import { isPayoutError, PayoutError } from '@disburse/core';
import { CliError, EXIT, exitCodeOf, type LocatedIssue } from './exit-code.ts';
import { told } from './words.ts';

type Checks<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: () => Results[Index] | Promise<Results[Index]>;
};

/**
 * Runs every check, also where an earlier one found a mistake.
 *
 * @throws {CliError} `usage` with all mistakes; what is no mistake of whoever types is thrown as it is.
 */
export async function together<Results extends readonly unknown[]>(...checks: Checks<Results>): Promise<Results> {
  const results = [];
  const mistakes: (CliError | PayoutError)[] = [];
  for (const check of checks) {
    const result = await mistakeOr(check);
    if (isMistake(result)) mistakes.push(result);
    else results.push(result);
  }
  const mistake = oneMistake(mistakes);
  if (mistake !== null) throw mistake;
  return results as unknown as Results; // Each check has its own result, in this order.
}

/** What a check found, or the mistake that it found. */
export async function mistakeOr<Result>(check: () => Result | Promise<Result>): Promise<Result | CliError | PayoutError> {
  try {
    return await check();
  } catch (error) {
    if (isMistake(error)) return error;
    throw error;
  }
}

/** Whether it says that something was typed, or configured, wrong. */
export function isMistake(error: unknown): error is CliError | PayoutError {
  if (error instanceof CliError) return error.exitCode === EXIT.usage;
  return isPayoutError(error) && exitCodeOf(error, false) === EXIT.usage;
}

/** Several mistakes as one; `null` where there are none. */
export function oneMistake(mistakes: readonly (CliError | PayoutError)[]): CliError | PayoutError | null {
  const [first, ...more] = mistakes;
  if (first === undefined || more.length === 0) return first ?? null;
  const lines = mistakes.flatMap(linesOf);
  return new CliError('usage', [`${lines.length} problems:`, ...lines.map((line) => `  ${line}`)].join('\n'), {
    advice: [...new Set(mistakes.flatMap((mistake) => (mistake instanceof CliError ? mistake.advice : [])))],
    issues: mistakes.flatMap(issuesOf),
  });
}

function linesOf(mistake: CliError | PayoutError): readonly string[] {
  if (mistake instanceof CliError) return [mistake.message];
  const { issues, message } = told(mistake);
  return issues.length === 0 ? [message] : issues.map(({ path, message: problem }) => (path === '' ? problem : `${path}: ${problem}`));
}

function issuesOf(mistake: CliError | PayoutError): readonly LocatedIssue[] {
  if (mistake instanceof CliError) return mistake.issues;
  return told(mistake).issues.map(({ path, message }) => ({ path, message, line: null, column: null }));
}
