// What stands in the sidebar, in the order in which a reader needs it.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { titleOf } from './markdown.ts';

/** A line of the sidebar. */
export interface Entry {
  readonly text: string;
  readonly link?: string;
  readonly items?: readonly Entry[];
  readonly collapsed?: boolean;
}

/** Paths under docs/, without `.md`; `decisions/*` is every decision. A page that does not exist is left out. */
const GROUPS: readonly (readonly [text: string, ...pages: readonly string[]])[] = [
  ['Begin', 'index', 'start'],
  ['Pay', 'pay/one', 'pay/many', 'pay/connected-accounts'],
  ['When something goes wrong', 'unknown', 'refusals', 'recipes'],
  ['Build on it', 'webhooks', 'stores', 'switching', 'testing', 'production'],
  ['Coming from an SDK', 'migrating-from-stripe', 'migrating-from-mollie'],
  ['Concepts', 'concepts', 'faq'],
  ['Providers', 'providers/stripe', 'providers/stripe-treasury', 'providers/balance'],
  ['Reference', 'cli', 'errors', 'status', 'capabilities', 'keys', 'telemetry', 'runtimes'],
];

/** Who works on the library itself reads these, and the decisions below them. */
const FOR_CONTRIBUTORS = ['safety', 'performance', 'adding-an-adapter', 'architecture'];

const DECISIONS = 'decisions/';

/** Every page of the site that is in docs/: `decisions/0001-lint-and-format`. */
export function pagesIn(docs: string): readonly string[] {
  return globSync('**/*.md', { cwd: docs })
    .map((file) => file.replaceAll('\\', '/').replace(/\.md$/, ''))
    .sort();
}

/** The sidebar of the pages that exist. A page that nobody has put in order comes under "More", before those for contributors. */
export function sidebarOf(docs: string): readonly Entry[] {
  const pages = pagesIn(docs);
  const entry = (page: string): Entry => ({ text: titleOf(join(docs, `${page}.md`)), link: page === 'index' ? '/' : `/${page}` });
  const existing = (group: readonly string[]): readonly Entry[] => group.filter((page) => pages.includes(page)).map(entry);
  const ordered = new Set([...GROUPS.flatMap(([, ...group]) => group), ...FOR_CONTRIBUTORS]);
  const decisions = pages.filter((page) => page.startsWith(DECISIONS));
  const more = pages.filter((page) => !ordered.has(page) && !decisions.includes(page));
  const groups: readonly Entry[] = [
    ...GROUPS.map(([text, ...group]) => ({ text, items: existing(group) })),
    { text: 'More', items: more.map(entry) },
    {
      text: 'For contributors',
      items: [...existing(FOR_CONTRIBUTORS), { text: 'Decisions', collapsed: true, items: decisions.map(entry) }],
    },
  ];
  return groups.filter(({ items }) => items !== undefined && items.length > 0);
}

const KINDS = ['functions', 'classes', 'interfaces', 'type-aliases', 'variables'];

/**
 * The sidebars by the beginning of an address. The pages of an entry point list its own exports and no other's: every page carries its
 * sidebar, and all of them in each would be most of the site.
 */
export function sidebars(docs: string, api: string, entryPoints: readonly string[]): Readonly<Record<string, readonly Entry[]>> {
  const reference = {
    text: 'API reference',
    items: [{ text: 'Packages', link: '/api/' }, ...entryPoints.map((name) => ({ text: `@disburse/${name}`, link: `/api/${name}/` }))],
  };
  const own = entryPoints.map(
    (name) => [`/api/${name}/`, [{ text: 'Documentation', link: '/' }, ...exportsOf(api, name), reference]] as const,
  );
  return { ...Object.fromEntries(own), '/': [...sidebarOf(docs), reference] };
}

function exportsOf(api: string, name: string): readonly Entry[] {
  const ofKind = (kind: string): readonly Entry[] =>
    globSync(`${name}/${kind}/*.md`, { cwd: api })
      .map((file) => file.replaceAll('\\', '/').replace(/\.md$/, ''))
      .sort()
      .map((page) => ({ text: page.replace(/^.*\//, ''), link: `/api/${page}` }));
  const groups = KINDS.map((kind) => ({ text: `${name}: ${kind.replace('-', ' ')}`, collapsed: false, items: ofKind(kind) }));
  return groups.filter(({ items }) => items.length > 0);
}
