// What a consumer sees of the built packages, without the source condition: every published path loads, and its declarations stand.
// The quick look, at links of the workspace; scripts/consumers.ts takes the long one, at what is installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedPaths, root } from './published.ts';

const folder = join(root, '.disburse/consumer');
const paths = publishedPaths();

const tsconfig = {
  extends: '../../tsconfig.base.json',
  compilerOptions: { noEmit: true, declaration: false, isolatedDeclarations: false, skipLibCheck: false, customConditions: [] },
  files: ['consumer.ts'],
};

function run(...command: readonly [string, ...string[]]): boolean {
  const [name, ...args] = command;
  return spawnSync(name, args, { cwd: folder, stdio: 'inherit' }).status === 0;
}

mkdirSync(folder, { recursive: true });
try {
  writeFileSync(join(folder, 'consumer.ts'), paths.map((path, index) => `export * as path${index} from '${path}';\n`).join(''));
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
  process.exitCode = run('tsc') && run('node', 'consumer.ts') ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
