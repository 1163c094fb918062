import type {
  FinancialAccountObject,
  ListeningServer,
  ReturnCode,
  SimulatedStripeTreasury,
  SimulatedTreasuryAccount,
} from '@disburse/simulator';
import { assertIs, connectedAccount, type Rail } from './rail.ts';
import { availableText, minorUnitsOf, moneyOf, referenceOf } from './stripe-wire.ts';

interface Place {
  readonly account: SimulatedTreasuryAccount;
  readonly financialAccount: FinancialAccountObject;
}

export function treasuryRail(treasury: SimulatedStripeTreasury, server: ListeningServer): Rail {
  const own = treasury.account().id;
  const places = (): readonly Place[] =>
    treasury.accounts.flatMap((account) => account.financialAccounts.map((financialAccount) => ({ account, financialAccount })));
  return {
    adapter: 'stripe-treasury',
    server,
    faults: treasury.faults,
    payouts: () =>
      treasury.payouts.map(({ id, status, amount, currency, metadata, destination_payment_method: destination, account }) => ({
        id,
        status,
        money: moneyOf(amount, currency),
        reference: referenceOf(metadata),
        destination,
        ...connectedAccount(account, own),
      })),
    accounts: () =>
      places().map(({ account, financialAccount }) => ({
        ids: idsOf(account, financialAccount.id),
        available: [cashText(financialAccount)],
      })),
    connect: (id) => {
      const account = treasury.account(id);
      return idsOf(account, account.financialAccount().id);
    },
    fund: (money, id = own) => {
      const place = places().find(({ account, financialAccount }) => [account.id, financialAccount.id].includes(id));
      if (place === undefined) return { ok: false, why: `stripe-treasury has no account ${id}.` };
      const wire = minorUnitsOf(money);
      if (!wire.ok) return wire;
      if (money.currency !== 'USD') return { ok: false, why: `stripe-treasury holds USD only, and no ${money.currency}.` };
      const { account, financialAccount } = place;
      account.fund(wire.units, financialAccount.id);
      return { ok: true, id: financialAccount.id, available: cashText(account.financialAccount(financialAccount.id)) };
    },
    broken: () => [], // A payment that comes back leaves its payment method as it was.
    repair: () => undefined,
    requests: () => treasury.requests,
    move: (id, move, code) => {
      const account = treasury.account(treasury.payouts.find((payment) => payment.id === id)?.account);
      if (move === 'pay') return account.move(id, 'posted').status;
      if (move === 'fail') return account.move(id, 'failed').status;
      if (move === 'bounce') assertIs(id, account.payouts.find((payment) => payment.id === id)?.status, 'posted');
      return account.move(id, 'returned', { code: (code ?? 'account_closed') as ReturnCode }).status; // What it does not know it refuses.
    },
    deliverTo: async (url, onDelivery) => {
      const endpoint = await treasury.webhooks.add({ url, onDelivery });
      return () => endpoint.remove();
    },
  };
}

const idsOf = ({ id, customers }: SimulatedTreasuryAccount, financialAccount: string): readonly string[] => [
  id,
  financialAccount,
  ...customers.slice(0, 1),
];

const cashText = ({ balance }: FinancialAccountObject): string => availableText(balance.cash.usd, 'usd');
