import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const workspace = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');
const pinned = /^ {2}node: (\d.+)$/m.exec(workspace)?.[1];

describe('the pinned Node', () => {
  it('runs the tests', () => {
    expect(process.versions.node).toBe(pinned);
  });

  it('is the one that pnpm judges dependencies by', () => {
    expect(/^nodeVersion: (.+)$/m.exec(workspace)?.[1]).toBe(pinned);
  });

  it('is asked for in plain words where another Node runs a script', () => {
    const other = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`;
    const run = spawnSync(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(other)}`, 'scripts/pinned-node.js'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toContain('npx -y pnpm@12 test');
  });
});
