import { refuse, typedOptions, wholeNumber } from '../../command-line.ts';
import { runKills } from './kills.ts';
import { ADAPTERS } from './lines.ts';

const USAGE = `pnpm kills [options]
  --adapter <name>   only this one, may be repeated (${ADAPTERS.join(', ')})
  --kills <n>        how often workers of each are killed (default 200)
  --seed <n>         what decides when (default: another one each time; it is printed)
  --help             prints this
Ends with 1 where a payout was made twice, lost or told falsely, and with 2 where it was called wrongly.`;

const values = typedOptions(USAGE, {
  adapter: { type: 'string', multiple: true, default: [...ADAPTERS] },
  kills: { type: 'string', default: '200' },
  seed: { type: 'string', default: String(Date.now() % 1_000_000) },
});
const kills = wholeNumber('--kills', values.kills, 1);
const seed = wholeNumber('--seed', values.seed, 0);
const strange = values.adapter.find((name) => !ADAPTERS.some((known) => known === name));
if (strange !== undefined) refuse(`--adapter is one of ${ADAPTERS.join(', ')}`);

let wrong = 0;
for (const adapter of ADAPTERS.filter((one) => values.adapter.includes(one))) {
  const began = Date.now();
  process.stdout.write(`${adapter}: seed ${seed}\n`);
  const {
    kills: done,
    references,
    outcomes,
    findings,
  } = await runKills({
    adapter,
    kills,
    seed,
    onKill: (killed, { findings: { length } }) => {
      if (killed % 50 === 0) process.stdout.write(`  ${killed} kills, ${length} wrong\n`);
    },
  });
  const count = (is: string): number => findings.filter((one) => one.is === is).length;
  const told = `${outcomes.accepted} accepted, ${outcomes.rejected} rejected, ${outcomes.unknown} unknown`;
  process.stdout.write(`${adapter}: ${done} kills, ${references} references, outcomes: ${told}\n`);
  process.stdout.write(
    `${adapter}: ${count('twice')} twice, ${count('lost')} lost, ${count('lie')} lies, in ${Math.round((Date.now() - began) / 1000)} s\n`,
  );
  for (const { is, reference, says } of findings.slice(0, 20)) process.stdout.write(`  ${is}: ${reference}: ${says}\n`);
  wrong += findings.length;
}
process.exitCode = wrong === 0 ? 0 : 1;
