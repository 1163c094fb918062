// What a workflow may do, job by job: who can publish runs no code of ours or of others, and nothing of a pull request meets a secret.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './published.ts';

const read = (file: string): string => readFileSync(join(root, file), 'utf8').replaceAll(/^\s*#.*\n/gm, '');

/** The text of each job, by its name. */
function jobsOf(text: string): Readonly<Record<string, string>> {
  const [, jobs = ''] = text.split(/^jobs:\n/m);
  const parts = jobs.split(/^ {2}([\w-]+):\n/m).slice(1);
  return Object.fromEntries(parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1] ?? '']] : [])));
}

/** What a job may do, one line each. */
const mayOf = (job: string): string[] => {
  const [, lines = ''] = /^ {4}permissions:\n((?: {6}.+\n)+)/m.exec(job) ?? [];
  return [...lines.matchAll(/^ {6}([\w-]+: \w+)/gm)].map(([, may]) => may ?? '');
};

/** The shell of a job: what is in its `run`s. */
const shellOf = (job: string): string =>
  [/^ +(?:- )?run: (?!\|)(.*)/gm, /^( +)- run: \|\n((?:\1 {4,}.*\n)+)/gm, /^( +)run: \|\n((?:\1 {2,}.*\n)+)/gm]
    .flatMap((form) => [...job.matchAll(form)].map((found) => found.at(-1)))
    .join('\n');

const files = globSync('.github/workflows/*.yml', { cwd: root }).sort();
const release = jobsOf(read('.github/workflows/release.yml'));

describe.each(files)('%s', (file) => {
  const text = read(file);

  it('is not started by what a stranger writes, with rights of the repository', () => {
    expect(text).not.toMatch(/pull_request_target|workflow_run|issue_comment|self-hosted/);
  });

  it('puts nothing of an event into a shell', () => {
    for (const job of Object.values(jobsOf(text))) {
      expect(shellOf(job).length).toBeGreaterThan(10);
      expect(shellOf(job)).not.toContain('${{');
    }
  });

  it('gives each job its rights, an image of one version, and an end', () => {
    expect(Object.keys(jobsOf(text)).length).toBeGreaterThan(0);
    for (const [name, job] of Object.entries(jobsOf(text))) {
      expect([name, mayOf(job)]).toEqual([name, [expect.any(String)]]);
      expect(job).toMatch(/^ {4}runs-on: ubuntu-\d\d\.04$/m);
      expect(job).toMatch(/^ {4}timeout-minutes: \d+$/m);
    }
  });
});

it('what pull requests start may read, and no more', () => {
  for (const job of Object.values(jobsOf(read('.github/workflows/ci.yml')))) expect(mayOf(job)).toEqual(['contents: read']);
});

describe('a release', () => {
  it('is judged, packed, published and tagged, one after the other', () => {
    expect(Object.keys(release)).toEqual(['pack', 'publish', 'tag']);
    expect(release['publish']).toMatch(/^ {4}needs: pack$/m);
    expect(release['tag']).toMatch(/^ {4}needs: publish$/m);
    expect(release['pack']).toMatch(/^ {4}if: github\.ref == 'refs\/heads\/main'$/m);
    const order = [
      'bash .ci/run',
      'git diff --exit-code',
      'scripts/audit.ts --required',
      'changeset pack',
      'scripts/tarballs.ts',
      'scripts/sbom.ts',
    ];
    const places = order.map((step) => release['pack']?.indexOf(step) ?? -1);
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('has one right in each job', () => {
    expect(Object.fromEntries(Object.entries(release).map(([name, job]) => [name, mayOf(job)]))).toEqual({
      pack: ['contents: read'],
      publish: ['id-token: write'],
      tag: ['contents: write'],
    });
  });

  it.each(['publish', 'tag'])('runs no code of ours or of others in %s', (name) => {
    const job = release[name] ?? '';
    expect(job).not.toMatch(/actions\/checkout|npx|pnpm|npm (?:ci|install|exec|run)|\bnode /);
    expect(shellOf(job).length).toBeGreaterThan(50);
  });

  it('publishes what was packed, byte for byte, with provenance, without a token, and after a person said so', () => {
    const job = release['publish'] ?? '';
    expect(job).toMatch(/openssl dgst -sha256 .* == "\$integrity"/);
    expect([...job.matchAll(/npm publish .*/g)].map(([line]) => line)).toEqual([
      'npm publish "./packed/$tarball" --access public --provenance --ignore-scripts',
    ]);
    expect(job).toMatch(/^ {4}environment: npm$/m);
    expect(job).not.toMatch(/NODE_AUTH_TOKEN|NPM_TOKEN|_authToken/);
  });

  it('tags the version of the commit that was published, and hands out what it is made of', () => {
    expect(release['tag']).toContain('packages/core/package.json?ref=$GITHUB_SHA');
    expect(release['tag']).toContain('gh release create "$tag" packed/sbom/*.json --target "$GITHUB_SHA"');
  });
});
