// docs/errors.md: every code of ours, what to do about it, and what each provider's errors become.
import type { PayoutErrorCode } from '@disburse/core';
import * as mollie from '../packages/balance-adapter/src/errors.ts';
import * as stripeCodes from '../packages/stripe-adapter/src/error-codes.ts';
import * as stripe from '../packages/stripe-adapter/src/errors.ts';
import * as treasury from '../packages/stripe-treasury-adapter/src/errors.ts';
import { codes, documentOf, GENERATED, PROVIDERS, table } from './docs-markdown.ts';

// ---- Our codes -------------------------------------------------------------------------------------------------------

interface Meaning {
  readonly means: string;
  /** What a create says beside it. A test holds it to the adapters' tables. */
  readonly outcome: string;
  readonly next: string;
}

const REJECTED = 'rejected';
const UNKNOWN = '**unknown**';

/** Exhaustive: a new code without a row does not compile. */
export const MEANINGS: Readonly<Record<PayoutErrorCode, Meaning>> = {
  invalid_request: {
    means: 'The request is wrong; `issues` or `providerMessage` says how.',
    outcome: REJECTED,
    next: 'Correct it, then do what `retry` says. With `submission: null` nothing was prepared or kept: create again, under the same reference.',
  },
  invalid_state: {
    means: 'The payout, or the balance, is not in a state that allows it.',
    outcome: REJECTED,
    next: 'Read the payout, and decide by where it stands. `reasonAgainst(provider, operation, payout)` tells before a call.',
  },
  insufficient_funds: {
    means: 'The balance does not cover it.',
    outcome: REJECTED,
    next: 'Fund the balance, or pay less; then do what `retry` says.',
  },
  invalid_destination: {
    means: 'The destination cannot take it.',
    outcome: REJECTED,
    next: 'Correct its details at the provider, or name another one; then do what `retry` says.',
  },
  authentication: {
    means: 'The credential was not accepted.',
    outcome: REJECTED,
    next: 'Replace the credential, then make the same request again.',
  },
  permission: {
    means: 'The credential may not do it.',
    outcome: REJECTED,
    next: 'Give it the permission, then do what `retry` says.',
  },
  not_found: {
    means: 'There is no such object.',
    outcome: REJECTED,
    next: 'Check the id, the mode (live or test), and at Stripe the connected account.',
  },
  rate_limited: {
    means: 'Too many requests, also after `maxResends`.',
    outcome: REJECTED,
    next: 'Wait, `retryAfterSeconds` where the provider says, then make the same request again.',
  },
  reference_taken: {
    means:
      'The reference is kept for another request, which `outcome.submission` is. `issues` says which members differ, and what is kept; it is empty while the other request is being sent.',
    outcome: UNKNOWN,
    next: 'Do what `next` says about the kept one. Give a second payment a reference of its own.',
  },
  idempotency_conflict: {
    means: 'The key was used for something else at the provider, or is in use right now.',
    outcome: UNKNOWN,
    next: 'Do what `next` says. If two payments have one reference, give the second one of its own.',
  },
  payouts_blocked: {
    means: 'The provider holds payouts of this account back.',
    outcome: `${REJECTED}; ${UNKNOWN} where it waits for an approval`,
    next: "A person looks at the provider’s dashboard. With `retry: 'never'` no machine tries again, and there is no next attempt. Unknown: the provider makes the payout by itself once it is approved; `lookup` then finds it, and `resolve` records that it was denied.",
  },
  limit_exceeded: {
    means: 'It is above a limit of the account.',
    outcome: REJECTED,
    next: 'Pay less, or later, or without `instant`; then do what `retry` says.',
  },
  unsupported: {
    means: 'The provider, or the account, cannot do it.',
    outcome: REJECTED,
    next: 'Ask for something it can do: [capabilities](capabilities.md), `supports(provider, operation)`.',
  },
  provider_unavailable: {
    means: 'No answer, or one that says that something is wrong on their side; or the store of submissions could not answer.',
    outcome: `${UNKNOWN}; rejected where certainly no byte left`,
    next: 'Unknown: keep `submission` and do what `next` says. Rejected: the same request again, later.',
  },
  unexpected_response: {
    means: 'An answer that cannot be understood, or that is about another payout. `unreadAnswer` holds a success that could not be read.',
    outcome: UNKNOWN,
    next: 'Do what `next` says; look at `payoutId` where there is one.',
  },
  invalid_settings: {
    means: 'From the library: settings or a configuration are wrong; every problem is in `issues`.',
    outcome: 'thrown when a provider or registry is made',
    next: 'Correct them; nothing was sent.',
  },
  webhook_refused: {
    means: 'From the library: a webhook is not signed, or not by whom it should be, or not now.',
    outcome: 'thrown by `parseWebhook`',
    next: 'Answer 400 and do nothing: [webhooks](webhooks.md).',
  },
  aborted: {
    means: 'From the library: the caller aborted.',
    outcome: `${UNKNOWN}; rejected where certainly no byte left`,
    next: 'Unknown: keep `submission` and do what `next` says.',
  },
  unresolved: {
    means: 'From the library: nothing can be proven by looking.',
    outcome: UNKNOWN,
    next: 'Do what `next` says: `submit` from `notBefore` on, or `review`: a person looks at `candidates` and records it with `resolve`.',
  },
};

