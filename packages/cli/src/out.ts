import { isPayoutError, type Payout, type PayoutError } from '@disburse/core';
import { CliError } from './exit-code.ts';
import { type SecretValues, withoutAccountNumbers } from './hide.ts';
import type { ErrorRecord, PayoutRecord } from './records.ts';
import { printable } from './style.ts';
import { inCommandWords } from './words.ts';

/**
 * A payout for `--json`: what the provider said verbatim only when it was asked for.
 *
 * @param account The connected account that it was read of.
 */
export function payoutRecord(payout: Payout, raw: boolean | undefined, account?: string | null): PayoutRecord {
  const whose = account == null ? {} : { account };
  if (raw === true) return { ...payout, ...whose };
  const { raw: _, ...record } = payout;
  return { ...record, ...whose };
}

export function errorRecord(error: PayoutError | CliError, secrets: SecretValues): ErrorRecord {
  if (isPayoutError(error)) {
    const { message, issues: problems, providerMessage } = inOurWords(error, secrets);
    const { code, outcome, httpStatus, providerCode, requestId, retryAfterSeconds, payoutId } = error;
    const provider = error.provider === STORE ? null : error.provider;
    const issues = problems.map(({ path, message: problem }) => ({ path, message: problem, line: null, column: null }));
    return { code, message, provider, outcome, httpStatus, providerCode, providerMessage, requestId, retryAfterSeconds, payoutId, issues };
  }
  return {
    code: error.code,
    message: error.message,
    provider: null,
    outcome: null,
    httpStatus: null,
    providerCode: null,
    providerMessage: null,
    requestId: null,
    retryAfterSeconds: null,
    payoutId: null,
    issues: error.issues,
  };
}

/** What a provider says may repeat the number of an account; where our own sentence repeats it, too. */
function inOurWords(error: PayoutError, secrets: SecretValues): Pick<PayoutError, 'message' | 'issues' | 'providerMessage'> {
  const { message, issues } = inCommandWords(error);
  const { providerMessage: said } = error;
  if (said === null || said === '') return { message, issues, providerMessage: said };
  const providerMessage = withoutAccountNumbers(secrets.hideIn(said)); // In this order: what is left of a secret is not found.
  return { message: message.replaceAll(said, () => providerMessage), issues, providerMessage };
}

/** How core calls the store of this command; no provider is called that. */
const STORE = 'fileSubmissions';

/** An error for people: what happened, what the provider said, and each problem with its place. */
export function errorLines(error: PayoutError | CliError, secrets: SecretValues): readonly string[] {
  if (isPayoutError(error)) {
    const { message, providerMessage: said } = inOurWords(error, secrets);
    const lines = message.split('\n').map(printable);
    if (said !== null && !message.includes(said)) lines.push(`the provider said: ${printable(said)}`);
    if (error.requestId !== null) lines.push(`request ${printable(error.requestId)}`);
    return lines;
  }
  return [
    ...error.message.split('\n').map(printable),
    ...error.issues.flatMap(({ path, message, line, column }) => {
      const place = line === null ? '' : `${line}:${column}  `;
      const text = path === '' ? message : `${path}: ${message}`;
      return line === null && error.message.includes(text) ? [] : [`  ${place}${printable(text)}`]; // Told already, among others.
    }),
  ];
}
