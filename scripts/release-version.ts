// Turns the changesets into versions and changelogs: `pnpm release:version`, on a branch, to be looked at and merged. Versions are also told by code
// (`disburse --version`, the User-Agent for Mollie), which runs where there is no package.json to read.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPackages, root } from './published.ts';

function run(command: string, ...args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${[command, ...args].join(' ')} failed`, { cause: error });
}

run('changeset', 'version');
for (const { folder, manifest } of publishedPackages()) {
  const file = join(root, folder, 'src/version.ts');
  if (!existsSync(file)) continue;
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, text.replace(/(VERSION: string = ')[^']+'/, `$1${manifest.version}'`));
}
run('pnpm', 'install', '--lockfile-only');
run('oxfmt');
