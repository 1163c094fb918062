// The programs of a page: its blocks of ```ts, put together, compiled in one go, and run in a process each.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { type Block, type Page, ROOT } from './docs-pages.ts';

export interface Program {
  /** `docs/start.md:12`, the line of its first block. */
  readonly title: string;
  readonly page: string;
  /** Where it is written, under a folder of the page. */
  readonly file: string;
  /** Every line stands where it does on the page: what a compiler says about a line is said about the page. */
  readonly source: string;
  /** Only other programs need it. */
  readonly hidden: boolean;
}

const FILE_NAME = /^\/\/ ([\w./-]+\.ts)\b/;

/** @throws {Error} for a page whose blocks do not fit together. */
export function programsOf(page: Page): readonly Program[] {
  const open: { at: number; file: string; lines: string[]; hidden: boolean }[] = [];
  const givens = [...page.givens];
  const put = (lines: string[], { at, lines: from }: Pick<Block, 'at' | 'lines'>): void => {
    for (const [index, line] of from.entries()) lines[at - 1 + index] = line;
  };
  const begun = (at: number, file: string, hidden = false) => {
    const lines = Array.from({ length: page.length }, () => '');
    open.push({ at, file, lines, hidden });
    return lines;
  };
  for (const given of givens) if (given.file !== null) put(begun(given.at, given.file, true), given);
  for (const block of page.blocks.filter(({ language }) => language === 'ts')) {
    const continued = block.words.includes('continued');
    const before = continued ? open.findLast(({ hidden }) => !hidden) : undefined;
    if (continued && before === undefined) throw new Error(`${page.path}:${block.at}: there is nothing to continue.`);
    const lines = before?.lines ?? begun(block.at, FILE_NAME.exec(block.lines[0] ?? '')?.[1] ?? `line-${block.at}.ts`);
    while (givens[0] !== undefined && givens[0].at < block.at) {
      const given = givens.shift();
      if (given?.file === null) put(lines, given);
    }
    put(lines, block);
  }
  return open.map(({ at, file, lines, hidden }) => ({
    title: `${page.path}:${at}`,
    page: page.path,
    file,
    source: `${lines.join('\n')}\n`,
    hidden,
  }));
}

// ---- A folder for them -----------------------------------------------------------------------------------------------

/** Packages that pages import and that the root itself does not have. */
const BORROWED = ['simulator', 'core'].map((name) => join(ROOT, 'packages', name, 'node_modules'));

/** @returns The path of each program. */
export function writePrograms(folder: string, programs: readonly Program[]): ReadonlyMap<Program, string> {
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const modules of [join(ROOT, 'node_modules'), ...BORROWED]) {
    for (const name of globSync(['[!.@]*', '@*/*'], { cwd: modules })) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      if (!existsSync(link)) symlinkSync(join(modules, name), link);
    }
  }
  return new Map(
    programs.map((program) => {
      const path = join(folder, program.page, program.file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, program.source);
      return [program, path];
    }),
  );
}

// ---- Compiled --------------------------------------------------------------------------------------------------------

/** What `tsc` says of each path, as `line: message`. One program for all of them. */
export function problemsOf(paths: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const config = join(ROOT, 'tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(ts.readConfigFile(config, (file) => ts.sys.readFile(file)).config, ts.sys, ROOT);
  const program = ts.createProgram(paths, {
    ...options,
    moduleDetection: ts.ModuleDetectionKind.Force,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    // A page may show how something is made without using it, and write process.env.NAME.
    noUnusedLocals: false,
    noUnusedParameters: false,
    noPropertyAccessFromIndexSignature: false,
  });
  const told = (diagnostic: ts.Diagnostic): string => {
    const message = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
    const line = diagnostic.file?.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line ?? 0;
    return `${line + 1}: ${message}`;
  };
  return new Map(
    paths.map((path) => {
      const file = program.getSourceFile(path);
      if (file === undefined) return [path, ['was not read']];
      return [path, [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(told)];
    }),
  );
}

// ---- Run -------------------------------------------------------------------------------------------------------------

const LONGEST_RUN_MS = 30_000;

/**
 * Runs a program in the world of docs-world.ts.
 *
 * `workerd` picks the transport over the global `fetch`, and that of Stripe's own SDK: docs-world.ts stands behind it. A program with nock
 * has its answers from there, and keeps the transport of Node, which nock replaces.
 */
export async function run(
  path: string,
  cwd: string,
): Promise<{ readonly code: number; readonly said: string; readonly complained: string }> {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const world = pathToFileURL(join(import.meta.dirname, 'docs-world.ts')).href;
  const transport = readFileSync(path, 'utf8').includes(`from 'nock'`) ? [] : ['--conditions=workerd'];
  const child = spawn(process.execPath, ['--conditions=@disburse/source', ...transport, '--import', world, path], {
    cwd,
    env: { PATH, NODE_COMPILE_CACHE, HOME: cwd },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_RUN_MS,
  });
  const [said, complained, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { code: Number(code ?? -1), said, complained };
}

/** What stands behind `console.log(...); //` begins with what is printed; `...` is anything. In order. */
function promisedBy(source: string): readonly string[] {
  return [...source.matchAll(/^ *console\.log\(.*\);? +\/\/ +(.+)$/gm)].map(([, promised]) => promised ?? '');
}

/** The first promise that was not kept, or `null`. */
export function brokenPromise(source: string, said: string): string | null {
  const lines = said.split('\n').filter((line) => line !== '');
  for (const promised of promisedBy(source)) {
    const kept = lines.findIndex((line) => keeps(line, promised));
    if (kept === -1) return promised;
    lines.splice(0, kept + 1);
  }
  return null;
}

function keeps(line: string, promised: string): boolean {
  if (promised.startsWith(line)) return true;
  const [beginning = '', ...rest] = promised.split('...').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return rest.length > 0 && new RegExp(`^${[beginning, ...rest].join('.*')}$`).test(line);
}
