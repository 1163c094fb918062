// docs/status.md: every status, failure reason and error of the three providers, in our words, side by side.
import { type FailureReason, finalityOf, type PayoutErrorCode, type PayoutStatus } from '@disburse/core';
import * as mollieErrors from '../packages/balance-adapter/src/errors.ts';
import * as mollieStatus from '../packages/balance-adapter/src/status.ts';
import * as stripeCodes from '../packages/stripe-adapter/src/error-codes.ts';
import * as stripeErrors from '../packages/stripe-adapter/src/errors.ts';
import * as stripeStatus from '../packages/stripe-adapter/src/status.ts';
import * as treasuryErrors from '../packages/stripe-treasury-adapter/src/errors.ts';
import * as treasuryStatus from '../packages/stripe-treasury-adapter/src/status.ts';
import { codes, documentOf, GENERATED, table } from './docs-markdown.ts';

const PROVIDERS = ['Stripe', 'Stripe Treasury', 'Mollie Balances'] as const;

// ---- Statuses --------------------------------------------------------------------------------------------------------

const MEANINGS: Readonly<Record<PayoutStatus, string>> = {
  pending: 'It exists and has not left the provider.',
  in_transit: 'It is on its way and can no longer be canceled.',
  paid: 'The provider reports success. A bank can still send it back: `paid` → `failed` and `paid` → `returned` are normal.',
  failed: 'It did not arrive; `failure` says why. The money is, or will be, back.',
  canceled: 'It was canceled before it left.',
  returned: 'It had arrived or was on its way, and the bank sent it back.',
  unrecognized: 'The provider used a word that this version does not know; `providerStatus` holds it. Keep asking, conclude nothing.',
};
const STATUSES = Object.keys(MEANINGS) as readonly PayoutStatus[];

type Word = readonly [shown: string, status: PayoutStatus];

const stripeWords: readonly Word[] = Object.keys(stripeStatus.STATUS.rows).map((word) => [`\`${word}\``, stripeStatus.STATUS.read(word)]);

/** One word is two statuses, as the object says whether it can still be canceled. */
const treasuryWords: readonly Word[] = Object.keys(treasuryStatus.STATUS.rows).flatMap((word): readonly Word[] => {
  const [open, closed] = [treasuryStatus.statusOf(word, true), treasuryStatus.statusOf(word, false)];
  if (open === closed) return [[`\`${word}\``, open]];
  return [
    [`\`${word}\`, \`cancelable\``, open],
    [`\`${word}\`, not \`cancelable\``, closed],
  ];
});

/** A word, and beside it a reason that changes what the word means. */
const mollieWords: readonly Word[] = Object.keys(mollieStatus.STATUS.rows).flatMap((status): readonly Word[] => {
  const alone = mollieStatus.statusOf({ status, code: null, message: null });
  const reasons = Object.keys(mollieStatus.FAILURE_REASONS).filter(
    (code) => mollieStatus.statusOf({ status, code, message: null }) !== alone && status === 'failed',
  );
  return [
    [`\`${status}\``, alone],
    ...reasons.map((code): Word => [`\`${status}\` because \`${code}\``, mollieStatus.statusOf({ status, code, message: null })]),
  ];
});

function statuses(): string {
  const cell = (words: readonly Word[], status: PayoutStatus): string =>
    words
      .filter(([, ours]) => ours === status)
      .map(([shown]) => shown)
      .join('; ') || (status === 'unrecognized' ? 'anything else' : '–');
  return table(
    ['status', 'finality', ...PROVIDERS],
    STATUSES.map((status) => [
      `\`${status}\``,
      finalityOf(status),
      ...[stripeWords, treasuryWords, mollieWords].map((words) => cell(words, status)),
    ]),
  );
}

// ---- Failure reasons -------------------------------------------------------------------------------------------------

const REASONS: readonly Readonly<Record<string, FailureReason>>[] = [
  stripeStatus.FAILURE_REASONS,
  treasuryStatus.RETURN_REASONS,
  mollieStatus.FAILURE_REASONS,
];

