import { parseArgs } from 'node:util';
import { runKills } from './kills.ts';
import { ADAPTERS } from './lines.ts';

const { values } = parseArgs({
  options: {
    adapter: { type: 'string', multiple: true, default: [...ADAPTERS] },
    kills: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

let wrong = 0;
for (const adapter of ADAPTERS.filter((one) => values.adapter.includes(one))) {
  const seed = Number(values.seed);
  const began = Date.now();
  process.stdout.write(`${adapter}: seed ${seed}\n`);
  const { kills, references, outcomes, findings } = await runKills({
    adapter,
    kills: Number(values.kills),
    seed,
    onKill: (killed, { findings: { length } }) => {
      if (killed % 50 === 0) process.stdout.write(`  ${killed} kills, ${length} wrong\n`);
    },
  });
  const count = (is: string): number => findings.filter((one) => one.is === is).length;
  const told = `${outcomes.accepted} accepted, ${outcomes.rejected} rejected, ${outcomes.unknown} unknown`;
  process.stdout.write(`${adapter}: ${kills} kills, ${references} references, outcomes: ${told}\n`);
  process.stdout.write(
    `${adapter}: ${count('twice')} twice, ${count('lost')} lost, ${count('lie')} lies, in ${Math.round((Date.now() - began) / 1000)} s\n`,
  );
  for (const { is, reference, says } of findings.slice(0, 20)) process.stdout.write(`  ${is}: ${reference}: ${says}\n`);
  wrong += findings.length;
}
process.exitCode = wrong === 0 ? 0 : 1;
