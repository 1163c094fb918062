// CONTRACT.md, "Transfers"
import { type Balance, type Payout, PayoutError } from '@disburse/core';
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
