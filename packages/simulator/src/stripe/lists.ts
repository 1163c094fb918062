// https://docs.stripe.com/api/payouts/list and /api/balance_transactions/list (contract sections 4.2 and 8)
import { refused } from './errors.ts';
import { checkExpand, expanded } from './expand.ts';
import { checkCursors, page } from './listing.ts';
import { passes, readParameters } from './parameters.ts';
import type { StripeOperation } from './state.ts';

/** GET /v1/payouts. An unknown status or destination answers an empty page. */
export const listPayouts: StripeOperation = ({ state, account, form }) => {
  const given = readParameters(form, {
    arrival_date: { kind: 'time' },
    created: { kind: 'time' },
    destination: { kind: 'string' },
    ending_before: { kind: 'string' },
    expand: { kind: 'expand' },
    limit: { kind: 'limit' },
    starting_after: { kind: 'string' },
    status: { kind: 'string' },
  });
  const expand = checkExpand('payout', given.expand, 'data');
  checkCursors(given);
  const listedUntil = state.queue.now() - state.listLagMs;
  const all = account.payouts.map(({ wire, createdMs }) => ({ id: wire.id, wire, createdMs })).reverse();
  return page(given, {
    url: '/v1/payouts',
    noun: 'payout',
    all,
    visible: ({ wire, createdMs }) =>
      createdMs <= listedUntil &&
      (given.status === undefined || wire.status === given.status) &&
      (given.destination === undefined || wire.destination === given.destination) &&
      passes(given.created, wire.created) &&
      passes(given.arrival_date, wire.arrival_date),
    render: ({ wire }) => expanded(account, 'payout', wire, expand),
  });
};

/** GET /v1/balance_transactions */
export const listLedgerRows: StripeOperation = ({ account, form }) => {
  const given = readParameters(form, {
    created: { kind: 'time' },
    currency: { kind: 'string' },
    ending_before: { kind: 'string' },
    expand: { kind: 'expand' },
    limit: { kind: 'limit' },
    payout: { kind: 'string' },
    source: { kind: 'string' },
    starting_after: { kind: 'string' },
    type: { kind: 'string' },
  });
  const expand = checkExpand('balance_transaction', given.expand, 'data');
  checkCursors(given);
  if (given.payout !== undefined && !account.payouts.some(({ wire }) => wire.id === given.payout)) {
    throw refused({ code: 'resource_missing', message: `No such payout: '${given.payout}'`, param: 'payout' });
  }
  return page(given, {
    url: '/v1/balance_transactions',
    noun: 'balance transaction',
    all: [...account.ledger.rows].reverse(),
    visible: (row) =>
      (given.payout === undefined || row.source === given.payout) &&
      (given.source === undefined || row.source === given.source) &&
      (given.type === undefined || row.type === given.type) &&
      (given.currency === undefined || row.currency === given.currency) &&
      passes(given.created, row.created),
    render: (row) => expanded(account, 'balance_transaction', row, expand),
  });
};

/** GET /v1/balance_transactions/:id */
export const retrieveLedgerRow: StripeOperation = ({ account, form, values }) => {
  const given = readParameters(form, { expand: { kind: 'expand' } });
  const expand = checkExpand('balance_transaction', given.expand);
  const id = values['id'] ?? '';
  const row = account.ledger.rows.find((candidate) => candidate.id === id);
  if (row === undefined) throw refused({ code: 'resource_missing', message: `No such balance transaction: '${id}'`, param: 'id' }, 404);
  return expanded(account, 'balance_transaction', row, expand);
};
