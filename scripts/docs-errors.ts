// docs/errors.md: every code of ours, what to do about it, and what each provider's errors become.
import type { PayoutErrorCode } from '@disburse/core';
import type { Refusal } from '@disburse/core/adapter';
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
    next: 'Correct it, then do what `retry` says. With `submission: null` nothing was prepared or stored: create again, under the same reference.',
  },
  invalid_state: {
    means: 'The state of the payout, or of the balance, does not allow this.',
    outcome: REJECTED,
    next: 'Read the payout, and decide by its status. `reasonAgainst(provider, operation, payout)` says so before a call.',
  },
  insufficient_funds: {
    means: 'The balance does not cover the amount.',
    outcome: REJECTED,
    next: 'Fund the balance, or pay less. Then do what `retry` says.',
  },
  invalid_destination: {
    means: 'The destination cannot take the payout.',
    outcome: REJECTED,
    next: 'Correct its details at the provider, or name another destination. Then do what `retry` says.',
  },
  authentication: {
    means: 'The credential was not accepted.',
    outcome: REJECTED,
    next: 'Replace the credential, then make the same request again.',
  },
  permission: {
    means: 'The credential may not do this.',
    outcome: REJECTED,
    next: 'Give the credential the permission, then do what `retry` says.',
  },
  not_found: {
    means: 'There is no such object.',
    outcome: REJECTED,
    next: 'Check the id, the mode (live or test), and at Stripe the connected account.',
  },
  rate_limited: {
    means: 'Too many requests, also after `maxResends`.',
    outcome: REJECTED,
    next: 'Wait for `retryAfterSeconds`, if the provider gave it. Then make the same request again.',
  },
  reference_taken: {
    means:
      'The reference is stored for another request, which is in `outcome.submission`. `issues` says which members differ, and what is stored. It is empty while the other request is in flight.',
    outcome: UNKNOWN,
    next: 'Do what `next` says about the stored submission. Give a second payment a reference of its own.',
  },
  idempotency_conflict: {
    means: 'The key was used for something else at the provider, or is in use right now.',
    outcome: UNKNOWN,
    next: 'Do what `next` says. If two payments have one reference, give the second payment another reference.',
  },
  payouts_blocked: {
    means: 'The provider blocks payouts of this account, or this payout.',
    outcome: `${REJECTED}; ${UNKNOWN} while an approval is pending`,
    next: "A person looks at the provider’s dashboard. With `retry: 'never'` no machine tries again, and there is no next attempt. Unknown: once a person approves the payout, the provider makes it by itself, and `lookup` finds it. If the payout was denied, `resolve` records that.",
  },
  limit_exceeded: {
    means: 'The amount is above a limit of the account.',
    outcome: REJECTED,
    next: 'Pay less, or later, or without `instant`. Then do what `retry` says.',
  },
  unsupported: {
    means: 'The provider, or the account, cannot do this.',
    outcome: REJECTED,
    next: 'Request something that the provider can do: [capabilities](capabilities.md), `supports(provider, operation)`.',
  },
  provider_unavailable: {
    means: 'The provider did not respond, or says that something is wrong on its side. Or the store of submissions failed.',
    outcome: `${UNKNOWN}; rejected if certainly no byte was sent`,
    next: 'Unknown: store `submission`, and do what `next` says. Rejected: make the same request again, later.',
  },
  unexpected_response: {
    means: 'The response cannot be understood, or is about another payout. `unreadAnswer` holds a success that could not be read.',
    outcome: UNKNOWN,
    next: 'Do what `next` says. Look at `payoutId`, if the error has one.',
  },
  invalid_settings: {
    means: 'From the library: settings or a configuration are wrong. `issues` has every problem.',
    outcome: 'thrown when a provider or registry is made',
    next: 'Correct them. Nothing was sent.',
  },
  webhook_refused: {
    means: 'From the library: a webhook has no signature, a wrong signature, or a signature whose time is too far off.',
    outcome: 'thrown by `parseWebhook`',
    next: 'Respond with 400 and do nothing: [webhooks](webhooks.md).',
  },
  aborted: {
    means: 'From the library: your program aborted the call.',
    outcome: `${UNKNOWN}; rejected if certainly no byte was sent`,
    next: 'Unknown: store `submission`, and do what `next` says.',
  },
  unresolved: {
    means: 'From the library: reading at the provider proves nothing.',
    outcome: UNKNOWN,
    next: 'Do what `next` says. `submit`: submit again from `notBefore` on. `review`: a person looks at `candidates`, and `resolve` records what they found.',
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
      ['`message`', 'text for people: who, what, and what to do. It repeats no credential, account number or body'],
      ['`provider`', 'the configured name'],
      ['`outcome`', '`rejected` or `unknown` if the call could have changed something, else `null`'],
      ['`issues`', 'every problem of an input: `{ path, message }`'],
      ['`httpStatus`, `providerCode`, `requestId`, `retryAfterSeconds`', 'as the provider gave them, or `null`'],
      ['`payoutId`', 'the payout in question, if it is known although the call did not succeed'],
      [
        '`providerMessage`',
        'the provider’s own sentence. It may name people, so show it, but do not log it. It is not enumerable and not in `toJSON()`',
      ],
      ['`unreadAnswer`', 'a success that could not be read, without the credential. It is not enumerable and not in `toJSON()`'],
    ],
  );

