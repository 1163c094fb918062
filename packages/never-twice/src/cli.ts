import { typedOptions, wholeNumber } from './command-line.ts';
import { simulate } from './simulate.ts';
import { tally } from './tally.ts';

const USAGE = `pnpm never-twice [options]
  --seed <n>    plays this seed, and no other
  --from <n>    the first seed (default 1)
  --count <n>   how many seeds (default 1000)
  --trace       prints what happened in each run
  --help        prints this
Ends with 1 where a payout was made twice, lost or told falsely, and with 2 where it was called wrongly.`;

const values = typedOptions(USAGE, {
  seed: { type: 'string' },
  from: { type: 'string', default: '1' },
  count: { type: 'string', default: '1000' },
  trace: { type: 'boolean', default: false },
});

const from = values.seed === undefined ? wholeNumber('--from', values.from, 0) : wholeNumber('--seed', values.seed, 0);
const count = values.seed === undefined ? wholeNumber('--count', values.count, 1) : 1;
const started = process.cpuUsage();
const totals = tally();
for (let seed = from; seed < from + count; seed += 1) {
  const report = await simulate(seed, { trace: values.trace });
  totals.add(report);
  if (values.trace) process.stdout.write(`${report.trace.join('\n')}\n`);
  for (const { is, reference, told } of report.violations) process.stdout.write(`seed ${seed}: ${is}: ${reference}: ${told}\n`);
}
const { user, system } = process.cpuUsage(started);
process.stdout.write(`${totals.text()}\n${((user + system) / 1e6).toFixed(1)} s of CPU\n`);
process.exitCode = totals.failed.length === 0 ? 0 : 1;
