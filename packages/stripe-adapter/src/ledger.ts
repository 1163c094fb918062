// https://docs.stripe.com/api/balance_transactions/list (read 2026-11-20)
import { type CallOptions, type Money, PayoutError } from '@disburse/core';
import { errorOfIssues } from '@disburse/core/adapter';
import * as v from 'valibot';
import { clientOf } from './client.ts';
import { withQuery } from './form.ts';
import { STRIPE_MONEY } from './money.ts';
import { readList } from './paging.ts';
import { StripeId } from './protocol.ts';
import type { StripeProvider } from './provider.ts';
import { currencyField, isoTime, unreadable } from './read-payout.ts';
import { IdOf, lenient, MinorUnits, UnixSeconds } from './wire.ts';

/** A row of Stripe's ledger. Money that leaves is negative; `net` is `amount` minus `fee`. */
export interface StripeLedgerRow {
  readonly id: string;
  /** Open: `payout`, `payout_cancel`, `payout_failure`, `charge`, ... */
  readonly type: string;
  readonly amount: Money;
  readonly fee: Money;
  readonly net: Money;
  readonly createdAt: string;
  /** The id of what caused it. */
  readonly source: string | null;
  readonly description: string | null;
  readonly raw: unknown;
}

const RowShape = v.object({
  id: v.string(),
  object: v.literal('balance_transaction'),
  type: v.string(),
  amount: MinorUnits,
  fee: MinorUnits,
  net: MinorUnits,
  currency: v.string(),
  created: UnixSeconds,
  source: lenient(IdOf),
  description: lenient(v.string()),
});

/**
 * The ledger rows of one payout, newest first: what it took from the balance, what came back, and for an automatic payout
 * everything that it pays out.
 *
 * Of an automatic payout the rows are complete only once its `reconciliation_status` is `completed`.
 *
 * @param payoutId `po_…`
 * @throws {PayoutError} `not_found` or `invalid_request` for an unknown payout, and what any read throws.
 * @see https://docs.stripe.com/api/balance_transactions/list#balance_transaction_list-payout
 */
export async function stripePayoutLedger(
  provider: StripeProvider,
  payoutId: string,
  call: CallOptions = {},
): Promise<readonly StripeLedgerRow[]> {
  const client = clientOf(provider);
  if (client === undefined) throw new PayoutError('unsupported', 'stripePayoutLedger takes a provider that createStripe made.');
  const { http, name } = client;
  if (!v.is(StripeId, payoutId)) {
    throw errorOfIssues('invalid_request', [{ path: 'payoutId', message: "must be Stripe's id of a payout: visible ASCII, not empty" }], {
      provider: name,
    });
  }
  const rows: StripeLedgerRow[] = [];
  for (let after: string | undefined; ;) {
    const path = withQuery('/v1/balance_transactions', { payout: payoutId, limit: 100, starting_after: after });
    const { data, has_more } = readList(name, await http.get(path, call, 'other'));
    rows.push(...data.map((raw) => toRow(name, raw)));
    const last = rows.at(-1)?.id;
    if (!has_more || last === undefined) return rows;
    if (last === after) throw unreadable(name, 'a list that ends', []);
    after = last;
  }
}

function toRow(name: string, raw: unknown): StripeLedgerRow {
  const read = v.safeParse(RowShape, raw);
  if (!read.success)
    throw unreadable(
      name,
      'a row of the ledger',
      read.issues.map((issue) => v.getDotPath(issue)),
    );
  const { id, type, amount, fee, net, currency, created, source, description } = read.output;
  const money = (units: number): Money => {
    const read = STRIPE_MONEY.fromWire(units, currency);
    if (read === null) throw unreadable(name, 'a row of the ledger', [currencyField(currency)]);
    return read;
  };
  return { id, type, amount: money(amount), fee: money(fee), net: money(net), createdAt: isoTime(created), source, description, raw };
}
