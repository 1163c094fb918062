// What a release stands on: one version for all, told alike everywhere; changesets that name what is published; workflows that are what they say.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publishedPackages, root } from './published.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const names = publishedPackages().map(({ manifest }) => manifest.name);

it('all packages are released together, under one version', () => {
  const { fixed } = JSON.parse(read('.changeset/config.json')) as { fixed: string[][] };
  expect(names.length).toBeGreaterThan(5);
  expect(fixed).toEqual([names.toSorted()]);
  expect(new Set(publishedPackages().map(({ manifest }) => manifest.version)).size).toBe(1);
});

const telling = publishedPackages().filter(({ folder }) => existsSync(join(root, folder, 'src/version.ts')));

it.each(telling)('$folder tells its version', ({ folder, manifest }) => {
  expect(read(`${folder}/src/version.ts`)).toContain(`VERSION: string = '${manifest.version}'`);
});

it('the command and the User-Agent are among them', () => {
  expect(telling.map(({ label }) => label)).toEqual(expect.arrayContaining(['balance-adapter', 'cli']));
});

it('changesets name packages that are published', () => {
  for (const file of globSync('.changeset/*.md', { cwd: root }).filter((path) => !path.endsWith('README.md'))) {
    const [, head = ''] = /^---\n(.*?)\n---\n\n\S/s.exec(read(file)) ?? [];
    const named = [...head.matchAll(/^'(.+)': (?:patch|minor|major)$/gm)].map(([, name]) => name ?? '');
    expect([file, named.length, named.filter((name) => !names.includes(name))]).toEqual([file, head.split('\n').length, []]);
  }
});

describe.each(globSync('.github/workflows/*.yml', { cwd: root }).sort())('%s', (file) => {
  const text = read(file);

  it('runs actions by their commits, and says which version that was', () => {
    const uses = [...text.matchAll(/uses: (.+)$/gm)].map(([, action]) => action ?? '');
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => !/^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(action))).toEqual([]);
  });

  it('may do nothing but what a job asks for', () => expect(text).toMatch(/^permissions: \{\}$/m));

  it('keeps no credential where code of others runs', () => {
    expect(text.match(/actions\/checkout@/g)?.length).toBe(text.match(/persist-credentials: false/g)?.length);
    expect(text).not.toContain('secrets.');
  });

  it('runs the same as everybody: .ci/run', () => expect(text).toContain('run: bash .ci/run'));

  it('starts files that exist', () => {
    const named = [...text.matchAll(/\b(?:bash|node) ((?:\.ci|scripts)\/[\w./-]+)/g)].map(([, path]) => path ?? '');
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