const codeTable = (): string =>
  table(
    ['`error.code`', 'it means', 'a create is', 'what to do'],
    Object.entries(MEANINGS).map(([code, { means, outcome, next }]) => [`\`${code}\``, means, outcome, next]),
  );

const members = (): string =>
  table(
    ['member of a `PayoutError`', ''],
    [
      ['`code`', 'one of the codes below'],
      ['`message`', 'one sentence for people: who, what, and what to do. It repeats no credential, account number or body'],
      ['`provider`', 'the configured name'],
      ['`outcome`', '`rejected` or `unknown` where the call could have changed something, else `null`'],
      ['`issues`', 'every problem of an input: `{ path, message }`'],
      ['`httpStatus`, `providerCode`, `requestId`, `retryAfterSeconds`', 'as the provider gave them, or `null`'],
      ['`payoutId`', 'the payout in question, where it is known although the call did not succeed'],
      ['`providerMessage`', 'the provider’s own sentence. It may name people: not enumerable, not in `toJSON()`; show it, do not log it'],
      ['`unreadAnswer`', 'a success that could not be read, without the credential. Not enumerable, not in `toJSON()`'],
    ],
  );

// ---- What an answer becomes ------------------------------------------------------------------------------------------

interface Conclusion {
  readonly as: PayoutErrorCode;
  readonly says: string;
  readonly outcome: 'rejected' | 'unknown';
  readonly key?: string | undefined;
  readonly resend?: boolean | undefined;
}

const AFTER: Readonly<Record<string, string>> = { alive: 'same', ask: 'ask', useless: 'next', human: 'never' };

const ending = ({ outcome, key, resend }: Conclusion): string =>
  outcome === 'rejected' ? `rejected (${AFTER[key ?? ''] ?? '?'})` : `${UNKNOWN}${resend === true ? ' (sent again)' : ''}`;
const shown = (conclusion: Conclusion): string => `\`${conclusion.as}\`, ${ending(conclusion)}`;
/** A row of a provider's own table. */
const rowOf = (said: string, conclusion: Conclusion): string[] => [
  said,
  `\`${conclusion.as}\``,
  ending(conclusion),
  advice(conclusion.says),
];
const advice = (says: string): string => `${says.charAt(0).toUpperCase()}${says.slice(1)}`;

const TREASURY = { codes: treasury.CODES, rules: treasury.RULES };
const SEEN = {
  status: 400,
  enveloped: true,
  telling: true,
  type: 'invalid_request_error',
  code: null,
  param: null,
  message: null,
} as const;
type Seen = Partial<Parameters<typeof stripe.concludeFrom>[0]>;
const stripeSays = (seen: Seen): Conclusion => stripe.concludeFrom({ ...SEEN, ...seen });
const treasurySays = (seen: Seen): Conclusion => stripe.concludeFrom({ ...SEEN, ...seen }, TREASURY);

const HTTP_STATUSES = [302, 400, 401, 402, 403, 404, 408, 409, 410, 413, 422, 424, 429, 500, 502, 503] as const;

function byStatus(): string {
  const rows = HTTP_STATUSES.map((status) => {
    const named = mollie.rowFor(status, 'create', true);
    const bare = mollie.rowFor(status, 'create', false);
    const cell = named === bare ? shown(named) : `${shown(named)}; without \`field\` ${shown(bare)}`;
    return [`${status}`, shown(stripeSays({ status })), shown(treasurySays({ status })), cell];
  });
  return table(['HTTP status of a create', ...PROVIDERS], rows);
}

/** How a row of the tables looks to the provider's client: its codes, and what else it must say. */
interface Sign {
  readonly text: string;
  readonly seen: readonly Seen[];
}

