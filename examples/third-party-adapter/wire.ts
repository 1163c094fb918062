// CONTRACT.md, "Transfers"
import { type Payout, PayoutError } from '@disburse/core';
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
export const BalancesShape: v.GenericSchema<unknown, { data: { currency: string; availableMinor: number; incomingMinor: number }[] }> =
  v.object({ data: v.array(v.object({ currency: v.string(), availableMinor: v.number(), incomingMinor: v.number() })) });

/** What an answer says, or `unexpected_response`. */
export function read<T>(name: string, schema: v.GenericSchema<unknown, T>, json: unknown): T {
  const result = v.safeParse(schema, json);
  if (result.success) return result.output;
  throw new PayoutError('unexpected_response', 'Fjord answered with something that cannot be read.', { provider: name });
}

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
