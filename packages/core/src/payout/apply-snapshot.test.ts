// DESIGN: paid is not the end; events in any order, duplicated or lost, converge.
import { describe, expect, it } from 'vitest';
import { somePayout } from '../__fixtures__/some-payout.ts';
import { finalityOf, STATUS_TRANSITIONS, type SnapshotResult, applySnapshot, type Payout, type PayoutStatus } from '../index.ts';

const STATUSES = Object.keys(STATUS_TRANSITIONS) as PayoutStatus[];
const pairs = STATUSES.flatMap((known) => STATUSES.map((observed) => [known, observed] as const));
const seen = (known: PayoutStatus, observed: PayoutStatus) =>
  applySnapshot(somePayout({ status: known }), somePayout({ status: observed }));

describe('the table', () => {
  /** What providers document, drawn by hand from the contracts and not from the table. */
  const STEPS: Readonly<Record<PayoutStatus, readonly PayoutStatus[]>> = {
    unrecognized: [],
    pending: ['in_transit', 'canceled', 'failed'],
    in_transit: ['paid', 'failed', 'canceled', 'returned'],
    paid: ['failed', 'returned'],
    failed: [],
    canceled: [],
    returned: [],
  };
  const leadsTo = (from: PayoutStatus, to: PayoutStatus): boolean => STEPS[from].some((next) => next === to || leadsTo(next, to));

  it.each(pairs)('%s, then %s', (known, observed) => {
    const { result } = seen(known, observed);
    if (known === observed) expect(result).toBe('unchanged');
    else if (known === 'unrecognized') expect(result).toBe('advanced');
    else if (observed === 'unrecognized') expect(result).toBe(finalityOf(known) === 'open' ? 'advanced' : 'anomaly');
    else if (known === 'paid' && observed === 'canceled') expect(result).toBe('reversed'); // Undocumented; see the next test.
    else if (leadsTo(known, observed)) expect(result).toBe(known === 'paid' ? 'reversed' : 'advanced');
    else expect(result).toBe(leadsTo(observed, known) ? 'stale' : 'anomaly');
  });

  it.each<[string, PayoutStatus, PayoutStatus, SnapshotResult, PayoutStatus]>([
    ['a bounce is loud', 'paid', 'failed', 'reversed', 'failed'],
    ['a return is loud', 'paid', 'returned', 'reversed', 'returned'],
    ['a cancel of what was paid is loud, too: the money is not there', 'paid', 'canceled', 'reversed', 'canceled'],
    ['a skip is legal', 'pending', 'paid', 'advanced', 'paid'],
    ['nobody was told that it was paid, so nothing is reversed', 'pending', 'failed', 'advanced', 'failed'],
    ['a late event of the success', 'failed', 'paid', 'stale', 'failed'],
    ['a success after a cancel is no late event', 'canceled', 'paid', 'anomaly', 'canceled'],
    ['one end cannot become the other', 'failed', 'returned', 'anomaly', 'failed'],
    ['a new word on an open payout: we do not know', 'in_transit', 'unrecognized', 'advanced', 'unrecognized'],
    ['a new word does not take back what was paid', 'paid', 'unrecognized', 'anomaly', 'paid'],
    ['a new word does not open what is over', 'canceled', 'unrecognized', 'anomaly', 'canceled'],
    ['a known word ends the doubt', 'unrecognized', 'in_transit', 'advanced', 'in_transit'],
  ])('%s: %s, then %s', (_, known, observed, result, next) => {
    expect(seen(known, observed)).toMatchObject({ result, from: known, observed, payout: { status: next } });
  });

  it('no final status ever moves', () => {
    const ended = pairs.filter(([known]) => finalityOf(known) === 'final');
    expect(ended.filter(([known, observed]) => seen(known, observed).payout.status !== known)).toEqual([]);
  });

  it('the status moves exactly where the result says so', () => {
    for (const [known, observed] of pairs) {
      const { result, payout } = seen(known, observed);
      expect(payout.status).toBe(result === 'advanced' || result === 'reversed' ? observed : known);
    }
  });
});

