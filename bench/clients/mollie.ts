import { Client } from 'mollie-api-typescript';
import { BALANCE_ID, MOLLIE_KEY } from '../canned.ts';
import { type Connect, expected } from '../client.ts';

export const connect: Connect = async (port) => {
  const mollie = new Client({ serverURL: `http://127.0.0.1:${port}`, security: { apiKey: MOLLIE_KEY } });
  return {
    create: async (nth) => {
      const payout = await mollie.payouts.create({
        idempotencyKey: `rent-${nth}`,
        payoutRequest: { balanceId: BALANCE_ID, amount: { currency: 'EUR', value: '10.50' }, description: 'Weekly payout 47' },
      });
      expected(payout.amount?.value === '10.50', 'a payout');
    },
  };
};
