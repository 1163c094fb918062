import { readFile } from 'node:fs/promises';
import { createBalance } from '@disburse/balance-adapter';
import { parseSubmission, registryFromConfig } from '@disburse/core';
import { fileSubmissions } from '@disburse/core/node';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';

const config: unknown = JSON.parse(await readFile('disburse.config.json', 'utf8'));
const adapters = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };
const payouts = registryFromConfig(config, adapters, { settings: { submissions: fileSubmissions('submissions') } });

// Today, tomorrow, after a crash, twice: a submission is one payout. It goes to the provider it was made with.
const [file = 'seller-42-2026-11.json'] = process.argv.slice(2);
const outcome = await payouts.submit(parseSubmission(await readFile(file, 'utf8')));
console.log(outcome.outcome === 'accepted' ? `accepted: ${outcome.payout.id}` : `${outcome.outcome}: ${outcome.error.message}`);