function signsOf(rows: typeof stripeCodes.CODES): readonly Sign[] {
  return rows.map(({ codes: names, params, status }) => ({
    text: `${codes(names)}${params === undefined ? '' : `, \`param\` ${codes(params)}`}${status === undefined ? '' : `, HTTP ${status}`}`,
    seen: names.flatMap((code) => (params ?? [null]).map((param) => ({ code, param, ...(status === undefined ? {} : { status }) }))),
  }));
}

/** What all of them mean; they are one row because they mean the same. */
function concluded({ text, seen }: Sign, says: (seen: Seen) => Conclusion): readonly string[] {
  const [first, ...others] = seen.map(says);
  if (first === undefined || others.some((other) => shown(other) !== shown(first))) throw new Error(`${text} is more than one row.`);
  return rowOf(text, first);
}

const HEAD = ['our code', 'a create is', 'what it says']; // In `error.message`, after who and what.

function stripeTable(): string {
  const types = ['idempotency_error', 'api_error'].map((type): Sign => ({ text: `\`type\` \`${type}\``, seen: [{ type }] }));
  const early = [stripe.KEY_CODES, stripe.BUSY_CODES].map((of): Sign => ({ text: codes(of), seen: of.map((code) => ({ code })) }));
  const messages = stripeCodes.MESSAGES.map(({ fragment, param }): Sign => ({
    text: `no code, "${fragment}"${param === undefined ? '' : `, \`param\` \`${param}\``}`,
    seen: [{ message: fragment, param: param ?? null }],
  }));
  const signs = [...types, ...early, ...signsOf(stripeCodes.CODES), ...messages];
  return table(
    ['Stripe’s `error.code`', ...HEAD],
    signs.map((sign) => concluded(sign, stripeSays)),
  );
}

function treasuryTable(): string {
  const param = 'destination_payment_method_data[us_bank_account][routing_number]';
  const inside = ['parameter_missing', null].map((code): Sign => ({
    text: `${code === null ? 'any other code' : '`parameter_…`, `invalid_characters`'}, \`param\` \`destination_payment_method_data[…]\``,
    seen: [{ code, param }],
  }));
  return table(
    ['Stripe’s `error.code`', ...HEAD],
    [...signsOf(treasury.CODES), ...inside].map((sign) => concluded(sign, treasurySays)),
  );
}

function mollieTable(): string {
  const of = (rows: mollie.ErrorTable, about: string): string[][] =>
    Object.entries(rows).map(([status, row]) => rowOf(`${status.replace('field', '`field`')}${about}`, row));
  const own = new Set(Object.keys(mollie.CREATE_ERRORS));
  const common = Object.fromEntries(Object.entries(mollie.ERRORS).filter(([status]) => !own.has(status)));
  return table(
    ['HTTP status', ...HEAD],
    [...of(mollie.CREATE_ERRORS, ', of a create'), ...of(mollie.CANCEL_ERRORS, ', of a cancel'), ...of(common, '')],
  );
}

/** Every pair of code and outcome that the adapters' tables can make of a create. */
export function pairs(): readonly Pick<Conclusion, 'as' | 'outcome'>[] {
  const rows = [...stripe.BEFORE_CODES, ...treasury.RULES, ...stripe.AFTER_CODES].map(({ means }) => means);
  const coded = [...stripeCodes.CODES, ...stripeCodes.MESSAGES, ...treasury.CODES];
  const all: readonly Pick<Conclusion, 'as' | 'outcome'>[] = [
    ...rows,
    ...coded,
    ...Object.values(mollie.CREATE_ERRORS),
    ...Object.values(mollie.ERRORS),
  ];
  return [...new Map(all.map(({ as, outcome }) => [`${as} ${outcome}`, { as, outcome }])).values()];
}

// ---- The document ----------------------------------------------------------------------------------------------------

export function errorsDocument(): string {
  return documentOf(
    '# Errors',
    GENERATED,
    'A create does not throw for anything that happens: it answers an outcome, and `rejected` and `unknown` carry an `error`. Every other call ' +
      'answers its value or throws a `PayoutError`. `isPayoutError(value)` tells one, also from another copy of the package. Why a payout that ' +
      'exists did not arrive is no error, but its `failure`: [statuses](status.md).',
    members(),
    '## Codes',
    'The set is closed. What a program does depends on the outcome first, then on `retry` or `next`, and on the code only for the reason.',
    codeTable(),
    'A submission that is handed to another provider, account or mode than it was made with is a mistake of the program: `submit`, `lookup` and ' +
      '`resolve` then throw `invalid_request` and send nothing. Such an error says nothing about the payout.',
    '## What an answer of a provider becomes',
    'For a create that nobody can have sent before. *Rejected*: certainly nothing exists. *Unknown*: a payout may exist. In brackets, what ' +
      'may follow a rejection:',
    table(
      ['word', '`retry`'],
      [
        ['same', '`same_attempt`: the key is alive, the same request may be made again'],
        ['next', '`next_attempt`: these bytes can never succeed; correct them'],
        [
          'ask',
          'it is sent once more: `next_attempt` where the provider keeps the refusal under the key, `same_attempt` where it does not',
        ],
        ['never', '`never`: the provider refused it for good; [a person has to act](concepts.md#outcomes)'],
      ],
    ),
    '*Sent again*: the same bytes under the same key, `maxResends` times. A create that may have been sent before stays unknown after all of these, ' +
      'unless the answer is marked as a replay.',
    '### By HTTP status',
    'Where nothing else is said. A 4xx is unknown, also a 401, 403 or 429, when its body has not the form of the provider’s own errors. A proxy may have written it, and may have sent the request before.',
    byStatus(),
    '### Stripe',
    'Looked at before the status, with a status of 400 unless the row says another.',
    stripeTable(),
    '### Stripe Treasury',
    'These first, then the rows of Stripe.',
    treasuryTable(),
    '### Mollie Balances',
    'Mollie’s errors have no code. It gives one 422 for many reasons; the adapter reads the balance and the recent payouts, and says ' +
      '`invalid_state`, `insufficient_funds` or `invalid_destination` where they prove one. Where a payout could be yours, the outcome is unknown.',
    mollieTable(),
  );
}
