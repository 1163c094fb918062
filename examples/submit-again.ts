import { readFile } from 'node:fs/promises';
import { createBalance } from '@disburse/balance-adapter';
import { parseSubmission } from '@disburse/core';
import { loadConfig } from '@disburse/core/node';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';

const adapters = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };
const payouts = await loadConfig('disburse.config.json', adapters);

// Today, tomorrow, after a crash, twice: a submission is one payout. It goes to the provider it was made with.
const [file = 'week-47.json'] = process.argv.slice(2);
const outcome = await payouts.submit(parseSubmission(await readFile(file, 'utf8')));
console.log(outcome.outcome === 'accepted' ? `accepted: ${outcome.payout.id}` : `${outcome.outcome}: ${outcome.error.message}`);
