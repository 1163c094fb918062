import type { DecodedCreate } from '../adapter/spec.ts';
import type { AdapterRules } from './context.ts';
import type { PayoutIssue } from '../errors.ts';
import { sameMoney } from '../money/money.ts';
import type { Submission } from '../stores/submission.ts';

/**
 * Where a submission contradicts its own request (NEVER-TWICE R4).
 *
 * Such a submission would send another amount than was asked for. A lookup would search for a token that was never sent.
 *
 * @param decode The adapter's `decodeCreate`. A blanked body is not read, because it is never sent.
 */
export function disagreementsOf(decode: AdapterRules['decode'], submission: Submission): readonly PayoutIssue[] {
  const { correlation, key, request } = submission;
  const token =
    correlation.token === key ? [] : [{ path: 'submission.correlation.token', message: 'must be the key: both are derived as one' }];
  if (request.body === '') return token;
  const sent = decode(request);
  if (sent !== null) return [...token, ...differences(submission, sent)];
  const message = 'has a path, a header, a field or a form that a create of this provider never has';
  return [...token, { path: 'submission.request', message }];
}

const FACTS: readonly (readonly [path: string, holds: (submission: Submission, sent: DecodedCreate) => boolean, where: string])[] = [
  ['money', ({ money }, sent) => isSameMoney(money, sent.money), 'body'],
  ['source', ({ source }, sent) => source === sent.source, 'path or body'],
  ['account', ({ account }, sent) => account === sent.account, 'headers'],
  ['live', ({ live }, sent) => sent.live === null || live === sent.live, 'body'],
  ['correlation', ({ correlation: { by, token } }, sent) => sent.token === (by === 'none' ? null : token), 'body'],
];

function differences(submission: Submission, sent: DecodedCreate): readonly PayoutIssue[] {
  return FACTS.filter(([, holds]) => !holds(submission, sent)).map(([path, , where]) => ({
    path: `submission.${path}`,
    message: `must be what the ${where} of its own request says`,
  }));
}

function isSameMoney(a: Submission['money'], b: Submission['money']): boolean {
  return a === 'full_balance' || b === 'full_balance' ? a === b : sameMoney(a, b);
}

/** Whether two requests agree in headers, correlation and money. Path and body are compared elsewhere. */
export function saysTheSame(a: Submission, b: Submission): boolean {
  const names = Object.keys(a.request.headers);
  return (
    a.correlation.by === b.correlation.by &&
    a.correlation.token === b.correlation.token &&
    isSameMoney(a.money, b.money) &&
    names.length === Object.keys(b.request.headers).length &&
    names.every((name) => Object.hasOwn(b.request.headers, name) && a.request.headers[name] === b.request.headers[name])
  );
}
