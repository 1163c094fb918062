// Everything but the tests: `pnpm check`, or some gates by name: `pnpm check lint types`.
// One line a gate; the first that fails shows its output and ends the run.
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

type Gate = readonly [name: string, ...commands: readonly (readonly string[])[]];

const root = join(import.meta.dirname, '..');
const packed = mkdtempSync(join(tmpdir(), 'disburse-check-'));

// What a consumer would install is what gets judged, not the working folder.
const published = globSync('packages/*/package.json', { cwd: root })
  .sort()
  .filter((file) => (JSON.parse(readFileSync(join(root, file), 'utf8')) as { private?: boolean }).private !== true)
  .map((file) => ({ folder: dirname(file), tarball: join(packed, `${basename(dirname(file))}.tgz`) }));

const GATES: readonly Gate[] = [
  ['format', ['oxfmt', '--check']],
  ['lint', ['oxlint']],
  ['types', ['tsc', '--project', 'tsconfig.json']],
  ['directions', ['node', 'scripts/directions.ts']],
  ['unused', ['knip']],
  ['build', ['pnpm', '--recursive', '--filter', './packages/*', 'run', 'build']],
  ['consumer', ['node', 'scripts/consumer.ts']],
  [
    'package',
    ...published.flatMap(({ folder, tarball }) => [
      ['pnpm', '--dir', folder, 'pack', '--out', tarball],
      ['publint', 'run', tarball, '--strict'],
      ['attw', tarball, '--profile', 'esm-only'],
    ]),
  ],
];

function passes([name, ...commands]: Gate): boolean {
  const start = performance.now();
  for (const [command = '', ...args] of commands) {
    const { status, error, stdout, stderr } = spawnSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (status === 0) continue;
    console.log(`FAILED ${name}: ${[command, ...args].join(' ')}\n`);
    console.log(error === undefined ? `${stdout}${stderr}`.trim() : String(error));
    return false;
  }
  console.log(`ok     ${name.padEnd(12)}${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s`);
  return true;
}

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !GATES.some(([gate]) => gate === name));
if (unknown.length > 0) throw new Error(`No such gate: ${unknown.join(', ')}. There are: ${GATES.map(([gate]) => gate).join(', ')}.`);

try {
  process.exitCode = GATES.filter(([gate]) => chosen.length === 0 || chosen.includes(gate)).every(passes) ? 0 : 1;
} finally {
  rmSync(packed, { recursive: true });
}
