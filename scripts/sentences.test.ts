import { expect, it } from 'vitest';
import { pageOf } from './docs-pages.ts';
import { longSentences, longSentencesIn, MAX_WORDS } from './sentences.ts';

const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');
const most = words(MAX_WORDS);
const tooMany = words(MAX_WORDS + 1);
const foundIn = (text: string): readonly string[] => longSentencesIn('a.md', pageOf('a.md', text).prose);

it('no page has a sentence that is too long', () => {
  expect(longSentences()).toEqual([]);
});

it('a sentence that is too long is told with its place and its words', () => {
  expect(foundIn(`# A page\n\nShort.\nIt ${most}.\n`)).toEqual([
    `a.md:4 has a sentence of 31 words, and at most 30 are allowed: It ${most}.`,
  ]);
});

it.each([
  ['a paragraph', `${tooMany}.`],
  ['a paragraph over two lines', `${words(20)}\n${words(20)}.`],
  ['a heading', `# ${tooMany}`],
  ['an item', `* Short.\n* ${tooMany}`],
  ['an item that goes on', `1. ${words(20)}\n   ${words(20)}.`],
  ['a quotation', `> ${tooMany}`],
  ['a cell', `| a | b |\n| --- | --- |\n| short | ${tooMany} |`],
  ['a sentence with semicolons and colons', `${words(15)}: ${words(8)}; ${words(8)}.`],
  ['the words of a link', `[${tooMany}](a.md)`],
  ['the second of two', `Short. ${tooMany}.`],
  ['a sentence after one in bold', `**Short.** ${tooMany}.`],
  ['a sentence with a point in its code', `${words(20)} \`a. b\` ${words(20)}.`],
])('%s is counted', (_, text) => {
  expect(foundIn(text)).toHaveLength(1);
});

it.each([
  ['as many words as are allowed', `${most}.`],
  ['two sentences', `${most}. ${most}.`],
  ['a question and its answer', `${most}? ${most}!`],
  ['sentences that end in bold, in quotes, in parentheses', `**${most}.** “${most}.” (${most}.) ${most}.`],
  ['two items', `* ${most}\n* ${most}`],
  ['two paragraphs', `${most}\n\n${most}`],
  ['two cells', `| ${most} | ${most} |`],
  ['two rows', `| ${most} |\n| ${most} |`],
  ['a heading and its text', `# ${most}\n${most}`],
  ['a block of code', `\`\`\`ts\n${tooMany}\n\`\`\``],
  ['a comment', `<!-- ${tooMany} -->`],
  ['a cell that cites tests', `| a | [a.test.ts](../a.test.ts) “${tooMany}” |`],
  ['inline code as one word', `${words(29)} \`${tooMany}\`.`],
  ['signs that are no words', `${most} – + …`],
  ['the address of a link', `${words(29)} [word](https://a.test/b?c=d. "e f").`],
])('%s is not', (_, text) => {
  expect(foundIn(text)).toEqual([]);
});
