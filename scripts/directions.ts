// Who may import whom (docs: DIRECTIONS below). `pnpm check` and scripts/directions.test.ts hold the tree to it.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, matchesGlob } from 'node:path/posix';
import ts from 'typescript';
import { importsOf, lineOf, nodesOf, parse } from './imports.ts';

interface Directions {
  /** What the published source may import, and in which of its files. `*` stands for any part of a name. */
  readonly source: Readonly<Record<string, 'everywhere' | readonly string[]>>;
  /** What its tests may import besides that. */
  readonly tests: readonly string[];
  /** What a test may import besides that, if a line of its own, `// dev-only: <why>`, says so. */
  readonly devOnlyTests?: readonly string[];
  /** Workspace packages that must be peer dependencies: an application has one copy of them. */
  readonly peers?: readonly string[];
  /** The modules of its source, the lowest first: a file imports its own module and those below it. `*.ts` lie beside the folders. */
  readonly modules?: readonly string[];
  /** Only these files read the clock, all others ask the injected runtime. Absent: not our business. */
  readonly clock?: readonly string[];
  /** What its code never names; its comments may. */
  readonly neverNames?: RegExp;
}

const TEST_TOOLS = ['vitest', 'nock', 'fast-check', 'node:*'];
const SDKS = ['stripe', 'mollie-api-typescript'];

const ADAPTER: Directions = {
  source: {
    '@disburse/core': 'everywhere',
    '@disburse/core/adapter': 'everywhere',
    valibot: 'everywhere',
  },
  tests: [...TEST_TOOLS, ...SDKS, '@disburse/simulator', '@disburse/conformance', '@disburse/core/node'],
  peers: ['@disburse/core'],
  clock: [],
};

/** By folder under packages/; the first that matches counts. */
export const DIRECTIONS: Readonly<Record<string, Directions>> = {
  core: {
    source: {
      valibot: 'everywhere',
      '#transport': 'everywhere',
      '#digest': 'everywhere',
      ky: ['src/http/through-ky.ts'],
      'decimal.js': ['src/money/money.test.ts'], // Against what money.ts calculates. It does not load where Object.prototype is frozen.
      '@opentelemetry/api': ['src/opentelemetry.ts'], // An optional peer: the main entry must load without it.
      // All else runs where there is no Node, too.
      'node:*': [
        'src/registry/config-file.ts',
        'src/platform/digest.node.ts',
        'src/node.ts',
        'src/stores/node-files.ts',
        'src/stores/submission-folder.ts',
        'src/http/transport.node.ts',
        'src/http/transport.sockets.ts',
      ],
    },
    tests: [...TEST_TOOLS, '@opentelemetry/*', '@disburse/simulator', '@disburse/conformance/stores'],
    devOnlyTests: ['@disburse/*-adapter'],
    clock: ['src/platform/runtime.ts'],
    // docs/architecture.md draws them.
    modules: [
      'printable.ts errors.ts validation.ts known-keys.ts',
      'platform',
      'money',
      'stores',
      'payout',
      'telemetry',
      'http',
      'adapter',
      'context',
      'webhooks',
      'lists',
      'changes',
      'create',
      'provider-operations.ts define-provider.ts',
      'registry',
      'index.ts adapter.ts node.ts opentelemetry.ts',
    ],
    neverNames: /stripe|mollie/i,
  },
  // Written from the contracts: an adapter and its simulator must not be able to share a mistake.
  simulator: { source: { 'node:*': 'everywhere' }, tests: [...TEST_TOOLS, ...SDKS] },
  'stripe-treasury-adapter': { ...ADAPTER, source: { ...ADAPTER.source, '@disburse/stripe-adapter/internal': 'everywhere' } },
  '*-adapter': ADAPTER,
  conformance: {
    source: { '@disburse/core': 'everywhere', '@disburse/core/adapter': 'everywhere' },
    tests: [...TEST_TOOLS, 'valibot', '@disburse/simulator', '@disburse/*-adapter', '@disburse/core/node'],
  },
  cli: {
    source: {
      '@disburse/core': 'everywhere',
      '@disburse/core/adapter': 'everywhere',
      '@disburse/core/node': 'everywhere',
      '@disburse/*-adapter': 'everywhere',
      '@disburse/stripe-adapter/internal': ['src/simulate/stripe-wire.ts'], // Amounts and references of the simulated Stripes.
      '@disburse/simulator': 'everywhere',
      valibot: 'everywhere',
      'node:*': 'everywhere',
      '@bomb.sh/tab/commander': ['src/program.ts'],
      '@clack/prompts': ['src/question.ts', 'src/commands/init.ts'],
      'cli-table3': ['src/tables.ts'],
      commander: 'everywhere',
      'csv-stringify/sync': ['src/csv.ts'],
    },
    tests: [...TEST_TOOLS, 'esbuild'],
  },
  // Private: it plays applications against simulated providers.
  'never-twice': {
    source: {
      '@disburse/core': 'everywhere',
      '@disburse/core/adapter': 'everywhere',
      '@disburse/*-adapter': 'everywhere',
      '@disburse/simulator': 'everywhere',
      'node:*': 'everywhere',
    },
    tests: [...TEST_TOOLS, 'esbuild', '@disburse/core/node'],
  },
};