describe('what is kept', () => {
  const paid = somePayout({ status: 'paid', trackingReference: 'trace-1', expectedArrival: '2026-11-24', raw: { n: 1 } });

  it('the first observation, whatever it is', () => {
    const first = somePayout({ status: 'returned' });
    expect(applySnapshot(null, first)).toEqual({
      result: 'advanced',
      payout: first,
      from: null,
      observed: 'returned',
      changed: ['status'],
    });
  });

  it('an older state leaves everything as it is', () => {
    const late = somePayout({ status: 'in_transit', trackingReference: 'other', raw: { n: 0 } });
    expect(applySnapshot(paid, late)).toEqual({ result: 'stale', payout: paid, from: 'paid', observed: 'in_transit', changed: [] });
  });

  it.each<[string, Partial<Payout>, readonly string[]]>([
    ['a trace that came', { trackingReference: 'trace-2' }, ['trackingReference']],
    ['the payout that reverses it', { reversedBy: 'ac_2' }, ['reversedBy']],
    ['a later day', { expectedArrival: '2026-11-25' }, ['expectedArrival']],
    ['metadata', { metadata: { order: '1' } }, ['metadata']],
    ['nothing but the raw object', { raw: { n: 2 } }, []],
  ])('the same status with newer details: %s', (_, fields, changed) => {
    const seen = applySnapshot(paid, { ...paid, ...fields });
    expect(seen).toMatchObject({ result: 'unchanged', payout: { ...paid, ...fields }, changed });
    expect(applySnapshot(seen.payout, { ...paid, ...fields })).toMatchObject({ result: 'unchanged', changed: [] });
  });

  it.each<[string, Partial<Payout>]>([
    ['trackingReference', { trackingReference: 'trace-1' }],
    ['expectedArrival', { expectedArrival: '2026-11-24' }],
    ['reversedBy', { reversedBy: 'ac_2' }],
    ['fee', { fee: { amount: '0.25', currency: 'EUR' } }],
    ['reference', { reference: 'rent' }],
    ['money', { money: { amount: '10.00', currency: 'EUR' } }],
    ['destination', { destination: 'ba_1' }],
    ['reverses', { reverses: 'ac_0' }],
  ])('a snapshot of the same status without %s is an older one', (field, known) => {
    const seen = applySnapshot(somePayout({ status: 'paid', ...known }), somePayout({ status: 'paid', [field]: null }));
    expect(seen.payout).toMatchObject(known);
    expect(seen.changed).not.toContain(field);
  });

  it('a failure with a code knows more than one without, in both orders', () => {
    const failed = (code: string | null) => somePayout({ status: 'failed', failure: { reason: 'other', code, message: null } });
    expect(applySnapshot(failed('no_account'), failed(null)).payout.failure?.code).toBe('no_account');
    expect(applySnapshot(failed(null), failed('no_account'))).toMatchObject({
      changed: ['failure'],
      payout: { failure: { code: 'no_account' } },
    });
    expect(applySnapshot(failed('no_account'), somePayout({ status: 'failed' })).payout.failure?.code).toBe('no_account');
    expect(applySnapshot(failed('no_account'), failed('account_closed')).payout.failure?.code).toBe('account_closed');
    expect(applySnapshot(somePayout({ status: 'failed' }), failed('no_account')).payout.failure?.code).toBe('no_account');
    const told = { reason: 'other', code: null, message: 'told later' } as const;
    expect(applySnapshot(failed(null), somePayout({ status: 'failed', failure: told })).payout.failure).toEqual(told);
  });

  it('a failure does not outlive its status', () => {
    const doubtful = somePayout({ status: 'unrecognized', failure: { reason: 'other', code: 'x', message: null } });
    expect(applySnapshot(doubtful, paid).payout.failure).toBeNull();
  });

  it('the key order of metadata is no change', () => {
    const [known, next] = [
      { a: '1', b: '2' },
      { b: '2', a: '1' },
    ].map((metadata) => somePayout({ metadata }));
    expect(applySnapshot(known ?? null, next ?? paid).changed).toEqual([]);
  });

  it.each([
    [{ money: null }, { money: { amount: '1.00', currency: 'EUR' } }, ['money']],
    [{ metadata: { a: '1' } }, { metadata: { a: '1', b: '2' } }, ['metadata']],
    [{ metadata: { a: '1', b: '2' } }, { metadata: { a: '1' } }, ['metadata']],
    [{ metadata: { a: '1' } }, { metadata: { b: '1' } }, ['metadata']],
    [{ metadata: {} }, { metadata: {} }, []],
    [{ description: 'a' }, { description: 'b' }, ['description']],
    [{ description: 'a' }, { description: null }, ['description']],
    [{ description: null }, { description: 'a' }, ['description']],
  ] as const)('%j, then %j, changed %j', (known, next, changed) => {
    expect(applySnapshot(somePayout(known), somePayout(next)).changed).toEqual(changed);
  });

  it('what was stored as JSON is known all the same', () => {
    expect(applySnapshot(JSON.parse(JSON.stringify(paid)) as Payout, somePayout({ status: 'returned' })).result).toBe('reversed');
  });
});

describe('another payout says nothing about this one', () => {
  it.each(['id', 'provider', 'name'] as const)('another %s', (field) => {
    const other = somePayout({ [field]: 'other' });
    expect(() => applySnapshot(somePayout(), other)).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        provider: somePayout().name,
        message: expect.stringMatching(/^\[.+\] an observation of .+ \(.+\) says nothing about .+ \(.+\)\.$/),
        issues: [{ path: field, message: 'differs between the known and the observed payout' }],
      }),
    );
  });

  it.each(['PAID', 'constructor', '__proto__'])('a status from nowhere is refused: %s', (status) => {
    const odd = somePayout({ status: status as PayoutStatus });
    const message = `[${odd.name}] the payout ${odd.id} has a status that is none of ours.`;
    expect(() => applySnapshot(odd, somePayout())).toThrow(expect.objectContaining({ code: 'invalid_request', message }));
    expect(() => applySnapshot(null, odd)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
