// CONTRACT.md, "Transfers"
import { type Balance, type Payout, PayoutError, type Submission } from '@disburse/core';
import { type DecodedCreate, exactJson, isCreate } from '@disburse/core/adapter';
import * as v from 'valibot';
import { MONEY } from './money.ts';
import { failureOf, STATUS } from './status.ts';

/** The body of a create. */
export interface TransferBody {
  readonly amountMinor: number;
  readonly currency: string;
  readonly beneficiary: string;
  readonly note?: string;
  readonly labels: Readonly<Record<string, string>>;
}

const Text = v.fallback(v.nullable(v.string()), null);
const isLabels = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((label) => typeof label === 'string');

/** As {@link TransferBody}: anything beside it is not ours. */
const SentShape = v.strictObject({
  amountMinor: v.number(),
  currency: v.pipe(v.string(), v.regex(/^[a-z]{3}$/)),
  beneficiary: v.string(),
  note: v.optional(v.string()),
  labels: v.custom<Readonly<Record<string, string>>>(isLabels),
});

/** What a create says, read back. */
export function decodeCreate(request: Submission['request']): DecodedCreate | null {
  const sent = v.safeParse(SentShape, exactJson(request.body));
  if (!sent.success || !isCreate(request, { path: '/v2/transfers', headers: ['content-type', 'x-once-key'] })) return null;
  const { amountMinor, currency, beneficiary, labels } = sent.output;
  const money = MONEY.fromWire(amountMinor, currency);
  const token = labels['disburse_key'] ?? null;
  // Fjord takes the key in a header of its own, too: two keys would be two transfers.
  if (money === null || request.headers['x-once-key'] !== token) return null;
  return { money, source: null, destination: beneficiary, account: null, live: null, token };
}

const TransferShape = v.object({
  transferId: v.string(),
  mode: v.string(),
  amountMinor: v.number(),
  currency: v.string(),
  beneficiary: v.string(),
  status: v.string(),
  createdAt: v.number(),
  reasonCode: Text,
  note: Text,
  bankReference: Text,
  labels: v.fallback(v.custom<Readonly<Record<string, string>>>(isLabels), {}),
});

/** A list of transfers. */
export const PageShape: v.GenericSchema<unknown, { data: unknown[]; page: { next: string | null } }> = v.object({
  data: v.array(v.unknown()),
  page: v.object({ next: v.nullable(v.string()) }),
});

/** The balances. */
export const BalancesShape: v.GenericSchema<unknown, { data: unknown[] }> = v.object({ data: v.array(v.unknown()) });
const BalanceShape = v.object({ currency: v.string(), availableMinor: v.number(), incomingMinor: v.number() });

/** What an answer says, or `unexpected_response`. */
export function read<T>(name: string, schema: v.GenericSchema<unknown, T>, json: unknown): T {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  throw new PayoutError('unexpected_response', 'Fjord answered with something that cannot be read.', { provider: name });
}

/** A balance of one currency. */
export function toBalance(name: string, raw: unknown): Balance {
  const { currency, availableMinor, incomingMinor } = read(name, BalanceShape, raw);
  const available = MONEY.fromWire(availableMinor, currency);
  if (available === null)
    throw new PayoutError('unexpected_response', 'Fjord answered with a balance that cannot be read.', { provider: name });
  return { source: currency, available, pending: MONEY.fromWire(incomingMinor, currency), reserved: null, instant: null };
}

/** By what a row of a list names itself, also where the rest of it cannot be read. */
export const transferIdIn = (raw: unknown): unknown => (Object(raw) as { readonly transferId?: unknown }).transferId;
/** By what a balance names itself. */
export const currencyIn = (raw: unknown): unknown => (Object(raw) as { readonly currency?: unknown }).currency;

/** A transfer as a payout. */
export function toPayout(name: string, raw: unknown): Payout {
  const sent = read(name, TransferShape, raw);
  return {
    id: sent.transferId,
    provider: 'fjord',
    name,
    reference: sent.labels['disburse_reference'] ?? null,
    money: MONEY.fromWire(sent.amountMinor, sent.currency),
    fee: null,
    status: STATUS.read(sent.status),
    providerStatus: sent.status,
    failure: failureOf(sent.status, sent.reasonCode),
    cancelable: sent.status === 'NEW',
    automatic: false,
    destination: sent.beneficiary,
    description: sent.note,
    statementDescriptor: null,
    metadata: sent.labels,
    createdAt: new Date(sent.createdAt * 1000).toISOString(),
    expectedArrival: null,
    trackingReference: sent.bankReference,
    reverses: null,
    reversedBy: null,
    live: sent.mode === 'live',
    raw,
  };
}
