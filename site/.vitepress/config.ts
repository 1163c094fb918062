import { join } from 'node:path';
import { defineConfig } from 'vitepress';
import { ENTRY_POINTS } from '../api.ts';
import { githubAnchor } from '../markdown.ts';
import { sidebars } from '../navigation.ts';

const site = join(import.meta.dirname, '..');
const pages = join(site, '.built/pages');

// Everything is in the build: no font, script, picture or search index comes from elsewhere.
// oxlint-disable-next-line import/no-default-export -- VitePress asks for it
export default defineConfig({
  title: 'disburse',
  description: 'Payouts from TypeScript through interchangeable providers, and never twice.',
  srcDir: '.built/pages',
  outDir: '.built/site',
  cacheDir: '.built/cache',
  cleanUrls: false, // Pages are files: any server of files will do, at its root.
  head: [['link', { rel: 'icon', href: 'data:,' }]], // Or a browser asks for one that is not there.
  markdown: {
    anchor: { slugify: githubAnchor }, // The pages link to each other as GitHub shows them.
    linkify: false, // What looks like an address in a sentence is an example.
    config: (markdown) => {
      // Wide tables scroll by themselves, and the page does not.
      markdown.renderer.rules['table_open'] = () => '<div class="table"><table tabindex="0">\n';
      markdown.renderer.rules['table_close'] = () => '</table></div>\n';
    },
  },
  transformPageData: ({ relativePath, frontmatter }) => {
    // They are led to, and stand in no order.
    if (relativePath.startsWith('repository/')) Object.assign(frontmatter, { prev: false, next: false });
  },
  themeConfig: {
    outline: [2, 3],
    search: {
      provider: 'local',
      // What explains stands before what lists.
      options: { miniSearch: { searchOptions: { boostDocument: (id: string) => (/\/(?:api|repository)\//.test(id) ? 0.3 : 1) } } },
    },
    docFooter: { prev: 'Before', next: 'Next' },
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Concepts', link: '/concepts' },
      { text: 'Safety', link: '/safety' },
      { text: 'API', link: '/api/' },
    ],
    sidebar: sidebars(join(site, '../docs'), join(pages, 'api'), Object.keys(ENTRY_POINTS)) as never,
  },
});