function failureReasons(): string {
  const known = [...new Set(REASONS.flatMap((reasons) => Object.values(reasons)))].toSorted();
  const rows = known.map((reason) => [
    `\`${reason}\``,
    ...REASONS.map((reasons) => codes(Object.keys(reasons).filter((code) => reasons[code] === reason))),
  ]);
  return table(
    ['`failure.reason`', 'Stripe `failure_code`', 'Stripe Treasury `returned_details.code`', 'Mollie `statusReason.code`'],
    rows,
  );
}

// ---- Errors ----------------------------------------------------------------------------------------------------------

const ERRORS: Readonly<Record<PayoutErrorCode, string>> = {
  invalid_request: 'The request is wrong; `issues` or `providerMessage` says how.',
  invalid_state: 'The payout is not in a state that allows it.',
  insufficient_funds: 'The balance does not cover it.',
  invalid_destination: 'The destination cannot take it.',
  authentication: 'The credential was not accepted.',
  permission: 'The credential may not do it.',
  not_found: 'There is no such object.',
  rate_limited: 'Too many requests; `retryAfterSeconds` where the provider says.',
  idempotency_conflict: 'The key, or the reference, was used for something else or is in use right now.',
  payouts_blocked: 'The provider holds payouts of this account back.',
  limit_exceeded: 'It is above a limit of the account.',
  unsupported: 'The provider, or the account, cannot do it.',
  provider_unavailable: 'No answer, or one that says that something is wrong on their side.',
  unexpected_response: 'An answer that cannot be understood; `unreadAnswer` holds a success that could not be read.',
  invalid_settings: 'From the library: settings or a configuration are wrong; every problem is in `issues`.',
  webhook_refused: 'From the library: a webhook is not signed, or not by whom it should be.',
  aborted: 'From the library: the caller aborted.',
  unresolved: 'From the library: nothing can be proven; a person decides with `settle()`.',
};

interface Conclusion {
  readonly as: PayoutErrorCode;
  readonly outcome: 'rejected' | 'unknown';
  readonly key?: string | undefined;
  readonly resend?: boolean | undefined;
}

const AFTER: Readonly<Record<string, string>> = { alive: 'same', ask: 'ask', useless: 'next', human: 'never' };

const shown = (conclusion: Conclusion): string =>
  conclusion.outcome === 'rejected'
    ? `\`${conclusion.as}\`, rejected (${AFTER[conclusion.key ?? ''] ?? '?'})`
    : `\`${conclusion.as}\`, **unknown**${conclusion.resend === true ? ' (sent again)' : ''}`;

const TREASURY_TABLES = { codes: treasuryErrors.CODES, rules: treasuryErrors.RULES };
const SEEN = { status: 400, enveloped: true, type: 'invalid_request_error', code: null, param: null, message: null } as const;
type Seen = Partial<stripeErrors.SeenError>;
const stripeSays = (seen: Seen): string => shown(stripeErrors.concludeFrom({ ...SEEN, ...seen }));
const treasurySays = (seen: Seen): string => shown(stripeErrors.concludeFrom({ ...SEEN, ...seen }, TREASURY_TABLES));

const HTTP_STATUSES = [302, 400, 401, 402, 403, 404, 408, 409, 410, 413, 422, 424, 429, 500, 502, 503] as const;

function byStatus(): string {
  const rows = HTTP_STATUSES.map((status) => {
    const mollie = mollieErrors.rowFor(status, 'create', true);
    const bare = mollieErrors.rowFor(status, 'create', false);
    const cell = mollie === bare ? shown(mollie) : `${shown(mollie)}; without \`field\` ${shown(bare)}`;
    return [`${status}`, stripeSays({ status }), treasurySays({ status }), cell];
  });
  const cancel = mollieErrors.rowFor(409, 'cancel', false);
  return documentOf(table(['HTTP status of a create', ...PROVIDERS], rows), `A 409 to a cancel is, at Mollie, ${shown(cancel)}.`).trimEnd();
}

/** How a row of the tables looks to the provider's client: its code, and what else it must say. */
interface Sign {
  readonly text: string;
  readonly seen: Seen;
}

