import { isPayoutError, type Payout, type PayoutError } from '@disburse/core';
import { CliError } from './exit-code.ts';
import type { ErrorRecord, PayoutRecord } from './records.ts';
import { printable } from './style.ts';
import { told } from './words.ts';

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

export function errorRecord(error: PayoutError | CliError): ErrorRecord {
  if (isPayoutError(error)) {
    const { message, issues: problems } = told(error);
    const { code, outcome, httpStatus, providerCode, providerMessage, requestId, retryAfterSeconds, payoutId } = error;
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

/** How core calls the store of this command; no provider is called that. */
const STORE = 'fileSubmissions';

/** An error for people: what happened, what the provider said, and each problem with its place. */
export function errorLines(error: PayoutError | CliError): readonly string[] {
  const lines = (isPayoutError(error) ? told(error) : error).message.split('\n').map(printable);
  if (isPayoutError(error)) {
    const said = error.providerMessage;
    if (said !== null && !error.message.includes(said)) lines.push(`the provider said: ${printable(said)}`);
    if (error.requestId !== null) lines.push(`request ${printable(error.requestId)}`);
    return lines;
  }
  return [
    ...lines,
    ...error.issues.map(({ path, message, line, column }) => {
      const place = line === null ? '' : `${line}:${column}  `;
      return `  ${place}${printable(path === '' ? message : `${path}: ${message}`)}`;
    }),
  ];
}
