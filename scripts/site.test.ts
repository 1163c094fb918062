// The site shows every page of docs/, and its links lead where those of the repository lead. `pnpm docs:site` looks at the built pages.
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { addressOf, githubAnchor, sitePage } from '../site/markdown.ts';
import { type Entry, pagesIn, sidebarOf } from '../site/navigation.ts';

const root = join(import.meta.dirname, '..');
const docs = join(root, 'docs');
const linksOf = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap(({ link, items }) => [...(link === undefined ? [] : [link]), ...linksOf(items ?? [])]);

it('has every page of docs/ in its sidebar, once, and none that nobody has put in order', () => {
  const links = linksOf(sidebarOf(docs));
  expect(links.toSorted()).toEqual(
    pagesIn(docs)
      .map((page) => addressOf(`docs/${page}.md`))
      .toSorted(),
  );
  expect(sidebarOf(docs).map(({ text }) => text)).not.toContain('More');
});

it('names tasks first, then concepts and reference, then what is for contributors', () => {
  const groups = sidebarOf(docs).map(({ text, items }) => [text, linksOf(items ?? [])] as const);
  expect(groups.map(([text]) => text)).toEqual([
    'Begin',
    'Pay',
    'When something goes wrong',
    'Build on it',
    'Coming from an SDK',
    'Concepts',
    'Providers',
    'Reference',
    'For contributors',
  ]);
  expect(groups[0]?.[1]).toEqual(['/', '/start']);
  expect(groups[1]?.[1]).toEqual(['/pay/one', '/pay/many', '/pay/connected-accounts']);
  expect(groups.at(-1)?.[1].slice(0, 5)).toEqual([
    '/safety',
    '/performance',
    '/adding-an-adapter',
    '/architecture',
    '/decisions/0001-lint-and-format',
  ]);
});

it.each([
  ['docs/safety.md', '/safety'],
  ['docs/index.md', '/'],
  ['docs/providers/stripe.md', '/providers/stripe'],
  ['README.md', '/repository/README'],
  ['packages/core/src/create/send.test.ts', '/repository/packages/core/src/create/send-test-ts'],
  ['docs/decisions/', '/repository/docs/decisions'],
])('%s is at %s', (path, address) => expect(addressOf(path)).toBe(address));

it.each([
  ['What is in a submission?', 'what-is-in-a-submission'],
  ['`can()` and `supports()`', 'can-and-supports'],
  ['R1: one reference, one payout', 'r1-one-reference-one-payout'],
])('the anchor of %s is that of GitHub, %s', (heading, anchor) => expect(githubAnchor(heading)).toBe(anchor));

it('takes comments out, rewrites links outside code, and says what they lead to', () => {
  const { text, linked } = sitePage(root, 'docs/adding-an-adapter.md');
  expect(text).not.toContain('<!--');
  expect(text).toContain('](/repository/examples/tiny-adapter/penny-ts)');
  expect(text).not.toMatch(/\]\(\.\.\//);
  expect(linked).toContain('examples/tiny-adapter/penny.ts');
});

it.each([
  ['docs/index.md', '](pictures/demo.svg)'],
  ['README.md', '](../pictures/demo.svg)'],
])('%s shows its picture where the site has it', (path, link) => expect(sitePage(root, path).text).toContain(link));
