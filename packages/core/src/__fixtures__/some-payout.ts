import type { Payout } from '../index.ts';

/** A payout of `acme`'s with the given fields. */
export function somePayout(fields: Partial<Payout> = {}): Payout {
  return {
    id: 'ac_1',
    provider: 'acme',
    name: 'acme',
    reference: 'r-1',
    money: { amount: '10.50', currency: 'EUR' },
    fee: null,
    status: 'pending',
    providerStatus: fields.status ?? 'pending',
    failure: null,
    cancelable: false,
    automatic: false,
    destination: null,
    description: null,
    statementDescriptor: null,
    metadata: {},
    createdAt: '2026-11-20T09:00:00.000Z',
    expectedArrival: null,
    trackingReference: null,
    reverses: null,
    reversedBy: null,
    live: false,
    raw: {},
    ...fields,
  };
}
