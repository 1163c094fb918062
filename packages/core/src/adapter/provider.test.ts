// What a provider can do, asked at run time: supports(), assertSupports(), reasonAgainst(), and the stubs of what it lacks.
import { describe, expect, it } from 'vitest';
import { acmeWorld, RENT } from '../__tests__/acme-world.ts';
import { PayoutError } from '../errors.ts';
import type { Payout } from '../payout/payout.ts';
import { type AnyPayoutProvider, assertSupports, reasonAgainst, type Capabilities, OPTIONAL_OPERATIONS, supports } from './provider.ts';

const { acme, left } = acmeWorld();

/** Acme, if it could reverse. */
const able: AnyPayoutProvider = {
  ...acme,
  capabilities: {
    ...acme.capabilities,
    operations: [...acme.capabilities.operations, 'reverse'],
    states: { cancel: ['pending'], reverse: ['in_transit', 'paid'] },
  } satisfies Capabilities,
};

/** What Acme has: all that is required, and a list. */
const HAS = ['createPayout', 'prepare', 'submit', 'lookup', 'resolve', 'retrieve', 'list', 'listAll', 'cancel', 'parseWebhook'] as const;
const LACKS = OPTIONAL_OPERATIONS.filter((operation) => !HAS.some((one) => one === operation));

describe('the operations of a provider', () => {
  it('are data', () => expect(acme.capabilities.operations).toEqual(HAS));
  it.each([...HAS])('%s is there', (operation) => {
    expect(supports(acme, operation)).toBe(true);
    expect(() => assertSupports(acme, operation)).not.toThrow();
    expect(reasonAgainst(acme, operation)).toBeNull();
    expect(typeof acme[operation]).toBe('function');
  });

  it.each(LACKS)('%s is not', async (operation) => {
    expect(supports(acme, operation)).toBe(false);
    expect(reasonAgainst(acme, operation)).toBe(`acme has no ${operation}.`);
    const refused = expect.objectContaining({ code: 'unsupported', outcome: 'rejected', provider: 'acme' });
    expect(() => assertSupports(acme, operation)).toThrow(refused);
    const stub: unknown = Reflect.get(acme, operation);
    if (typeof stub !== 'function') throw new Error('no stub');
    await expect(stub('ac_1')).rejects.toEqual(refused);
    expect(Object.keys(acme)).not.toContain(operation);
    expect(left).toEqual([]);
  });

  it('are named by the error', () => {
    const asked = (): void => assertSupports(acme, 'reverse');
    expect(asked).toThrow(PayoutError);
    expect(asked).toThrow(`[acme] reverse is not supported; this provider can: ${acme.capabilities.operations.join(', ')}.`);
  });
});

describe('reasonAgainst()', () => {
  const payoutOf = (of: Partial<Payout>): Payout =>
    ({
      id: 'ac_1',
      provider: 'acme',
      name: 'acme',
      status: 'pending',
      cancelable: true,
      automatic: false,
      reversedBy: null,
      ...of,
    }) as Payout;

  it.each<readonly [string, 'cancel' | 'reverse' | 'retrieve' | 'update', Partial<Payout>, string | null]>([
    ['cancel, while it is pending', 'cancel', {}, null],
    ['cancel, once it has left', 'cancel', { status: 'paid', cancelable: false }, 'ac_1 is paid; cancel needs pending.'],
    ['cancel, when the provider says no', 'cancel', { cancelable: false }, 'ac_1 cannot be canceled.'],
    [
      'cancel, what the schedule made',
      'cancel',
      { cancelable: false, automatic: true },
      'ac_1 cannot be canceled: the provider made it by its own schedule.',
    ],
    ['cancel, in an unknown state', 'cancel', { status: 'unrecognized' }, 'ac_1 is unrecognized; cancel needs pending.'],
    ['reverse, once it is paid', 'reverse', { status: 'paid' }, null],
    ['reverse, while it is pending', 'reverse', {}, 'ac_1 is pending; reverse needs in_transit or paid.'],
    ['reverse, again', 'reverse', { status: 'paid', reversedBy: 'ac_2' }, 'ac_1 is reversed already, by ac_2.'],
    ['retrieve, in any state', 'retrieve', { status: 'failed', cancelable: false }, null],
    ['what it has not', 'update', {}, 'acme has no update.'],
    ['a payout of another provider', 'cancel', { provider: 'other' }, 'ac_1 belongs to acme, not to acme.'],
    ['a payout of another name', 'cancel', { name: 'eu' }, 'ac_1 belongs to eu, not to acme.'],
  ])('%s', (_, operation, payout, reason) => {
    expect(reasonAgainst(able, operation, payoutOf(payout))).toBe(reason);
  });

  it('says no of a real payout once it has left', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    expect(reasonAgainst(world.acme, 'cancel', await world.acme.retrieve('ac_1'))).toBeNull();
    world.bank.payouts.forEach((payout) => (payout.status = 'in_transit'));
    expect(reasonAgainst(world.acme, 'cancel', await world.acme.retrieve('ac_1'))).not.toBeNull();
  });
});
