// What a consumer sees of the built packages, without the source condition: every published path loads, and its declarations stand.
import { spawnSync } from 'node:child_process';
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, '.disburse/consumer');

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
}

const paths = globSync('packages/*/package.json', { cwd: root })
  .sort()
  .map((file) => JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest)
  .filter((manifest) => manifest.private !== true)
  .flatMap(({ name, exports }) => Object.keys(exports ?? {}).map((path) => `${name}${path.slice(1)}`))
  .filter((path) => !path.endsWith('.json'));

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
