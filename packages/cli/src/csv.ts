// A list of payouts as CSV, for spreadsheets and books.
import type { Money, Payout } from '@disburse/core';
import { stringify } from 'csv-stringify/sync';
import { withoutAccountNumbers } from './hide.ts';
import { printable } from './style.ts';

/** The columns, in their order, and the value that each has of a payout. */
const COLUMNS: Readonly<Record<string, (payout: Payout, account: string | null) => string | null>> = {
  id: ({ id }) => id,
  reference: ({ reference }) => reference,
  status: ({ status }) => status,
  amount: ({ money }) => amountOf(money),
  currency: ({ money }) => currencyOf(money),
  fee: ({ fee }) => amountOf(fee),
  fee_currency: ({ fee }) => currencyOf(fee),
  provider: ({ name }) => name,
  adapter: ({ provider }) => provider,
  account: (_, account) => account,
  mode: ({ live }) => (live ? 'live' : 'test'),
  provider_status: ({ providerStatus }) => providerStatus,
  created: ({ createdAt }) => createdAt,
  expected: ({ expectedArrival }) => expectedArrival,
  automatic: ({ automatic }) => String(automatic),
  destination: ({ destination }) => destination,
  description: ({ description }) => text(description),
  statement_descriptor: ({ statementDescriptor }) => text(statementDescriptor),
  trace: ({ trackingReference }) => trackingReference,
  failure: ({ failure }) => failure?.reason ?? null,
  failure_code: ({ failure }) => failure?.code ?? null,
  failure_message: ({ failure }) => text(failure?.message ?? null),
  reverses: ({ reverses }) => reverses,
  reversed_by: ({ reversedBy }) => reversedBy,
};

const amountOf = (money: Money | null): string | null => money?.amount ?? null;
const currencyOf = (money: Money | null): string | null => money?.currency ?? null;
/** Words of anybody may repeat the number of an account. */
const text = (words: string | null): string | null => (words === null ? null : withoutAccountNumbers(words));

/** An amount of ours: a spreadsheet may read it as a number, also a negative one. */
const NUMBER = /^-?\d+(\.\d+)?$/;

/**
 * A heading, and a line for each payout.
 *
 * A value that a spreadsheet would run as a formula begins with an apostrophe. Line breaks in a value become spaces.
 *
 * @param account The connected account that was listed.
 */
export function csvLines(payouts: readonly Payout[], account: string | null): readonly string[] {
  const rows = payouts.map((payout) =>
    Object.values(COLUMNS).map((read) => {
      const value = read(payout, account);
      return value === null ? '' : printable(value);
    }),
  );
  const csv = stringify([Object.keys(COLUMNS), ...rows], {
    escape_formulas: true,
    quoted_match: /[;\t]/, // Which some spreadsheets take for the next cell.
    cast: { string: (value) => (NUMBER.test(value) ? { value, escape_formulas: false } : value) },
  });
  return csv.trimEnd().split('\n');
}
