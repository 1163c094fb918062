// https://docs.mollie.com/reference/get-balance (read 2026-11-20)
import { type Balance, type CallOptions, type Money, PayoutError } from '@disburse/core';
import { type AdapterBalances, type Http, readRows } from '@disburse/core/adapter';
import { type Credential, pathOf } from './credential.ts';
import { MONEY } from './money.ts';
import { type Reader, readBalance } from './read-payout.ts';
import type { BalanceObject } from './wire.ts';

/** What reading a balance needs to know of the provider. */
export interface BalanceReads {
  readonly credential: Credential;
  readonly reader: Reader;
  /** The setting `readBalances`: whether the token may. */
  readonly allowed: boolean;
}

/** For the read before a create. The payout matters more than what is said about it. */
const LONGEST_READ_BEFORE_MS = 3_000;

/** `transferFrequency` before a create; `null` where it may not or could not be read, in a part of the time there is. */
export async function frequencyBefore(read: BalanceReads, http: Http, balanceId: string, call: CallOptions): Promise<string | null> {
  if (!read.allowed) return null;
  const timeoutMs = Math.max(1, Math.min(LONGEST_READ_BEFORE_MS, Math.floor((call.timeoutMs ?? LONGEST_READ_BEFORE_MS) / 4)));
  try {
    return (await fetchBalance(read, http, balanceId, { ...call, timeoutMs })).transferFrequency;
  } catch {
    return null; // A failed read never stands in the way of a payout.
  }
}

/** The balance that pays. @throws {PayoutError} `permission` where the token may not read it. */
export async function fetchBalance(
  { credential, reader }: BalanceReads,
  http: Http,
  balanceId: string,
  call: CallOptions,
): Promise<BalanceObject> {
  const path = pathOf(credential, 'balances', `/v2/balances/${encodeURIComponent(balanceId)}`);
  return readBalance(reader, await http.get(path, call, 'balances'));
}

/** The one balance that pays, in our words. */
export function toBalances(read: BalanceReads, wire: BalanceObject): AdapterBalances {
  const { rows: balances, unreadable } = readRows(
    [wire],
    () => toBalance(read, wire),
    () => wire.id,
  );
  return { balances, unreadable };
}

/** A balance in our words. The reserve that Mollie keeps back cannot be read. */
function toBalance({ reader }: BalanceReads, wire: BalanceObject): Balance {
  const money = (amount: BalanceObject['availableAmount']): Money | null =>
    amount === null ? null : MONEY.fromWire(amount.value, amount.currency);
  const available = money(wire.availableAmount);
  if (available === null) {
    const { currency = '' } = wire.availableAmount ?? {};
    const named = /^[A-Za-z]{2,8}$/.test(currency) ? ` (currency ${currency})` : '';
    const message = `answered with a balance without a readable availableAmount${named}.`;
    throw new PayoutError('unexpected_response', message, { provider: reader.name });
  }
  return { source: wire.id, available, pending: money(wire.pendingAmount), reserved: null, instant: null };
}
