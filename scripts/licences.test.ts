// What may come with a package, and that everything that does is looked at.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Installed, installedWith, type Manifest, problemsOf, production } from './licences.ts';

const installed = (manifest: Partial<Manifest>): Installed => ({
  folder: '/nowhere',
  manifest: { name: 'one', version: '1.0.0', license: 'MIT', ...manifest },
  through: ['@disburse/core', 'one'],
  peer: false,
});
const nothing = (): boolean => false;

describe('a package that comes with ours', () => {
  it.each<readonly [string, Partial<Manifest>]>([
    ['of a licence that asks for its text only', {}],
    ['that runs scripts for its own authors', { scripts: { prepare: 'build', prepublishOnly: 'test', test: 'test' } }],
  ])('%s may', (_, manifest) => expect(problemsOf(installed(manifest), nothing)).toEqual([]));

  it.each<readonly [string, Partial<Manifest>, string]>([
    ['of another licence', { license: 'GPL-3.0-only' }, 'the licence "GPL-3.0-only" is not one of'],
    ['of a choice of licences', { license: '(MIT OR GPL-3.0-only)' }, 'the licence "(MIT OR GPL-3.0-only)" is not one of'],
    ['of no licence', { license: undefined }, 'the licence is not told, and is not one of'],
    ['with a licence that is no text', { license: { type: 'MIT' } }, 'is not one of'],
    [
      'that runs a script after it is installed',
      { scripts: { postinstall: 'node steal.js' } },
      'runs a script while it is installed: postinstall',
    ],
    ['that runs a script before it', { scripts: { preinstall: 'node steal.js' } }, 'runs a script while it is installed: preinstall'],
    ['that runs a script as it is installed', { scripts: { install: 'node steal.js' } }, 'runs a script while it is installed: install'],
  ])('%s may not', (_, manifest, problem) => {
    expect(problemsOf(installed(manifest), nothing)).toEqual([expect.stringContaining(problem)]);
    expect(problemsOf(installed(manifest), nothing)[0]).toContain('one@1.0.0 (@disburse/core > one)');
  });

  it('that is built may not', () => {
    expect(problemsOf(installed({}), (file) => file === 'binding.gyp')).toEqual([expect.stringContaining('binding.gyp')]);
  });
});

/** A folder of packages, by their place. */
function tree(manifests: Readonly<Record<string, Partial<Manifest>>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'disburse-licences-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [place, manifest] of Object.entries(manifests)) {
    const file = join(folder, place, 'package.json');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify({ name: place.replace(/^.*node_modules\//, ''), version: '1.0.0', ...manifest }));
  }
  return folder;
}

const ways = (folder: string): string[] =>
  installedWith(folder).map(({ through, peer }) => `${through.join(' > ')}${peer ? ' (peer)' : ''}`);

describe('what is installed with a package', () => {
  it('is what it needs, what that needs, and so on, once, where Node would find it', () => {
    const folder = tree({
      '.': { name: 'ours', dependencies: { a: '1' }, optionalDependencies: { b: '1', absent: '1' }, peerDependencies: { p: '1' } },
      'node_modules/a': { dependencies: { b: '1', c: '1' } },
      'node_modules/b': {},
      'node_modules/p': { dependencies: { theirs: '1' } },
      'node_modules/a/node_modules/c': { dependencies: { a: '1' } },
    });
    expect(ways(folder)).toEqual(['ours > a', 'ours > a > b', 'ours > a > c', 'ours > p (peer)']);
  });

  it('is all there: what is needed and missing is an error', () => {
    const folder = tree({ '.': { name: 'ours', dependencies: { a: '1' } }, 'node_modules/a': { dependencies: { gone: '1' } } });
    expect(() => ways(folder)).toThrow('gone, which ours > a needs, is not installed');
  });

  it('of these packages is what it is known to be, the optional peer too', () => {
    const names = production().map(({ manifest }) => manifest.name);
    expect(names).toEqual(expect.arrayContaining(['ky', 'valibot', 'commander', '@opentelemetry/api', 'ansi-regex']));
    expect(names.filter((name) => ['stripe', 'esbuild', 'vitest', 'decimal.js'].includes(name))).toEqual([]);
  });
});
