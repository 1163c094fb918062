// Imported first by every script of this workspace. Plain JavaScript: the Node that must be refused has to be able to read it.
import { readFileSync } from 'node:fs';

const workspace = readFileSync(new URL('../pnpm-workspace.yaml', import.meta.url), 'utf8');
const pinned = /^ {2}node: (\d+)\./m.exec(workspace)?.[1];

if (process.versions.node.split('.')[0] !== pinned) {
  process.stderr.write(
    `This workspace runs on Node ${pinned}, which it installs by itself; this is Node ${process.versions.node}.\n` +
      'Start scripts through pnpm, for example: npx -y pnpm@12 test\n',
  );
  process.exit(1);
}
