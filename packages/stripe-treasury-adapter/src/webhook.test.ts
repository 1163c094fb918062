// Contract section 10: seven types, the signature and envelope of every Stripe adapter, no thin events.
import { createHmac } from 'node:crypto';
import { isPayoutError, type TelemetryDiagnostic } from '@disburse/core';
import type { WebhookPayload } from '@disburse/core/adapter';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import payment from './__fixtures__/outbound-payment.json' with { type: 'json' };
import { createStripeTreasury, type StripeTreasurySettings } from './index.ts';
import { toPayout } from './read-payment.ts';
import { PAYMENT_TYPES } from './webhook.ts';

const SECRET = 'whsec_test_secret';
const T = 1_795_165_200;

function hooked(settings: Partial<StripeTreasurySettings> = {}) {
  const told: TelemetryDiagnostic[] = [];
  const treasury = createStripeTreasury({
    apiKey: 'sk_test_1',
    financialAccount: 'fa_1',
    webhookSecrets: [SECRET],
    runtime: { now: () => T * 1000 },
    onTelemetry: (event) => void (event.type === 'diagnostic' && told.push(event)),
    ...settings,
  });
  return { treasury, told };
}

const v1 = (body: string, secret = SECRET): string => createHmac('sha256', secret).update(`${T}.${body}`).digest('hex');
function delivery(event: object, secret = SECRET): WebhookPayload & { readonly body: string } {
  const body = JSON.stringify(event);
  return { body, headers: { 'stripe-signature': `t=${T},v1=${v1(body, secret)}` } };
}

const snapshot = (type: string, object: object = {}, more: object = {}): object => ({
  id: 'evt_1',
  object: 'event',
  created: T,
  data: { object: { ...payment, ...object } },
  livemode: false,
  request: { id: 'req_1', idempotency_key: 'key-1' },
  type,
  account: 'acct_1',
  ...more,
});

describe('the seven types', () => {
  it.each(PAYMENT_TYPES)('%s', async (type) => {
    const { treasury, told } = hooked({ name: 'parties' });
    expect(await treasury.parseWebhook(delivery(snapshot(type)))).toEqual([
      {
        id: 'evt_1',
        type,
        provider: 'stripe-treasury',
        name: 'parties',
        payoutId: payment.id,
        payout: toPayout('parties', payment),
        occurredAt: new Date(T * 1000).toISOString(),
        live: false,
        account: 'acct_1',
        idempotencyKey: 'key-1',
      },
    ]);
    expect(told).toEqual([]);
  });

  it('are those of the documentation, by hand', () => {
    const names = ['created', 'posted', 'failed', 'canceled', 'returned', 'expected_arrival_date_updated', 'tracking_details_updated'];
    expect(PAYMENT_TYPES).toEqual(names.map((name) => `treasury.outbound_payment.${name}`));
  });

  it.each([
    [{ status: 'processing', cancelable: true }, 'pending'],
    [{ status: 'processing', cancelable: false }, 'in_transit'],
    [{ status: 'returned', cancelable: false, returned_details: { code: 'no_account' } }, 'returned'],
  ])("the status is the object's, not the event's: %j", async (object, status) => {
    const [event] = await hooked().treasury.parseWebhook(delivery(snapshot('treasury.outbound_payment.posted', object)));
    expect(event?.payout?.status).toBe(status);
  });
});

describe('verified and ignored', () => {
  it.each<[string, object, string]>([
    ['a type that does not exist', snapshot('treasury.outbound_payment.processing'), 'webhook_unknown'],
    ['the neighbour', snapshot('treasury.outbound_transfer.posted'), 'webhook_unknown'],
    ["Stripe Payouts'", snapshot('payout.paid'), 'webhook_unknown'],
    ["the neighbour's object", snapshot('treasury.outbound_payment.posted', { object: 'treasury.outbound_transfer' }), 'webhook_foreign'],
    [
      'another object of v2',
      snapshot('treasury.outbound_payment.posted', { object: 'v2.money_management.outbound_payment' }),
      'webhook_foreign',
    ],
    [
      'a thin event, of which it has none',
      { id: 'e', object: 'v2.core.event', type: 'v1.payout.paid', livemode: false, related_object: { id: 'po_1' } },
      'webhook_unknown',
    ],
    ['live money, with a test key', snapshot('treasury.outbound_payment.posted', {}, { livemode: true }), 'webhook_other_mode'],
  ])('%s', async (_, event, code) => {
    const { treasury, told } = hooked();
    expect(await treasury.parseWebhook(delivery(event))).toEqual([]);
    expect(told).toMatchObject([{ type: 'diagnostic', provider: 'stripe-treasury', code, message: expect.any(String) }]);
  });

  it('a payment that cannot be read is a hint', async () => {
    const { treasury, told } = hooked();
    const events = await treasury.parseWebhook(delivery(snapshot('treasury.outbound_payment.failed', { created: 'yesterday' })));
    expect(events).toMatchObject([{ payoutId: payment.id, payout: null }]);
    expect(told).toMatchObject([{ code: 'webhook_payout_unreadable' }]);
  });
});

describe('refused', () => {
  it.each([['whsec_other'], [`${SECRET} `]])('what another secret signed', async (secret) => {
    await expect(hooked().treasury.parseWebhook(delivery(snapshot('treasury.outbound_payment.posted'), secret))).rejects.toMatchObject({
      code: 'webhook_refused',
      provider: 'stripe-treasury',
    });
  });

  it('10,000 fuzzed deliveries', async () => {
    const { treasury } = hooked();
    const good = delivery(snapshot('treasury.outbound_payment.posted'));
    const parts = ['v1=', 'v0=', ',', ' ', `t=${T}`, 't=', '0'.repeat(64), v1(good.body, 'other'), '=', 'ü'];
    const header = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...parts), { maxLength: 10 }).map((some) => some.join('')),
    );
    const body = fc.oneof(
      fc.constant(good.body),
      fc.constant(good.body).map((text) => text.replace('acct_1', 'acct_2')),
      fc.string(),
    );
    const property = fc.asyncProperty(header, body, async (sent, content) => {
      const delivered = { headers: { 'stripe-signature': sent }, body: content };
      const error: unknown = await treasury.parseWebhook(delivered).catch((thrown: unknown) => thrown);
      if (!isPayoutError(error) || error.code !== 'webhook_refused') throw new Error('taken, or broken');
    });
    await expect(fc.assert(property, { seed: 20_261_120, numRuns: 10_000 })).resolves.toBeUndefined();
  }, 60_000);
});
