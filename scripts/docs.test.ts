// Every link and every block of code of README.md, docs and the packages' own pages. How blocks are written: docs-pages.ts.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { createBalance } from '@disburse/balance-adapter';
import { memorySubmissions, registryFromConfig } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageOf, PAGES, readPage, ROOT } from './docs-pages.ts';
import { brokenPromise, problemsOf, type Program, programsOf, run, writePrograms } from './docs-programs.ts';
import { PROVIDER_PAGES } from './docs-settings.ts';

/** Programs that are compiled and not run here, by page or by the place of one program, and why. */
const NOT_RUN: Readonly<Record<string, string>> = {
  'README.md': 'examples/readme.test.ts runs it, on every provider and to every outcome',
  'docs/adding-an-adapter.md': 'its programs are the files of examples/tiny-adapter, whose own test is one of them',
  'packages/conformance/README.md': 'it calls describe and it; the adapters and the stores run these suites',
};

/** Languages of blocks, and who looks at what is in them. */
const LANGUAGES: Readonly<Record<string, string>> = {
  ts: 'compiled and run, below',
  json: 'read, below',
  sh: 'its scripts are looked for, below',
  '': 'output, or commands like those of sh',
  console: 'packages/cli/src/walk.test.ts types it',
  sql: 'examples/postgres-submissions.test.ts runs it',
  mermaid: 'a picture',
};

const pages = PAGES.map(readPage);
const programs = pages.flatMap(programsOf);

describe.each(pages)('$path', (page) => {
  it('has links that lead somewhere', () => {
    expect(page.links.map(({ target, at }) => brokenLink(page.path, target, at)).filter((problem) => problem !== null)).toEqual([]);
  });

  it('has blocks of known languages, marked in known words', () => {
    const strange = page.blocks.filter(
      ({ language, words }) => !Object.hasOwn(LANGUAGES, language) || (language === 'ts' && words.some((word) => word !== 'continued')),
    );
    expect(strange.map(({ language, words, at }) => `${at}: ${language} ${words.join(' ')}`)).toEqual([]);
  });

  it('names scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    const known = [...Object.keys(scripts), 'install', 'exec', 'pack', 'changeset'];
    const lines = [page.prose, ...page.blocks.flatMap((block) => block.lines)].join('\n');
    const named = [...lines.matchAll(/\bpnpm@12 (?:--(?:silent|recursive) |--(?:dir|filter) \S+ )*(?:run )?([\w:-]+)/g)].map(
      ([, script]) => script ?? '',
    );
    expect(named.filter((script) => !known.includes(script))).toEqual([]);
  });

  it('has JSON that can be read, and configurations that are valid', () => {
    const env = {
      STRIPE_SECRET_KEY: 'sk_test_docs',
      STRIPE_WEBHOOK_SECRET: 'whsec_docs',
      MOLLIE_TOKEN: 'test_docs',
      MOLLIE_WEBHOOK_SECRET: 'docs',
    };
    const factories = { stripe: createStripe, 'stripe-treasury': createStripeTreasury, balance: createBalance };
    for (const { lines, at } of page.blocks.filter(({ language }) => language === 'json')) {
      const read: unknown = JSON.parse(lines.join('\n'));
      if (typeof read !== 'object' || read === null || !('providers' in read)) continue;
      const registry = registryFromConfig(read, factories, { env, settings: { submissions: memorySubmissions() } });
      expect(registry.names, `line ${at}`).toEqual(Object.keys(read.providers as object));
      for (const name of registry.names) expect(registry.select(name).name).toBe(name); // Its variables are known above.
      if ('default' in read) expect(registry.select().name).toBe(read.default);
    }
  });
});

function brokenLink(from: string, target: string, at: number): string | null {
  if (/^(?:https?|mailto):/.test(target)) return URL.canParse(target) ? null : `${at}: ${target} is no address`;
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : normalize(join(dirname(from), decodeURIComponent(file)));
  if (path.startsWith('..') || !existsSync(join(ROOT, path))) return `${at}: ${target} does not exist`;
  if (anchor === undefined) return null;
  const found = !statSync(join(ROOT, path)).isDirectory() && path.endsWith('.md') && readPage(path).anchors.has(anchor);
  return found ? null : `${at}: ${target} has no such heading`;
}

it('docs/index.md leads to every page', () => {
  const linked = new Set(readPage('docs/index.md').links.map(({ target }) => normalize(join('docs', target.split('#')[0] ?? ''))));
  const left = PAGES.filter((path) => path.startsWith('docs/') && !path.startsWith('docs/decisions/') && path !== 'docs/index.md');
  expect(left.filter((path) => !linked.has(path))).toEqual([]);
});

// ---- Settings and options --------------------------------------------------------------------------------------------

const inCode = (text: string, name: string): boolean => new RegExp(`\`[^\`\\n]*\\b${name}\\b[^\`\\n]*\``).test(text);

