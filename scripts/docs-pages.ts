// What a page of the documentation is made of: blocks of code, links, anchors. scripts/docs.test.ts holds the pages to it.
//
// How the code of a page is written, so that it can be compiled and run:
// * A block of ```ts is a program of its own. ```ts continued goes on with the program before it on the page.
// * A block whose first line is a comment that begins with the name of a file is that file: `// src/world.ts`. Others import it by that name.
// * Names that are the reader's own come from a comment before the block: `<!-- given`, lines of code, `-->`. With a name
//   (`<!-- given src/world.ts`) it is that file.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..');

/** Some lines of a page, with the place where they stand. */
interface Lines {
  readonly lines: readonly string[];
  /** Of the first of them, from 1. */
  readonly at: number;
}

export interface Block extends Lines {
  readonly language: string;
  /** What follows the language. */
  readonly words: readonly string[];
}

/** Code that a reader does not see, for the block after it or, with a name, for all. */
export interface Given extends Lines {
  readonly file: string | null;
}

export interface Link {
  readonly target: string;
  readonly at: number;
}

export interface Page {
  /** From the root of the repository. */
  readonly path: string;
  readonly length: number;
  readonly blocks: readonly Block[];
  readonly givens: readonly Given[];
  readonly links: readonly Link[];
  readonly anchors: ReadonlySet<string>;
  /** Without blocks and comments; the lines are where they were. */
  readonly prose: string;
}

/** README.md, SECURITY.md, docs and the packages' own pages. */
export const PAGES: readonly string[] = [
  'README.md',
  'SECURITY.md',
  ...globSync('docs/**/*.md', { cwd: ROOT }).sort(),
  ...globSync('packages/*/README.md', { cwd: ROOT }).sort(),
];

export const readPage = (path: string): Page => pageOf(path, readFileSync(join(ROOT, path), 'utf8'));

export function pageOf(path: string, text: string): Page {
  const blocks: Block[] = [];
  const givens: Given[] = [];
  const prose: string[] = [];
  let open: { readonly head: string; readonly at: number; readonly lines: string[] } | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const head: string | undefined = /^(?:```.*|<!-- given\b[^>]*)$/.exec(line)?.[0];
    if (open === null && head !== undefined) open = { head, at: index + 2, lines: [] };
    else if (open !== null && line === (open.head.startsWith('```') ? '```' : '-->')) {
      const { head: opened, ...lines } = open;
      const [first = '', ...words] = opened.replace(/^(?:```|<!-- given ?)/, '').split(' ');
      if (opened.startsWith('```')) blocks.push({ language: first, words, ...lines });
      else givens.push({ file: first === '' ? null : first, ...lines });
      open = null;
    } else if (open !== null) open.lines.push(line);
    else {
      prose[index] = line;
      continue;
    }
    prose[index] = '';
  }
  if (open !== null) throw new Error(`${path}:${open.at - 1}: ${open.head} is never closed.`);
  const shown = prose.join('\n').replaceAll(/<!--.*?-->/gs, (comment) => comment.replaceAll(/[^\n]/g, ''));
  return { path, length: prose.length, blocks, givens, links: linksOf(shown), anchors: anchorsOf(shown), prose: shown };
}

// ---- Links and anchors -----------------------------------------------------------------------------------------------

const LINK = /\]\((?<inline>[^()\s]+(?:\([^()\s]*\))?)(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(?<defined>\S+)|\b(?:href|src)="(?<html>[^"]+)"/gm;

function linksOf(prose: string): readonly Link[] {
  const text = prose.replaceAll(/`[^`\n]*`/g, (code) => '`'.repeat(code.length));
  return [...text.matchAll(LINK)].map(({ groups, index }) => ({
    target: groups?.['inline'] ?? groups?.['defined'] ?? groups?.['html'] ?? '',
    at: text.slice(0, index).split('\n').length,
  }));
}

/** As GitHub makes them: lower case, spaces to hyphens, nothing but letters, digits, `-` and `_`; numbered where they repeat. */
function anchorsOf(prose: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of prose.matchAll(/^#{1,6} +(.*?) *#*$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let again = 1; anchors.has(anchor); again += 1) anchor = `${slug}-${again}`;
    anchors.add(anchor);
  }
  for (const [, id = ''] of prose.matchAll(/\bid="([^"]+)"/g)) anchors.add(id);
  return anchors;
}
