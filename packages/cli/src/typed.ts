import { CliError } from './exit-code.ts';

/** ISO 8601: a date, or a time with its zone. Without one it would be another time on another machine. */
const TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** A time as it was typed. @throws {CliError} `usage` for what is none, such as 30 February. */
export function timeOf(flag: string, text: string): string {
  const day = TIME.exec(text)?.[1];
  const midnight = Date.parse(`${day ?? ''}T00:00:00Z`);
  if (day !== undefined && !Number.isNaN(Date.parse(text)) && !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day)) {
    return text;
  }
  throw new CliError('usage', `${flag} is a time, such as 2026-11-23T09:00:00Z, or a date, such as 2026-11-23.`);
}

/** A number as it was typed: digits, and a point where `whole` is not asked for. `NaN` for anything else, also for nothing. */
export function numberOf(text: string, whole = true): number {
  return (whole ? /^\d{1,15}$/ : /^\d{1,15}(\.\d{1,15})?$/).test(text) ? Number(text) : Number.NaN;
}

/** What commander says, in our style. What was typed is not repeated: it can be the number of an account. */
export function withoutValues(text: string): string {
  return text
    .trim()
    .replace(/^error: /, '')
    .replace(/^(unknown option '[^'=]*)=[^]*'/, "$1'")
    .replace(/^(unknown (?:option|command)) '(?!-{0,2}[a-z-]{1,30}')[^]*'/i, '$1')
    .replace(/^option '([^']+)' argument '[^]*' is invalid\. /, '$1: ')
    .replace(/^command-argument value '[^]*' is invalid for argument '([^']+)'\. /, '$1: ')
    .replace(/(but got \d+): [^]*\.$/, '$1.')
    .replaceAll('\n', ' ')
    .replace('Allowed choices are', 'one of')
    .replace(': It is ', ': it is ');
}