function signsOf(rows: typeof stripeCodes.CODES): readonly Sign[] {
  return rows.flatMap(({ codes: names, params, status }) =>
    names.flatMap((code) =>
      (params ?? [null]).map((param) => ({
        text: `\`${code}\`${param === null ? '' : `, \`param\` \`${param}\``}${status === undefined ? '' : `, HTTP ${status}`}`,
        seen: { code, param, ...(status === undefined ? {} : { status }) },
      })),
    ),
  );
}

function byCode(): string {
  const early = [...stripeErrors.KEY_CODES, ...stripeErrors.BUSY_CODES].map((code): Sign => ({ text: `\`${code}\``, seen: { code } }));
  const types = ['idempotency_error', 'api_error'].map((type): Sign => ({ text: `\`type\` \`${type}\``, seen: { type } }));
  const inDestination = 'destination_payment_method_data[us_bank_account][routing_number]';
  const inside = ['parameter_missing', null].map((code): Sign => ({
    text: `${code === null ? 'any other code' : `\`${code}\``}, \`param\` \`destination_payment_method_data[…]\``,
    seen: { code, param: inDestination },
  }));
  const messages = stripeCodes.MESSAGES.map(({ fragment, param }): Sign => ({
    text: `no code, "${fragment}"${param === undefined ? '' : `, \`param\` \`${param}\``}`,
    seen: { message: fragment, param: param ?? null },
  }));
  const signs = [...types, ...early, ...signsOf(treasuryErrors.CODES), ...signsOf(stripeCodes.CODES), ...inside, ...messages];
  const unique = [...new Map(signs.map((sign) => [sign.text, sign])).values()];
  const rows = unique.map(({ text, seen }) => [text, stripeSays(seen), treasurySays(seen)]);
  return table(['Stripe says', 'Stripe', 'Stripe Treasury'], rows);
}

// ---- The document ----------------------------------------------------------------------------------------------------

export function statusDocument(): string {
  return documentOf(
    '# Statuses, failure reasons and errors',
    GENERATED,
    'What the providers say, in one set of words. The provider’s own word is always kept beside ours.',
    '## Statuses',
    table(
      ['status', 'it means'],
      STATUSES.map((status) => [`\`${status}\``, MEANINGS[status]]),
    ),
    'An *open* status still moves; *provisional* is a success that can turn; *final* never changes. The providers’ words:',
    statuses(),
    'A failure reason beside another word than `failed` is, at Mollie, a contradiction: `unrecognized`.',
    '## Why a payout failed',
    'A code that is not in this table, or none, is `other`. The provider’s own is in `failure.code` and `failure.message`.',
    failureReasons(),
    '## Errors',
    table(
      ['`error.code`', 'it means'],
      Object.entries(ERRORS).map(([code, meaning]) => [`\`${code}\``, meaning]),
    ),
    'What an answer other than a success means, for a create that nobody can have sent before. *Rejected*: certainly nothing exists. ' +
      '*Unknown*: a payout may exist. In brackets, what may follow a rejection:',
    table(
      ['word', '`retry`'],
      [
        ['same', '`same_attempt`: the key is alive, the same request may be made again'],
        ['next', '`next_attempt`: these bytes can never succeed; correct them'],
        [
          'ask',
          'it is sent once more: `next_attempt` where the provider keeps the refusal under the key, `same_attempt` where it does not',
        ],
        ['never', '`never`: a person has to act'],
      ],
    ),
    'A create that may have been sent before stays unknown after all of these, unless the answer is marked as a replay.',
    '### By HTTP status',
    'Where nothing else is said. A body that is not Stripe’s (a proxy’s page) makes it unknown there, except with 401 and 429; at Mollie the status alone decides.',
    byStatus(),
    'Mollie gives one 422 for many reasons; the adapter reads the balance and the recent payouts, and says the reason where they prove one.',
    '### By code',
    'Stripe’s `error.code` is looked at before the status, with a status of 400 unless the row says another.',
    byCode(),
  );
}
