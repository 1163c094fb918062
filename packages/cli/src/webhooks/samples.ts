import {
  createVirtualClock,
  simulateMollie,
  simulateStripe,
  simulateStripeTreasury,
  type VirtualClock,
  type WebhookRequest,
} from '@disburse/simulator';
import { createHmac } from 'node:crypto';
import type { AdapterId } from '../factories.ts';

/** An event as a provider writes it. */
export interface SampleEvent {
  readonly id: string;
  readonly type: string;
  readonly body: string;
}

const DAY_MS = 86_400_000;
/** Long enough for every story below. */
const STORY_DAYS = 28;

/**
 * One event of every type that a provider knows: what a simulated provider told of some payouts that it has just lived through.
 *
 * Every id says `sample_` after its prefix, so that no sample can be taken for an event of a payout that exists in a simulator.
 */
export async function sampleEvents(adapter: AdapterId, now: number): Promise<readonly SampleEvent[]> {
  const clock = createVirtualClock({ start: new Date(now - STORY_DAYS * DAY_MS).toISOString() });
  const told: SampleEvent[] = [];
  const deliver = ({ body }: WebhookRequest): { readonly status: number } => {
    const marked = markIds(body);
    const event = JSON.parse(marked) as { readonly id: string; readonly type: string };
    told.push({ id: event.id, type: event.type, body: marked });
    return { status: 200 };
  };
  await STORIES[adapter](clock, deliver);
  return told;
}

/** The form of every id that a simulator makes: a prefix, random characters, and a counter of six. No second `_`. */
const SIMULATED_ID = /(?<![A-Za-z0-9])([a-z]+)_([0-9A-Za-z]{15,}[0-9A-Z]{6})(?![0-9A-Za-z_])/g;

/** The same text with ids that no simulator makes. */
const markIds = (body: string): string => body.replaceAll(SIMULATED_ID, '$1_sample_$2');

type Deliver = (request: WebhookRequest) => { readonly status: number };

const STORIES: Readonly<Record<AdapterId, (clock: VirtualClock, deliver: Deliver) => Promise<void>>> = {
  stripe: async (clock, deliver) => {
    const stripe = simulateStripe({ clock });
    await stripe.webhooks.add({ deliver });
    const headers = { authorization: `Bearer ${stripe.apiKey}`, 'content-type': 'application/x-www-form-urlencoded' };
    const post = (path: string, body = ''): Promise<Response> =>
      stripe.fetch(`https://api.stripe.com/v1/payouts${path}`, { method: 'POST', headers, body });
    for (let made = 0; made < 3; made += 1) await post('', 'amount=1100&currency=usd');
    const account = stripe.account();
    const [paid = '', failed = '', canceled = ''] = account.payouts.map(({ id }) => id);
    await post(`/${canceled}/cancel`);
    account.move(paid, 'paid');
    account.move(failed, 'failed');
    account.move(account.addAutomaticPayout({ amount: 500, currency: 'usd' }).id, 'paid');
    await stripe.webhooks.settle();
  },
  'stripe-treasury': async (clock, deliver) => {
    const treasury = simulateStripeTreasury({ clock });
    await treasury.webhooks.add({ deliver });
    const account = treasury.account();
    const headers = { authorization: `Bearer ${treasury.apiKey}`, 'content-type': 'application/x-www-form-urlencoded' };
    const post = (path: string, body = ''): Promise<Response> =>
      treasury.fetch(`https://api.stripe.com/v1/${path}`, { method: 'POST', headers, body });
    const pay = (token: string): Promise<Response> => {
      const request = {
        amount: '1100',
        currency: 'usd',
        financial_account: account.financialAccount().id,
        customer: account.customers[0] ?? '',
        destination_payment_method: token,
      };
      return post('treasury/outbound_payments', new URLSearchParams(request).toString());
    };
    for (let made = 0; made < 3; made += 1) await pay('pm_usBankAccount');
    await pay('pm_usBankAccount_expectedArrivalDateUpdated');
    const [returned = '', failed = '', canceled = ''] = account.payouts.map(({ id }) => id);
    await post(`treasury/outbound_payments/${canceled}/cancel`);
    account.move(failed, 'failed');
    await clock.advance(14 * DAY_MS); // The first is tracked and posted by itself.
    account.move(returned, 'returned', { code: 'account_closed' });
    await treasury.webhooks.settle();
  },
  balance: async (clock, deliver) => {
    const mollie = simulateMollie({ clock });
    await mollie.webhooks.add({ deliver });
    const balance = mollie.test.balance();
    const completed = balance.addPayout({ by: 'dashboard', amount: '11.00' });
    await clock.advance(7 * DAY_MS);
    mollie.test.move(completed.id, 'failed', { code: 'returned' });
    const headers = { authorization: `Bearer ${mollie.testKey}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ balanceId: balance.id, amount: { currency: 'EUR', value: '11.00' } });
    const made = await mollie.fetch('https://api.mollie.com/v2/payouts', { method: 'POST', headers, body });
    const { id } = (await made.json()) as { readonly id: string };
    await mollie.fetch(`https://api.mollie.com/v2/payouts/${id}`, { method: 'DELETE', headers });
    await mollie.webhooks.settle();
  },
};

/**
 * The header that a provider signs an event with.
 *
 * @see https://docs.stripe.com/webhooks#verify-manually
 * @see https://docs.mollie.com/reference/webhooks-best-practices
 */
export function signatureOf(adapter: AdapterId, secret: string, body: string, now: number): Readonly<Record<string, string>> {
  const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('hex');
  if (adapter === 'balance') return { 'x-mollie-signature': `sha256=${hmac(body)}` };
  const seconds = Math.floor(now / 1000);
  return { 'stripe-signature': `t=${seconds},v1=${hmac(`${seconds}.${body}`)}` };
}