// ---- What a response becomes -----------------------------------------------------------------------------------------

type KeyState = Extract<Refusal, { outcome: 'rejected' }>['keyState'];

interface Conclusion {
  readonly as: PayoutErrorCode;
  readonly says: string;
  readonly outcome: 'rejected' | 'unknown';
  readonly keyState?: KeyState | undefined;
  readonly resend?: boolean | undefined;
}

/** The word that the page has for each state of the key. */
const AFTER: Readonly<Record<KeyState, string>> = { unused: 'same', maybe_stored: 'confirm', never_valid: 'next', needs_person: 'never' };

function ending({ as, outcome, keyState, resend }: Conclusion): string {
  if (outcome === 'unknown') return `${UNKNOWN}${resend === true ? ' (sent again)' : ''}`;
  if (keyState === undefined) throw new Error(`A refusal that is ${as} does not say what became of its key.`);
  return `rejected (${AFTER[keyState]})`;
}
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
    'A create does not throw for anything that happens on the way: it returns an outcome, and `rejected` and `unknown` carry an `error`. Every ' +
      'other call returns its value or throws a `PayoutError`. `isPayoutError(value)` recognises a `PayoutError`, also from another copy of the ' +
      'package. If a payout exists and did not arrive, that is no error. Its `failure` says why: [statuses](status.md).',
    members(),
    '## Codes',
    'These are all codes. Decide by the outcome first, then by `retry` or `next`. Use the code only to show the reason.',
    codeTable(),
    'A submission belongs to the provider, account and mode that made it. If a program hands it to another provider, account or mode, `submit`, ' +
      '`lookup` and `resolve` throw `invalid_request` and send nothing. Such an error says nothing about the payout.',
    '## What a response of a provider becomes',
    'These tables are for a create that nobody can have sent before. *Rejected*: certainly nothing exists. *Unknown*: a payout may exist. The ' +
      'word in brackets says what may follow a rejection:',
    table(
      ['word', '`retry`'],
      [
        ['same', '`same_attempt`: the key is unused, and the same request may be made again'],
        ['next', '`next_attempt`: these bytes can never succeed; correct them'],
        [
          'confirm',
          'the library sends the request once more: `next_attempt` if the provider stored the refusal under the key, `same_attempt` if it did not',
        ],
        ['never', '`never`: the provider refused it for good; [a person has to act](concepts.md#outcomes)'],
      ],
    ),
    '*Sent again*: the library sends the same bytes under the same key, `maxResends` times. A create that may have been sent before stays unknown ' +
      'after all of these, unless the provider replayed the refusal.',
    '### By HTTP status',
    'This table holds where no other table says more. A 4xx is unknown, also a 401, 403 or 429, when its body does not have the form of the ' +
      'provider’s own errors. A proxy may have written it, and may have sent the request before.',
    byStatus(),
    '### Stripe',
    'These rows count before the HTTP status. They have a status of 400, unless a row says another.',
    stripeTable(),
    '### Stripe Treasury',
    'These rows come first, then the rows of Stripe.',
    treasuryTable(),
    '### Mollie Balances',
    'Mollie’s errors have no code, and one 422 has many reasons. So the adapter reads the balance and the recent payouts. If they prove the reason, ' +
      'the code is `invalid_state`, `insufficient_funds` or `invalid_destination`. If one of the payouts could be yours, the outcome is unknown.',
    mollieTable(),
  );
}
