import { createBalance } from '@disburse/balance-adapter';
import { BALANCE_ID, MOLLIE_KEY } from '../canned.ts';
import { type Connect, expected } from '../client.ts';

export const connect: Connect = async (port) => {
  const balance = createBalance({
    token: MOLLIE_KEY,
    balanceId: BALANCE_ID,
    acceptScheduleSideEffect: true,
    baseUrl: `http://127.0.0.1:${port}`,
  });
  return {
    create: async (nth) => {
      const outcome = await balance.createPayout({
        reference: `rent-${nth}`,
        money: { amount: '10.50', currency: 'EUR' },
        description: 'Weekly payout 47',
      });
      expected(outcome.outcome === 'accepted' && outcome.payout.money?.amount === '10.50', `a create that is ${outcome.outcome}`);
    },
  };
};
