// https://docs.mollie.com/reference/get-payout (read 2026-11-20)
import { type Payout, PayoutError } from '@disburse/core';
import type { HttpResponse } from '@disburse/core/adapter';
import * as v from 'valibot';
import { markOf } from './description.ts';
import { MONEY } from './money.ts';
import { failureOf, type RawStatus, statusOddities, statusOf } from './status.ts';
import { type BalanceObject, type BalancePayoutObject, BalanceShape, PageShape, PayoutShape } from './wire.ts';

/** One page of payouts. `next: undefined`: the page does not say whether it is the last. */
export interface WirePage {
  readonly payouts: readonly unknown[];
  readonly next: string | null | undefined;
}

/** What reading needs to know of the provider. */
export interface Reader {
  /** The configured name. */
  readonly name: string;
  /** The mode of the credential. */
  readonly live: boolean;
  /** Hears what is missing, new or contradictory; never an error. */
  readonly report: (code: string, message: string) => void;
}

/** @throws {PayoutError} `unexpected_response` for what is no payout; `outcome` says what that means for a call that changes something. */
export function readPayout(reader: Reader, json: unknown, outcome: 'unknown' | null = null): Payout {
  const read = v.safeParse(PayoutShape, json);
  if (read.success) return toPayout(reader, read.output, json);
  throw unreadable(reader, 'a payout', outcome);
}

/** @throws {PayoutError} `unexpected_response` */
export function readPage(reader: Reader, answer: HttpResponse): WirePage {
  const read = v.safeParse(PageShape, answer.json);
  if (!read.success) throw unreadable(reader, 'a list of payouts');
  const next = read.output._links?.next;
  return { payouts: read.output._embedded.payouts, next: next === null ? null : next?.href };
}

/** @throws {PayoutError} `unexpected_response` */
export function readBalance(reader: Reader, answer: HttpResponse): BalanceObject {
  const read = v.safeParse(BalanceShape, answer.json);
  if (read.success) return read.output;
  throw unreadable(reader, 'a balance');
}

function unreadable(reader: Reader, what: string, outcome: 'unknown' | null = null): PayoutError {
  return new PayoutError('unexpected_response', `answered with something that is not ${what}.`, { provider: reader.name, outcome });
}

/** The balance that a payout left, of its `raw`; `null` where Mollie does not say. */
export function balanceOf(raw: unknown): string | null {
  const { balanceId } = Object(raw) as { readonly balanceId?: unknown };
  return typeof balanceId === 'string' ? balanceId : null;
}

/** Whether a payout, of its `raw`, names no amount: it may be missing or `null` in any answer. One that cannot be read is there. */
export function withoutAmount(raw: unknown): boolean {
  const { amount } = Object(raw) as { readonly amount?: unknown };
  return amount === undefined || amount === null;
}

function toPayout(reader: Reader, wire: BalancePayoutObject, raw: unknown): Payout {
  const state: RawStatus = { status: wire.status, code: wire.statusReason?.code ?? null, message: wire.statusReason?.message ?? null };
  const status = statusOf(state);
  reportOddities(reader, wire, state);
  return {
    id: wire.id,
    provider: 'balance',
    name: reader.name,
    reference: markOf(wire.description)?.reference ?? null,
    money: wire.amount === null ? null : MONEY.fromWire(wire.amount.value, wire.amount.currency),
    fee: null,
    status,
    providerStatus: wire.status,
    failure: failureOf(state),
    cancelable: status === 'pending',
    automatic: false, // The list holds scheduled payouts too, and nothing tells them apart.
    destination: null,
    description: wire.description,
    statementDescriptor: null,
    metadata: {},
    createdAt: utcOf(wire.createdAt) ?? '',
    expectedArrival: null,
    trackingReference: null,
    reverses: null,
    reversedBy: null,
    live: isLive(reader, wire.mode),
    raw,
  };
}

/** A mode that is neither reads as the other one than the credential's, so that a create answered with it stays unknown. */
function isLive(reader: Reader, mode: string | null): boolean {
  if (mode === null) return reader.live;
  return mode === 'live' || (mode !== 'test' && !reader.live);
}

/** ISO 8601 in UTC with milliseconds; `null` for what is missing or has no offset, which could be any time. */
export function utcOf(text: string | null): string | null {
  const [, date, time, fraction = '', offset] =
    /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:?\d\d)$/.exec(text ?? '') ?? [];
  if (date === undefined || time === undefined || offset === undefined) return null;
  const zone = /^z$/i.test(offset) ? 'Z' : `${offset.slice(0, 3)}:${offset.slice(-2)}`;
  const at = Date.parse(`${date}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`);
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** Documented as required; their absence is told and hides nothing. */
const EXPECTED = ['balanceId', 'statusReason', 'createdAt', 'mode'] as const satisfies readonly (keyof BalancePayoutObject)[];

function reportOddities(reader: Reader, wire: BalancePayoutObject, state: RawStatus): void {
  const missing = EXPECTED.filter((field) => wire[field] === null);
  if (missing.length > 0) reader.report('field_missing', `${wire.id} came without ${missing.join(', ')}`);
  if (wire.mode !== null && wire.mode !== 'live' && wire.mode !== 'test')
    reader.report('mode_unseen', `${wire.id} has a mode that is neither live nor test`);
  for (const [code, message] of statusOddities(state)) reader.report(code, `${wire.id}: ${message}`);
}
