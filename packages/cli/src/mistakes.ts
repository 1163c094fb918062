// Everything that is wrong with what was typed is told at once: whoever corrects one mistake does not run into the next.
import { isPayoutError, type PayoutError } from '@disburse/core';
import { CliError, EXIT, exitCodeOf, type LocatedIssue } from './exit-code.ts';
import { inCommandWords } from './words.ts';

/** Something was typed, or configured, wrong. */
type Mistake = CliError | PayoutError;

type Checks<Results extends readonly unknown[]> = {
  readonly [Index in keyof Results]: () => Results[Index] | Promise<Results[Index]>;
};

/**
 * What each check answers.
 *
 * @throws {CliError | PayoutError} All mistakes in one; what is no mistake of whoever types, as it is.
 */
export async function together<Results extends readonly unknown[]>(...checks: Checks<Results>): Promise<Results> {
  const results: unknown[] = [];
  const [first, ...more] = await mistakesOf(...checks.map((check) => async () => results.push(await check())));
  if (first !== undefined) throw allOf(first, ...more);
  return results as unknown as Results; // Each check has its own result, in this order.
}

/** The mistakes that any of the checks finds, in their order. */
export async function mistakesOf(...checks: readonly (() => unknown)[]): Promise<readonly Mistake[]> {
  const mistakes: Mistake[] = [];
  for (const check of checks) {
    try {
      await check();
    } catch (error) {
      if (!isMistake(error)) throw error;
      mistakes.push(error);
    }
  }
  return mistakes;
}

function isMistake(error: unknown): error is Mistake {
  if (error instanceof CliError) return error.exitCode === EXIT.usage;
  return isPayoutError(error) && exitCodeOf(error, false) === EXIT.usage;
}

/** Several mistakes as one. */
export function allOf(first: Mistake, ...more: readonly Mistake[]): Mistake {
  if (more.length === 0) return first;
  const mistakes = [first, ...more];
  return new CliError('usage', problemsText(mistakes.flatMap(linesOf)), {
    advice: [...new Set(mistakes.flatMap((mistake) => (mistake instanceof CliError ? mistake.advice : [])))],
    issues: mistakes.flatMap(issuesOf),
  });
}

/** Problems under their number, a line each; one as it is. */
export function problemsText(lines: readonly string[]): string {
  return lines.length === 1 ? lines.join('') : [`${lines.length} problems:`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function linesOf(mistake: Mistake): readonly string[] {
  if (mistake instanceof CliError) return [mistake.message];
  const { issues, message } = inCommandWords(mistake);
  return issues.length === 0 ? [message] : issues.map(({ path, message: problem }) => (path === '' ? problem : `${path}: ${problem}`));
}

function issuesOf(mistake: Mistake): readonly LocatedIssue[] {
  if (mistake instanceof CliError) return mistake.issues;
  return inCommandWords(mistake).issues.map(({ path, message }) => ({ path, message, line: null, column: null }));
}
