import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';
import { tally } from './tally.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    from: { type: 'string', default: '1' },
    count: { type: 'string', default: '1000' },
    trace: { type: 'boolean', default: false },
  },
});

const from = Number(values.seed ?? values.from);
const count = values.seed === undefined ? Number(values.count) : 1;
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
