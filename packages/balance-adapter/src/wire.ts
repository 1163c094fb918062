// https://docs.mollie.com/reference/get-payout, /list-payouts and /get-balance (fields and their presence; read 2026-11-20)
import { type Money, type Payout, PayoutError, type Submission } from '@disburse/core';
import { type AdapterCreateRequest, type Correlation, type DecodedCreate, exactJson, isCreate, USUAL_ID } from '@disburse/core/adapter';
import * as v from 'valibot';
import { type Credential, testmodeInBody } from './credential.ts';
import { describe, markOf } from './description.ts';
import { MONEY } from './money.ts';

// ---- Sent ------------------------------------------------------------------------------------------------------------

/** An amount as Mollie writes it. */
interface WireMoney {
  readonly currency: string;
  readonly value: string;
}

/** The body of a create, in the order in which it is written. Without `amount` the whole balance less its reserve is paid. */
interface CreatePayoutBody {
  readonly balanceId: string;
  readonly amount?: WireMoney;
  readonly description?: string;
  readonly testmode?: boolean;
}

/** Where creates go. */
export const CREATE_PATH = '/v2/payouts';

/** The exact bytes of a create. The amount of a full balance is never computed, the key is left out. */
export function createBody(credential: Credential, balanceId: string, request: AdapterCreateRequest, correlation: Correlation): string {
  const description = describe(request.description, correlation);
  const body = {
    balanceId,
    ...(request.money === 'full_balance' ? {} : { amount: wireMoney(request.money) }),
    ...(description === undefined ? {} : { description }),
    ...testmodeInBody(credential, 'create'),
  } satisfies CreatePayoutBody;
  return JSON.stringify(body);
}

/** As {@link CreatePayoutBody}: anything beside it is not ours. */
const SentBody = v.strictObject({
  balanceId: v.string(),
  amount: v.optional(v.strictObject({ currency: v.string(), value: v.string() })),
  description: v.optional(v.string()),
  testmode: v.optional(v.boolean()),
});

/** The same, read back. Without `testmode` an access token moves live money, and an API key decides by itself. */
export function decodeCreate(credential: Credential, request: Submission['request']): DecodedCreate | null {
  const sent = v.safeParse(SentBody, exactJson(request.body));
  if (!sent.success || !isCreate(request, { path: CREATE_PATH, headers: ['accept', 'user-agent', 'content-type'] })) return null;
  const { balanceId, amount, description = null, testmode } = sent.output;
  const money = amount === undefined ? 'full_balance' : MONEY.fromWire(amount.value, amount.currency);
  if (money === null) return null;
  const live = testmode === undefined && credential.testmode === null ? null : testmode !== true;
  return { money, source: balanceId, destination: null, account: null, live, token: markOf(description)?.token ?? null };
}

function wireMoney(money: Money): WireMoney {
  const wire = MONEY.toWire(money);
  if (!wire.ok) throw new PayoutError('invalid_request', wire.message); // Core has checked it: only a bug gets here.
  return { currency: money.currency, value: wire.amount };
}

// ---- Received --------------------------------------------------------------------------------------------------------

// What an answer lacks, or has in another form, reads as null: only the id and the status are needed to know a payout.
const Text = v.fallback(v.nullable(v.string()), null);
const Amount = v.fallback(v.nullable(v.object({ currency: v.string(), value: v.string() })), null);

/** A payout as Mollie writes it, `null` for what it did not say. */
export interface BalancePayoutObject {
  readonly id: string;
  readonly status: string;
  readonly balanceId: string | null;
  /** Less the fees that apply; `null` while a full balance has no amount yet. */
  readonly amount: WireMoney | null;
  readonly description: string | null;
  /** Beside every status, also where nothing failed. `message` is free text. */
  readonly statusReason: { readonly code: string | null; readonly message: string | null } | null;
  readonly mode: string | null;
  /** Times as written, with an offset or `Z`. */
  readonly createdAt: string | null;
  /** When Mollie tried to set the funds aside: also on a payout that failed in trying. */
  readonly initiatedAt: string | null;
  readonly completedAt: string | null;
  readonly canceledAt: string | null;
}

const Word = v.pipe(v.string(), v.minLength(1));
/** Ids are named in messages: what is no id makes an answer that cannot be read. */
const Id = v.pipe(v.string(), v.regex(USUAL_ID));

/** The shape that an answer must have; whatever else it has is kept and not read. */
export const PayoutShape: v.GenericSchema<unknown, BalancePayoutObject> = v.looseObject({
  resource: v.optional(v.literal('payout')),
  id: Id,
  status: Word,
  balanceId: Text,
  amount: Amount,
  description: Text,
  statusReason: v.fallback(v.nullable(v.object({ code: Text, message: Text })), null),
  mode: Text,
  createdAt: Text,
  initiatedAt: Text,
  completedAt: Text,
  canceledAt: Text,
});

/** The payout that core's `raw` holds, or `null` when it is not one of Mollie's. Works on stored JSON too. */
export function balancePayoutOf(payout: Payout): BalancePayoutObject | null {
  const read = payout.provider === 'balance' ? v.safeParse(PayoutShape, payout.raw) : null;
  return read?.success === true ? read.output : null;
}

/** A list of payouts. `next` left out: it does not say whether it is the last page. */
export interface PageObject {
  readonly _embedded: { readonly payouts: readonly unknown[] };
  readonly _links?: { readonly next?: { readonly href: string } | null | undefined } | undefined;
}

/** The shape of a list. */
export const PageShape: v.GenericSchema<unknown, PageObject> = v.object({
  _embedded: v.object({ payouts: v.array(v.unknown()) }),
  _links: v.optional(v.object({ next: v.optional(v.nullable(v.object({ href: v.string() }))) })),
});

/** The parts of a balance that are read. `undefined`: not said, which is not the same as `null`. */
export interface BalanceObject {
  readonly id: string;
  readonly status: string | null;
  readonly availableAmount: WireMoney | null;
  readonly pendingAmount: WireMoney | null;
  readonly transferFrequency: string | null;
  readonly transferDestination?: unknown;
}

/** The shape of a balance. */
export const BalanceShape: v.GenericSchema<unknown, BalanceObject> = v.looseObject({
  id: Id,
  status: Text,
  availableAmount: Amount,
  pendingAmount: Amount,
  transferFrequency: Text,
  transferDestination: v.optional(v.unknown()),
});