/** Files, and folders with all that is in them, that are no part of what gets published. */
const TESTS = ['**/*.test.ts', '**/*.test-d.ts', '**/__fixtures__', '**/__tests__'];
const SCANNED = ['*.{ts,js}', '{packages,examples,scripts}/**/*.{ts,mts,js,mjs}'];
const GENERATED = ['**/node_modules/**', '**/dist/**', '**/coverage/**'];

/** All violations of the tree under `root`, one line each. */
export function violationsOf(root: string): string[] {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const files = globSync(SCANNED, { cwd: root, exclude: GENERATED }).sort();
  const manifests = globSync('packages/*/package.json', { cwd: root }).sort();
  return [
    ...files.flatMap((file) => violationsOfFile(file, read(file))),
    ...manifests.flatMap((file) => violationsOfManifest(file, read(file))),
  ];
}

/**
 * The violations of one file.
 *
 * @param file Its path from the root of the repository: `packages/core/src/money/money.ts`.
 */
export function violationsOfFile(file: string, text: string): string[] {
  const source = parse(file, text);
  const place = placeOf(file, text);
  const imports = importsOf(source);
  const found = new Map<number, string>();
  const report = (line: number, what: string | null): void => {
    if (what !== null && !found.has(line)) found.set(line, `${file}:${line} ${what}`);
  };
  for (const { specifier, line } of imports) report(line, refusalOf(specifier, place));
  const specifiers = new Set(imports.map(({ node }) => node));
  for (const node of nodesOf(source)) if (!specifiers.has(node)) report(lineOf(node), refusalOfCode(node, place));
  return [...found.values()];
}

/** The violations of one package.json: what it declares must be what its source, or its tests, may import. */
export function violationsOfManifest(file: string, text: string): string[] {
  const manifest = JSON.parse(text) as Record<string, unknown>;
  const declared = (kind: string): string[] => Object.keys(manifest[kind] ?? {});
  const rules = directionsOf(file.split('/')[1] ?? '');
  if (rules === null) return [`${file} has no entry in scripts/directions.ts: say there what it may import.`];

  const packagesOf = (names: readonly string[]): string[] =>
    names.map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
  const shipped = packagesOf(Object.keys(rules.source));
  const developed = [...shipped, ...packagesOf([...rules.tests, ...(rules.devOnlyTests ?? [])])];
  const peers = rules.peers ?? [];
  const refused = (kind: string, allowed: readonly string[], why: string): string[] =>
    declared(kind).flatMap((name) => (matches(name, allowed) ? [] : [`${file} ${kind}: '${name}' ${why}.`]));
  const files = Array.isArray(manifest['files']) ? manifest['files'] : [];
  const shippedTests = manifest['private'] === true ? [] : TESTS.filter((glob) => !files.includes(`!src/${glob}`));
  return [
    ...shippedTests.map((glob) => `${file} files: '!src/${glob}' is missing, so tests would be published.`),
    ...refused('dependencies', shipped, 'is nothing its source may import'),
    ...refused('peerDependencies', shipped, 'is nothing its source may import'),
    ...refused('devDependencies', developed, 'is nothing its tests may import'),
    ...declared('dependencies').flatMap((name) => (peers.includes(name) ? [`${file} dependencies: '${name}' must be a peer.`] : [])),
  ];
}

interface Place {
  readonly file: string;
  /** `packages/core`, or null outside the packages. */
  readonly home: string | null;
  /** The file's path from there. */
  readonly inside: string;
  readonly rules: Directions | null;
  readonly isTest: boolean;
  readonly isDevOnly: boolean;
}

function placeOf(file: string, text: string): Place {
  const [top, name, ...rest] = file.split('/');
  const inPackage = top === 'packages' && name !== undefined && rest[0] === 'src';
  return {
    file,
    home: inPackage ? `packages/${name}` : null,
    inside: inPackage ? rest.join('/') : file,
    rules: inPackage ? directionsOf(name) : null,
    isTest: isTestFile(file),
    isDevOnly: /^\/\/ dev-only: \S/m.test(text),
  };
}

function isTestFile(file: string): boolean {
  return TESTS.some((glob) => matchesGlob(file, glob) || matchesGlob(file, `${glob}/**`));
}

function directionsOf(name: string): Directions | null {
  const entry = Object.entries(DIRECTIONS).find(([pattern]) => matches(name, [pattern]));
  return entry === undefined ? null : entry[1];
}

