import { describe, expect, it } from 'vitest';
import { problemsOfFiles, problemsOfManifest, problemsOfMaps } from './tarballs.ts';

const HOME = 'https://example.test/disburse';
const WORKSPACE = {
  homepage: `${HOME}#readme`,
  bugs: `${HOME}/issues`,
  license: 'MIT',
  repository: { type: 'git', url: `git+${HOME}.git` },
};
const MANIFEST = {
  name: '@disburse/core',
  version: '1.0.0',
  description: 'Payouts.',
  keywords: ['payouts', 'a', 'b', 'c', 'd'],
  homepage: `${HOME}/tree/main/packages/core#readme`,
  bugs: `${HOME}/issues`,
  repository: { type: 'git', url: `git+${HOME}.git`, directory: 'packages/core' },
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  exports: {
    '.': { '@disburse/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  imports: { '#transport': { node: './dist/transport.node.js', default: './dist/transport.fetch.js' } },
  engines: { node: '>=22' },
  publishConfig: { access: 'public', provenance: true },
  dependencies: { ky: '^2.1.0' },
};
const MAP = JSON.stringify({ sources: ['../src/index.ts'], mappings: 'AAAA' });
const CONTENT: Readonly<Record<string, string>> = {
  'package.json': '',
  'README.md': '',
  LICENSE: '',
  'src/index.ts': 'export const a = 1;',
  'dist/index.js': 'const a = 1;\n//# sourceMappingURL=index.js.map\n',
  'dist/index.js.map': MAP,
  'dist/index.d.ts': 'export declare const a = 1;\n//# sourceMappingURL=index.d.ts.map',
  'dist/index.d.ts.map': MAP,
  'dist/transport.node.js': "export * from './index.js';\n//# sourceMappingURL=transport.node.js.map\n",
  'dist/transport.node.js.map': JSON.stringify({ sources: [], mappings: '' }),
  'dist/transport.fetch.js': '//# sourceMappingURL=index.js.map',
};
const without = (file: string): Set<string> => new Set(Object.keys(CONTENT).filter((name) => name !== file));
const files = new Set(Object.keys(CONTENT));
const read = (file: string): string => CONTENT[file] ?? '';

it('a good tarball has no problem', () => {
  expect(problemsOfManifest(MANIFEST, 'packages/core', files, WORKSPACE)).toEqual([]);
  expect(problemsOfFiles(files)).toEqual([]);
  expect(problemsOfMaps(files, read)).toEqual([]);
});

describe('a planted problem of the manifest is found', () => {
  it.each([
    ...Object.keys(MANIFEST)
      .filter((name) => !['name', 'version', 'imports', 'dependencies'].includes(name))
      .map((name): [string, object] => [`${name} is missing`, { [name]: undefined }]),
    ['few keywords', { keywords: ['payouts'] }],
    ['keywords without the word', { keywords: ['a', 'b', 'c', 'd', 'e'] }],
    ['another licence', { license: 'ISC' }],
    ['the homepage of another package', { homepage: `${HOME}/tree/main/packages/cli#readme` }],
    ['another repository', { repository: { ...MANIFEST.repository, url: 'git+https://elsewhere.test' } }],
    ['the folder of another package', { repository: { ...MANIFEST.repository, directory: 'packages/cli' } }],
    ['no provenance', { publishConfig: { access: 'public' } }],
    ['restricted', { publishConfig: { access: 'restricted', provenance: true } }],
    ['a range of the workspace', { dependencies: { ky: 'catalog:' } }],
    ['types last', { exports: { ...MANIFEST.exports, './a': { default: './dist/index.js', types: './dist/index.d.ts' } } }],
    ['an export that is not there', { exports: { ...MANIFEST.exports, './a': './dist/a.js' } }],
    ['an import that is not there', { imports: { '#a': './dist/a.js' } }],
    ['a command that is not there', { bin: { a: './dist/a.js' } }],
  ])('%s', (_, change) => {
    expect(problemsOfManifest({ ...MANIFEST, ...change }, 'packages/core', files, WORKSPACE)).toHaveLength(1);
  });
});

describe('a planted problem of the files is found', () => {
  it.each(['package.json', 'README.md', 'LICENSE'])('%s is missing', (file) => {
    expect(problemsOfFiles(without(file))).toEqual([`${file} is missing`]);
  });

  it.each([
    'src/index.test.ts',
    'src/index.test-d.ts',
    'src/__tests__/a.ts',
    'src/__fixtures__/a.ts',
    'src/secrets.json',
    '.env',
    'dist/a.map',
  ])('%s is nothing to publish', (file) => expect(problemsOfFiles(new Set([...files, file]))).toEqual([`${file} is nothing to publish`]));
});

describe('a planted problem of the maps is found', () => {
  it.each([
    ['a map is missing', without('dist/index.d.ts.map'), {}],
    ['sources are missing', without('src/index.ts'), {}],
    ['a map is not named', files, { 'dist/index.js': 'const a = 1;' }],
    ['a map is of nothing', files, { 'dist/index.d.ts.map': JSON.stringify({ sources: [], mappings: 'AAAA' }) }],
    [
      'a map leads out of the package',
      files,
      { 'dist/index.d.ts.map': JSON.stringify({ sources: ['../../src/index.ts'], mappings: 'A' }) },
    ],
  ])('%s', (_, present, change: Readonly<Record<string, string>>) => {
    expect(problemsOfMaps(present, (file) => change[file] ?? read(file)).length).toBeGreaterThan(0);
  });
});
