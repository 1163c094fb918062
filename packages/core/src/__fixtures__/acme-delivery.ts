import { createHmac } from 'node:crypto';
import type { TelemetryDiagnostic } from '../index.ts';
import type { WebhookPayload } from '../adapter.ts';
import { type AcmeProvider, type AcmeSettings, createAcme } from '../__tests__/acme.ts';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';

export const SECRET = 'acme_secret';

/** An Acme whose deliveries are believed with {@link SECRET}, and what it tells. */
export function hookedAcme(settings: Partial<AcmeSettings> = {}): { readonly acme: AcmeProvider; readonly told: TelemetryDiagnostic[] } {
  const told: TelemetryDiagnostic[] = [];
  const acme = createAcme({ token: ACME_TOKEN, webhookSecrets: [SECRET], onTelemetry: (event) => void (event.type === 'diagnostic' && told.push(event)), ...settings });
  return { acme, told };
}

export const sign = (body: string | Uint8Array, secret: string = SECRET): string => createHmac('sha256', secret).update(body).digest('hex');

/** A payout as Acme writes it. */
export const acmePayout = (status = 'paid', id = 'ac_1'): object => ({
  id,
  amount: '10.50',
  currency: 'EUR',
  status,
  text: null,
  token: null,
  reference: null,
  created_at: '2026-11-20T09:00:00.000Z',
  live: false,
});

/** The body of an event of Acme's. */
export const acmeEvent = (id = 'evt_1', payout: object | null = acmePayout()): string => JSON.stringify({ id, payout_id: 'ac_1', payout });

/** A signed delivery. */
export const delivery = (body: string = acmeEvent(), secret: string = SECRET): WebhookPayload & { readonly body: string } => ({
  headers: { 'Acme-Signature': sign(body, secret) },
  body,
});

/** The same as a Fetch request. */
export function request({ headers, body }: WebhookPayload = delivery(), init: RequestInit = {}): Request {
  return new Request('http://127.0.0.1/', { method: 'POST', headers: headers as Record<string, string>, body: body as string | Uint8Array<ArrayBuffer>, ...init });
}
