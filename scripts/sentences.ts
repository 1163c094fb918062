// A reader takes in a short sentence at once: none of README, CONTRIBUTING, SECURITY and docs has more than 30 words. `pnpm check sentences`.
// A sentence ends at a full stop, a question mark or an exclamation mark. A cell of a table and an item of a list end one, too.
// Not counted: blocks of code, comments, and cells that cite tests, whose titles are the tests' own.
import { readPage, PAGES } from './docs-pages.ts';

/** The most words that a sentence may have. Inline code is one word, and so is what stands between two spaces. */
export const MAX_WORDS = 30;

const CHECKED = ['CONTRIBUTING.md', ...PAGES];

/** What begins a block of its own: a heading, an item of a list, a row of a table, a quotation. */
const BEGINS = /^\s*(?:#|[*-] |\d+\. |\||>)/;

interface Text {
  readonly text: string;
  /** The line where it begins, from 1. */
  readonly at: number;
}

/** Every sentence of a page that is too long, one line each. `prose` is the page without its blocks of code and its comments. */
export function longSentencesIn(path: string, prose: string): readonly string[] {
  return blocksOf(prose)
    .flatMap(cellsOf)
    .flatMap(sentencesOf)
    .filter(({ text }) => wordsIn(text) > MAX_WORDS)
    .map(({ text, at }) => `${path}:${at} has a sentence of ${wordsIn(text)} words, and at most ${MAX_WORDS} are allowed: ${text}`);
}

/** Paragraphs, headings, items and rows. A line that begins none of them goes on with the one before. */
function blocksOf(prose: string): readonly Text[] {
  const blocks: Text[] = [];
  let isOpen = false;
  for (const [index, line] of prose.split('\n').entries()) {
    const last = blocks.at(-1);
    if (line.trim() === '') isOpen = false;
    else if (isOpen && last !== undefined && !BEGINS.test(line)) blocks[blocks.length - 1] = { ...last, text: `${last.text}\n${line}` };
    else {
      blocks.push({ text: line, at: index + 1 });
      isOpen = !/^\s*[#|]/.test(line);
    }
  }
  return blocks;
}

/** The cells of a row, without those that cite a test; any other block is one. */
function cellsOf({ text, at }: Text): readonly Text[] {
  if (!text.trimStart().startsWith('|')) return [{ text, at }];
  return text
    .split(/(?<!\\)\|/)
    .filter((cell) => !/\]\([^)]+\.test\.ts\)/.test(cell))
    .map((cell) => ({ text: cell, at }));
}

function sentencesOf({ text, at }: Text): readonly Text[] {
  const words = plain(text);
  let end = 0;
  return words.split(/(?<=[.!?][)”"*_]*)\s(?=\s*\S)/).map((sentence) => {
    const line = at + words.slice(0, end).split('\n').length - 1;
    end += sentence.length + 1;
    return { text: sentence.trim().replaceAll(/\s+/g, ' '), at: line };
  });
}

/** A link is its words, and inline code has neither spaces nor ends of sentences. */
const plain = (text: string): string =>
  text
    .replaceAll(/`[^`]+`/g, (code) => code.replaceAll(/[ .!?]/g, '·'))
    .replaceAll(/\]\([^)]*\)/g, ']')
    .replace(/^\s*(?:[#>*-]+|\d+\.) /, '');

const wordsIn = (sentence: string): number => sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

/** All pages. */
export const longSentences = (): readonly string[] => CHECKED.flatMap((path) => longSentencesIn(path, readPage(path).prose));

if (import.meta.main) {
  const found = longSentences();
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
