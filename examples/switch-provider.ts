import { writeFile } from 'node:fs/promises';
import { createBalance } from '@disburse/balance-adapter';
import { loadConfig } from '@disburse/core/node';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';

const adapters = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };
const payouts = await loadConfig('disburse.config.json', adapters);

// The reference is your own id: one reference is one payout.
const [reference = 'week-47', amount = '125.00', currency = 'USD'] = process.argv.slice(2);
const outcome = await payouts.createPayout({ reference, money: { amount, currency }, description: 'Earnings of week 47' });

if (outcome.outcome === 'accepted') {
  console.log(`accepted: ${outcome.payout.id} is ${outcome.payout.status}`);
  for (const notice of outcome.notices) console.log(`note: ${notice.message}`);
} else if (outcome.outcome === 'rejected') {
  console.log(`rejected, certainly nothing was paid: ${outcome.error.message} (retry: ${outcome.retry})`);
  // For `next_attempt`: remove the cause, then createPayout({ ..., attempt: nextAttempt(outcome) }), from @disburse/core.
} else {
  await writeFile(`${encodeURIComponent(reference)}.json`, JSON.stringify(outcome.submission)); // It may have been paid.
  console.log(`unknown: ${outcome.error.message}`);
  const { next } = outcome;
  console.log(next.action === 'submit' ? `next: submit it again, from ${next.notBefore} on` : 'next: a person looks, then resolve');
}
