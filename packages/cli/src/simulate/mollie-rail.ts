import type { ListeningServer, MollieBalanceObject, SimulatedMollie } from '@disburse/simulator';
import { moneyText } from '../tables.ts';
import { assertIs, type Rail } from './rail.ts';

export const MOLLIE_WEBHOOK_SECRET = 'simulated-mollie-webhook-secret';

export function mollieRail(mollie: SimulatedMollie, server: ListeningServer): Rail {
  const { test } = mollie;
  return {
    adapter: 'balance',
    server,
    faults: mollie.faults,
    payouts: () =>
      mollie.payouts.map(({ id, status, amount, description }) => ({
        id,
        status,
        money: amount === null ? null : { amount: amount.value, currency: amount.currency },
        reference: referenceIn(description),
        destination: null,
      })),
    accounts: () => test.balances.map((balance) => ({ ids: [balance.id], available: [availableText(balance)] })),
    fund: ({ amount, currency }, id = test.balance().id) => {
      const balance = test.balances.find((known) => known.id === id);
      if (balance === undefined) return { ok: false, why: `balance has no ${id}.` };
      if (balance.currency !== currency) return { ok: false, why: `${id} holds ${balance.currency} only, and no ${currency}.` };
      if (!/^\d{1,11}\.\d\d$/.test(amount) || Number(amount) === 0) {
        return { ok: false, why: `${currency} amounts have exactly 2 decimals at Mollie and are more than zero, such as 10.50.` };
      }
      test.balance(id).fund(amount);
      return { ok: true, id, available: availableText(test.balance(id).balance) };
    },
    broken: () => [], // A payout that comes back leaves the balance's bank account as it was.
    repair: () => undefined,
    requests: () => mollie.requests,
    move: (id, move, code) => {
      if (move === 'pay') return test.move(id, 'completed').status;
      if (move === 'fail') return test.move(id, 'failed', { code: code ?? 'bank_processing_failed' }).status;
      if (move === 'bounce') assertIs(id, test.payouts.find((payout) => payout.id === id)?.status, 'completed');
      return test.move(id, 'failed', { code: code ?? 'returned' }).status;
    },
    deliverTo: async (url, onDelivery) => {
      const endpoint = await mollie.webhooks.add({ url, secret: MOLLIE_WEBHOOK_SECRET, onDelivery });
      return () => endpoint.remove();
    },
  };
}

const availableText = ({ availableAmount: { value, currency } }: MollieBalanceObject): string => moneyText({ amount: value, currency });

/** Mollie keeps no reference. With `correlation: 'description'` the adapter writes it at the end, as `[reference key]`. */
const referenceIn = (description: string | null): string | null => /\[(\S+) [0-9a-f-]{36}\]$/.exec(description ?? '')?.[1] ?? null;