/** `*` stands for any part of a name, but for no `/`: `@disburse/*-adapter` is not its `/internal`. `node:*` is every built-in, with its prefix. */
function matches(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => (pattern === 'node:*' ? name.startsWith('node:') : matchesGlob(name, pattern)));
}

function refusalOf(specifier: string | null, place: Place): string | null {
  if (specifier === null) return place.home === null || place.isTest ? null : 'imports a computed name, which nobody can check.';
  if (specifier.startsWith('.') || specifier.startsWith('/')) return refusalOfPath(specifier, place);
  if (place.home === null) return null;
  return place.rules === null ? `'${place.home}' has no entry in scripts/directions.ts.` : refusalOfPackage(specifier, place, place.rules);
}

function refusalOfPath(specifier: string, place: Place): string | null {
  const target = specifier.startsWith('/') ? `../${specifier}` : join(dirname(place.file), specifier);
  if (target.startsWith('../')) return `imports '${specifier}', outside the repository.`;
  if (place.home !== null && !target.startsWith(`${place.home}/`)) return `imports '${specifier}': reach another package by its name.`;
  const lendsTests = place.isTest && /^packages\/[^/]+\/src\/__tests__\//.test(target); // An example is held to the rules of what it implements.
  if (readsTables(place.file) && /^packages\/[^/]+-adapter\/src\/(status|errors|error-codes|options)\.ts$/.test(target)) return null;
  if (place.home === null && !lendsTests && /^packages\/[^/]+\/src\//.test(target))
    return `imports '${specifier}': reach a package by its name.`;
  if (isUpwards(place, target)) return `imports '${specifier}', which lies above it: scripts/directions.ts has the order of modules.`;
  return place.home !== null && !place.isTest && isTestFile(target) ? `imports '${specifier}': source must not need a test's file.` : null;
}

/** Whether source imports a module that lies above its own. */
function isUpwards({ home, file, rules, isTest }: Place, target: string): boolean {
  if (home === null || isTest || rules?.modules === undefined) return false;
  const { modules } = rules;
  const rankOf = (path: string): number => {
    const [top = ''] = path.slice(`${home}/src/`.length).split('/');
    return modules.findIndex((names) => names.split(' ').includes(top));
  };
  return rankOf(file) === -1 || rankOf(target) > rankOf(file);
}

/** The documents are made of the adapters' tables, which nobody else needs to import. */
function readsTables(file: string): boolean {
  return /^scripts\/(docs-\w+|generate-docs\.test)\.ts$/.test(file);
}

function refusalOfPackage(specifier: string, place: Place, rules: Directions): string | null {
  const own = place.isTest && specifier.startsWith(`@disburse/${place.home?.slice('packages/'.length)}`);
  if (own) return null;
  if (place.isTest && matches(specifier, [...rules.tests, ...(place.isDevOnly ? (rules.devOnlyTests ?? []) : [])])) return null;
  const files = Object.entries(rules.source).find(([pattern]) => matches(specifier, [pattern]))?.[1];
  if (files === 'everywhere' || files?.includes(place.inside) === true) return null;
  if (files !== undefined) return `imports '${specifier}': only ${files.join(' and ')} may.`;
  if (place.isTest && matches(specifier, rules.devOnlyTests ?? [])) return `imports '${specifier}': say why on a line '// dev-only: ...'.`;
  return `imports '${specifier}', which scripts/directions.ts does not allow ${place.isTest ? 'its tests' : 'its source'}.`;
}

function refusalOfCode(node: ts.Node, place: Place): string | null {
  if (ts.isStringLiteralLike(node) && namesSharedFolder(node.text, place))
    return `names '${node.text}': nothing may need the shared folder.`;
  if (place.rules === null || place.isTest) return null;
  const { clock, neverNames } = place.rules;
  const isName =
    ts.isIdentifier(node) || ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
  if (isName && neverNames?.test(node.text) === true) return `names '${node.text}': this package knows no provider.`;
  return clock !== undefined && !clock.includes(place.inside) && readsClock(node)
    ? 'reads the clock: take the time from runtime.now().'
    : null;
}

/** `new Date()` and `Date()`; what has a name of its own (Date.now, timers) is the linter's. */
function readsClock(node: ts.Node): boolean {
  if (ts.isNewExpression(node)) return node.expression.getText() === 'Date' && (node.arguments ?? []).length === 0;
  return ts.isCallExpression(node) && node.expression.getText() === 'Date';
}

function namesSharedFolder(text: string, place: Place): boolean {
  if (place.file.startsWith('scripts/directions')) return false;
  const from = [dirname(place.file), place.home ?? '.', '.'];
  const relative = text.startsWith('../') && from.some((folder) => /^\.\.\/shared(\/|$)/.test(join(folder, text)));
  return relative || /^(file:\/\/)?\/work\/shared(\/|$)/.test(text);
}

if (import.meta.main) {
  const violations = violationsOf(join(import.meta.dirname, '..'));
  for (const violation of violations) console.error(violation);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
