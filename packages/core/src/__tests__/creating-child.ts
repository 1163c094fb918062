// A process that creates one reference several times at once: <address of Acme> <folder> <reference> <times>
// It prints for each the payout, or what else came of it, and the submission.
import { fileSubmissions } from '../node.ts';
import { ACME_TOKEN } from './acme-bank.ts';
import { createAcme } from './acme.ts';
import { untilGo } from './child.ts';

const [baseUrl = '', folder = '', reference = '', times = '1'] = process.argv.slice(2);
const acme = createAcme({ token: ACME_TOKEN, baseUrl, submissions: fileSubmissions(folder) });
await untilGo();
const outcomes = await Promise.all(
  Array.from({ length: Number(times) }, () => acme.createPayout({ reference, money: { amount: '10.50', currency: 'EUR' } })),
);
for (const outcome of outcomes) {
  const told = outcome.outcome === 'accepted' ? outcome.payout.id : `${outcome.outcome}: ${outcome.error.message}`;
  process.stdout.write(`${told} ${JSON.stringify(outcome.submission)}\n`);
}
process.exit(0); // Kept connections would keep it alive.
