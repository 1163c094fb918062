// Everything but the tests: `pnpm check`, or some gates by name: `pnpm check lint types`.
// One line a gate, and what it notes; the first that fails shows its output and ends the run.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishedPackages, root } from './published.ts';

type Gate = readonly [name: string, ...commands: readonly (readonly string[])[]];

const packed = mkdtempSync(join(tmpdir(), 'disburse-check-'));

// What a consumer would install is what gets judged, not the working folder.
const published = publishedPackages().map(({ folder, label }) => ({ folder, tarball: join(packed, `${label}.tgz`) }));

const GATES: readonly Gate[] = [
  ['format', ['oxfmt', '--check']],
  ['lint', ['oxlint']],
  ['types', ['tsc', '--project', 'tsconfig.json']],
  ['directions', ['node', 'scripts/directions.ts']],
  ['names', ['node', 'scripts/names.ts']],
  ['sentences', ['node', 'scripts/sentences.ts']],
  ['unused', ['knip'], ['knip', '--production', '--config', 'knip.production.jsonc']],
  ['build', ['pnpm', '--recursive', '--filter', './packages/*', 'run', 'build']],
  ['consumer', ['node', 'scripts/consumer.ts']],
  [
    'package',
    ...published.flatMap(({ folder, tarball }) => [
      ['pnpm', '--dir', folder, 'pack', '--out', tarball],
      ['publint', 'run', tarball, '--strict'],
      ['attw', tarball, '--profile', 'esm-only'],
    ]),
    ['node', 'scripts/tarballs.ts', ...published.map(({ tarball }) => tarball)],
  ],
  ['size', ['node', 'scripts/sizes.ts']],
  ['licences', ['node', 'scripts/licences.ts']],
  ['sbom', ['node', 'scripts/sbom.ts', join(packed, 'sbom')]],
  ['audit', ['node', 'scripts/audit.ts']],
];

function passes([name, ...commands]: Gate): boolean {
  const start = performance.now();
  const notes: string[] = [];
  for (const [command = '', ...args] of commands) {
    const { status, error, stdout, stderr } = spawnSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (status === 0) {
      notes.push(...stdout.split('\n').filter((line) => line.startsWith('note: ')));
      continue;
    }
    console.log(`FAILED ${name}: ${[command, ...args].join(' ')}\n`);
    console.log(error === undefined ? `${stdout}${stderr}`.trim() : String(error));
    return false;
  }
  console.log(`ok     ${name.padEnd(12)}${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s`);
  for (const note of notes) console.log(`       ${note}`);
  return true;
}

const NAMES = GATES.map(([gate]) => gate).join(', ');
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !GATES.some(([gate]) => gate === name));

try {
  if (chosen.includes('--help') || chosen.includes('-h')) console.log(`pnpm check runs all gates, or those that are named: ${NAMES}.`);
  else if (unknown.length > 0) {
    console.error(`No such gate: ${unknown.join(', ')}. There are: ${NAMES}.`);
    process.exitCode = 2;
  } else process.exitCode = GATES.filter(([gate]) => chosen.length === 0 || chosen.includes(gate)).every(passes) ? 0 : 1;
} finally {
  rmSync(packed, { recursive: true });
}
