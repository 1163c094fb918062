import { simulateMollie, simulateStripe, simulateStripeTreasury } from '@disburse/simulator';
import { describe, expect, it } from 'vitest';
import { ADAPTERS } from '../factories.ts';
import { EVENT_TYPES } from './event-types.ts';
import { sampleEvents } from './samples.ts';

const NOW = Date.parse('2026-11-23T09:00:00.000Z');

/** Whatever looks like an id: a prefix, `_`, and a long rest. */
const idsIn = (text: string): readonly string[] =>
  text.match(/(?<![A-Za-z0-9_.])[a-z]+_\w{15,}/g)?.filter((id) => /[0-9A-Z]/.test(id)) ?? [];

/** The ids of everything that the three simulators show of a payout, its event included. */
async function simulatedIds(seed: number): Promise<readonly string[]> {
  const stripe = simulateStripe({ seed });
  stripe.account().addAutomaticPayout({ amount: 500, currency: 'usd' });
  const treasury = simulateStripeTreasury({ seed });
  const account = treasury.account();
  const asked = { amount: '100', currency: 'usd', financial_account: account.financialAccount().id, customer: account.customers[0] ?? '' };
  await treasury.fetch('https://api.stripe.com/v1/treasury/outbound_payments', {
    method: 'POST',
    headers: { authorization: `Bearer ${treasury.apiKey}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...asked, destination_payment_method: 'pm_usBankAccount' }).toString(),
  });
  const mollie = simulateMollie({ seed });
  const payout = mollie.test.balance().addPayout({ amount: '1.00' });
  mollie.test.move(payout.id, 'completed');
  const worlds = [stripe, treasury, mollie].map(({ payouts, events }) => ({ payouts, events }));
  return idsIn(JSON.stringify(worlds));
}

describe('sample events', () => {
  it.each(ADAPTERS)('%s: every id of every sample is marked, and none has the form of a simulator’s', async (adapter) => {
    const samples = await sampleEvents(adapter, NOW);
    expect(samples.map(({ type }) => type)).toEqual(expect.arrayContaining(Object.keys(EVENT_TYPES[adapter].types)));
    for (const { id, type, body } of samples) {
      expect(id).toMatch(/^(evt|event)_sample_/);
      const ids = idsIn(body);
      expect(ids).toContain(id);
      if (type !== 'hook.ping') expect(ids.length).toBeGreaterThan(1); // The payout's, too.
      expect(ids.filter((one) => !/^[a-z]+_sample_[0-9A-Za-z]+$/.test(one))).toEqual([]);
    }
  });

  it.each([1, 2, 3, 1_000_003])('no simulator gives out an id of the samples’ form, with seed %i', async (seed) => {
    const ids = await simulatedIds(seed);
    expect(new Set(ids.map((id) => id.split('_')[0]))).toEqual(
      new Set(['po', 'obp', 'payout', 'evt', 'event', 'ba', 'txn', 'fa', 'trxn', 'cus', 'bal', 'req', 'pm']),
    );
    expect(ids.filter((id) => id.includes('_sample_') || !/^[a-z]+_[0-9A-Za-z]+$/.test(id))).toEqual([]);
  });
});
