// docs/status.md: every status and failure reason of the three providers, in our words, side by side.
import { type FailureReason, finalityOf, type PayoutStatus } from '@disburse/core';
import * as mollieStatus from '../packages/balance-adapter/src/status.ts';
import * as stripeStatus from '../packages/stripe-adapter/src/status.ts';
import * as treasuryStatus from '../packages/stripe-treasury-adapter/src/status.ts';
import { codes, documentOf, GENERATED, PROVIDERS, table } from './docs-markdown.ts';

// ---- Statuses --------------------------------------------------------------------------------------------------------

const MEANINGS: Readonly<Record<PayoutStatus, string>> = {
  pending: 'It exists and has not left the provider.',
  in_transit: 'It is on its way, and nobody can cancel it any more.',
  paid: 'The provider reports success. A bank can still send it back: `paid` → `failed` and `paid` → `returned` are normal.',
  failed: 'It did not arrive; `failure` says why. The money is, or will be, back.',
  canceled: 'It was canceled before it left.',
  returned: 'It had arrived or was on its way, and the bank sent it back.',
  unrecognized:
    'The provider used a word that this version does not know. `providerStatus` holds it. Read the payout again later, and conclude nothing.',
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

// ---- The document ----------------------------------------------------------------------------------------------------

export function statusDocument(): string {
  return documentOf(
    '# Statuses and failure reasons',
    GENERATED,
    'This page says what the providers’ words about an existing payout mean. The library stores the provider’s own word beside ours. If a ' +
      'request was refused, no payout exists, and another page says why: [errors](errors.md).',
    '## Statuses',
    table(
      ['status', 'it means'],
      STATUSES.map((status) => [`\`${status}\``, MEANINGS[status]]),
    ),
    'An *open* status still moves. A *provisional* status is a success that can still turn. A *final* status never changes. The providers’ words:',
    statuses(),
    'At Mollie, a failure reason beside another word than `failed` is a contradiction. Such a payout is `unrecognized`.',
    '## Why a payout failed',
    'A missing code, and a code that is not in this table, is `other`. `failure.code` and `failure.message` have the provider’s own words.',
    failureReasons(),
  );
}
