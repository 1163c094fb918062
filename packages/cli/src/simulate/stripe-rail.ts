import type { ListeningServer, SimulatedStripe, SimulatedStripeAccount } from '@disburse/simulator';
import { assertIs, connectedAccount, type Rail } from './rail.ts';
import { availableText, minorUnitsOf, moneyOf, referenceOf } from './stripe-wire.ts';

export function stripeRail(stripe: SimulatedStripe, server: ListeningServer): Rail {
  const own = stripe.account().id;
  return {
    adapter: 'stripe',
    server,
    faults: stripe.faults,
    payouts: () =>
      stripe.payouts.map(({ id, status, amount, currency, metadata, destination, account }) => ({
        id,
        status,
        money: moneyOf(amount, currency),
        reference: referenceOf(metadata),
        destination,
        ...connectedAccount(account, own),
      })),
    accounts: () => stripe.accounts.map((account) => ({ ids: [account.id], available: balancesOf(account) })),
    connect: (id) => [stripe.account(id).id],
    fund: (money, id = own) => {
      const account = stripe.accounts.find((known) => known.id === id);
      if (account === undefined) return { ok: false, why: `stripe has no account ${id}.` };
      const wire = minorUnitsOf(money);
      if (!wire.ok) return wire;
      const currency = money.currency.toLowerCase();
      account.fund({ amount: wire.units, currency });
      return { ok: true, id, available: availableText(account.available(currency), currency) };
    },
    broken: () =>
      stripe.accounts.flatMap(({ id: account, externalAccounts }) =>
        externalAccounts.flatMap(({ id, status }) => (status === 'errored' ? [{ id, account }] : [])),
      ),
    repair: ({ id, account }) => stripe.account(account).updateBankAccount(id),
    requests: () => stripe.requests,
    move: (id, move, code) => {
      const account = stripe.account(stripe.payouts.find((payout) => payout.id === id)?.account);
      if (move === 'pay') return account.move(id, 'paid').status;
      if (move === 'return') throw new Error('Stripe shows a return as failed: bounce it.');
      if (move === 'bounce') assertIs(id, account.payouts.find((payout) => payout.id === id)?.status, 'paid');
      return account.move(id, 'failed', { failureCode: code ?? 'account_closed' }).status;
    },
    deliverTo: async (url, onDelivery) => {
      const endpoint = await stripe.webhooks.add({ url, onDelivery });
      return () => endpoint.remove();
    },
  };
}

/** Money of customers' cards is what payouts take where nothing else is said; any other kind is named. */
const balancesOf = ({ balances }: SimulatedStripeAccount): readonly string[] =>
  balances.map(
    ({ currency, sourceType, available }) => availableText(available, currency) + (sourceType === 'card' ? '' : ` (${sourceType})`),
  );