describe.each(PROVIDER_PAGES)('$path', ({ path, names }) => {
  const page = readPage(path).prose;
  const both = `${page}${readPage('docs/concepts.md').prose}`;

  it('names every setting and option', () => {
    expect(names.size).toBeGreaterThan(12);
    expect([...names].filter((name) => !inCode(both, name))).toEqual([]);
  });

  it('has no row for one that does not exist', () => {
    const tables = page.split('\n\n').filter((block) => /^\| (?:setting|option|option of a list|member) \|/.test(block));
    const rows = tables.flatMap((table) => [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name ?? ''));
    expect(rows.length).toBeGreaterThan(5);
    expect(rows.filter((name) => !names.has(name))).toEqual([]);
  });
});

it('the pages of Stripe tell the version that is sent', async () => {
  const { request } = await createStripe({ apiKey: 'sk_test_docs' }).prepare({
    reference: 'r',
    money: { amount: '1.00', currency: 'USD' },
  });
  const version = `\`${request.headers['stripe-version']}\``;
  for (const path of ['stripe.md', 'stripe-treasury.md']) expect(readPage(`docs/providers/${path}`).prose).toContain(version);
});

// ---- Programs --------------------------------------------------------------------------------------------------------

const COMPILE_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'disburse-docs-'));
const written = writePrograms(folder, programs);
const pathOf = (program: Program): string => written.get(program) ?? '';
const reasonFor = ({ page, title }: Program): string | undefined => NOT_RUN[page] ?? NOT_RUN[title];
const visible = programs.filter(({ hidden }) => !hidden);
const runnable = visible.filter((program) => reasonFor(program) === undefined);

afterAll(() => {
  rmSync(folder, { recursive: true });
  for (const program of visible) {
    const reason = reasonFor(program);
    if (reason !== undefined) console.log(`not run: ${program.title}: ${reason}`);
  }
});

describe('compiled under the strict tsconfig', () => {
  let problems: ReadonlyMap<string, readonly string[]>;
  beforeAll(() => {
    problems = problemsOf([...written.values()]);
  }, COMPILE_MS);

  it.each(programs)('$title', (program) => expect(problems.get(pathOf(program))).toEqual([]));
});

describe('run against the simulators', () => {
  const AT_ONCE = 3;
  const ends = new Map<Program, Awaited<ReturnType<typeof run>>>();
  beforeAll(async () => {
    const waiting = [...runnable];
    const worker = async (): Promise<void> => {
      for (let program = waiting.shift(); program !== undefined; program = waiting.shift()) {
        ends.set(program, await run(pathOf(program), placeFor(program)));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }, COMPILE_MS);

  it.each(runnable)('$title', (program) => {
    const end = ends.get(program);
    expect(end).toMatchObject({ complained: '', code: 0 });
    expect(brokenPromise(program.source, end?.said ?? ''), `what it printed:\n${end?.said}`).toBeNull();
  });

  it('gives reasons for programs that exist', () => {
    const known = new Set(visible.flatMap(({ page, title }) => [page, title]));
    expect(Object.keys(NOT_RUN).filter((place) => !known.has(place))).toEqual([]);
  });
});

/** A folder with the configuration that its page shows. */
function placeFor(program: Program): string {
  const place = join(folder, 'places', program.title.replaceAll(/\W/g, '-'));
  mkdirSync(place, { recursive: true });
  const config = pages
    .find(({ path }) => path === program.page)
    ?.blocks.find(({ language, lines }) => language === 'json' && lines.some((line) => line.includes('"providers"')));
  if (config !== undefined) writeFileSync(join(place, 'disburse.config.json'), config.lines.join('\n'));
  return place;
}

// ---- The checks themselves -------------------------------------------------------------------------------------------

describe('the check', () => {
  const page = pageOf(
    'docs/sample.md',
    [
      '# One `two`',
      '',
      '[a](b.md#c) `[no](link)`',
      '```ts',
      'const a = 1;',
      '```',
      '<!-- given',
      'const b = 2;',
      '-->',
      '```ts continued',
      'a + b;',
      '```',
      '# One `two`',
    ].join('\n'),
  );
  it('reads links, not those in code', () => expect(page.links).toEqual([{ target: 'b.md#c', at: 3 }]));
  it('reads headings as GitHub does', () => expect([...page.anchors]).toEqual(['one-two', 'one-two-1']));
  it('puts a program together, every line in its place', () => {
    const [program] = programsOf(page);
    expect(program?.source.split('\n').slice(4, 11)).toEqual(['const a = 1;', '', '', 'const b = 2;', '', '', 'a + b;']);
  });
  it.each([
    ["console.log('a'); // a, always", 'a\n', null],
    ["console.log('a'); // b", 'a\n', 'b'],
    ["console.log('po_1 is paid'); // po_... is paid", 'po_1 is paid\n', null],
    ["console.log('po_1 is paid'); // po_... is failed", 'po_1 is paid\n', 'po_... is failed'],
  ])('%s', (source, said, broken) => expect(brokenPromise(source, said)).toBe(broken));
});
