import { createHmac } from 'node:crypto';
import type { TelemetryDiagnostic } from '@disburse/core';
import type { WebhookPayload } from '@disburse/core/adapter';
import { createStripe, type StripeProvider, type StripeSettings } from '../index.ts';
import created from './payout.create.json' with { type: 'json' };

export const SECRET = 'whsec_test_secret';
/** The second of the contract's test vector. */
export const T = 1_492_774_577;

type Json = Readonly<Record<string, unknown>>;

/** A provider at the second {@link T} (or another), and what it tells. */
export function hooked(settings: Partial<StripeSettings> = {}, seconds: number = T): { readonly stripe: StripeProvider; readonly told: TelemetryDiagnostic[] } {
  const told: TelemetryDiagnostic[] = [];
  const runtime = { now: () => seconds * 1000 };
  const stripe = createStripe({ apiKey: 'sk_test_1', webhookSecrets: [SECRET], runtime, onTelemetry: (event) => void (event.type === 'diagnostic' && told.push(event)), ...settings });
  return { stripe, told };
}

export const v1 = (body: string | Uint8Array, secret: string = SECRET, t: number | string = T): string =>
  createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex');

/** A delivery signed at {@link T}. */
export function delivery(event: Json | string, secret: string = SECRET): WebhookPayload & { readonly body: string } {
  const body = typeof event === 'string' ? event : JSON.stringify(event);
  return { body, headers: { 'stripe-signature': `t=${T},v1=${v1(body, secret)}` } };
}

/** An Event with a payout in it. */
export const snapshot = (type: string, payout: Json = {}, more: Json = {}): Json => ({
  id: 'evt_1',
  object: 'event',
  api_version: '2026-10-28.endive',
  created: 1_795_165_200,
  data: { object: { ...created, ...payout }, previous_attributes: {} },
  livemode: false,
  pending_webhooks: 1,
  request: { id: 'req_1', idempotency_key: 'key-1' },
  type,
  ...more,
});

/** A thin event, which has no payout in it. */
export const thin = (type: string, more: Json = {}): Json => ({
  id: 'evt_thin_1',
  object: 'v2.core.event',
  created: '2026-11-20T09:00:00.123Z',
  livemode: false,
  type,
  related_object: { id: 'po_1', type: 'payout', url: '/v1/payouts/po_1' },
  ...more,
});
