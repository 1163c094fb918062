// A page of the repository as a page of the site: what it links to outside docs/ comes along.
import { readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';

/** The first heading, of a decision with its number: it is cited by that. */
export function titleOf(file: string): string {
  const heading = /^# (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  if (heading === undefined) throw new Error(`${file} has no heading.`);
  return heading.replaceAll('`', '');
}

/** The anchor of a heading as GitHub makes it; VitePress numbers those that repeat. */
export function githubAnchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** Where a file of the repository is on the site, without the anchor. */
export function addressOf(path: string): string {
  if (path.startsWith('docs/') && path.endsWith('.md')) return `/${path.slice('docs/'.length, -'.md'.length)}`.replace(/\/index$/, '/');
  // A dot would make it a file to be fetched, and not a page.
  return `/repository/${path.replace(/\/$/, '').replace(/\.md$/, '').replaceAll('.', '-')}`;
}

/** A page, and the files outside docs/ that it links to. */
export interface SitePage {
  readonly text: string;
  readonly linked: readonly string[];
}

const LINK = /(\]\()([^()\s]+)((?:\s+"[^"]*")?\))/g;
const IMAGE = /\.(svg|png)$/;

/**
 * Rewrites the links of a page and takes out its comments, which are for tests.
 *
 * @param path From the root of the repository, with slashes.
 */
export function sitePage(root: string, path: string): SitePage {
  const linked: string[] = [];
  const rewritten = (target: string): string => {
    if (/^(?:[a-z]+:|#|\/)/i.test(target)) return target;
    const [file = '', anchor] = target.split('#');
    const to = posix.normalize(posix.join(posix.dirname(path), decodeURI(file)));
    if (IMAGE.test(to)) return posix.relative(posix.dirname(addressOf(path)), `/${to.replace(/^docs\//, '')}`);
    if (!to.startsWith('docs/') || !to.endsWith('.md')) linked.push(to);
    return `${addressOf(to)}${anchor === undefined || !to.endsWith('.md') ? '' : `#${anchor}`}`;
  };
  const parts = readFileSync(join(root, path), 'utf8').split(/^(```.*?^```$)/ms);
  const text = parts.map((part) =>
    part.startsWith('```')
      ? part
      : part
          .replaceAll(/<!--.*?-->\n?/gs, '')
          .split(/(`[^`\n]*`)/)
          .map((piece) =>
            piece.startsWith('`')
              ? piece
              : piece.replaceAll(LINK, (_, open: string, to: string, end: string) => open + rewritten(to) + end),
          )
          .join(''),
  );
  return { text: text.join(''), linked };
}

const LANGUAGES: Readonly<Record<string, string>> = {
  '.ts': 'ts',
  '.js': 'js',
  '.json': 'json',
  '.jsonc': 'jsonc',
  '.sh': 'sh',
  '.yaml': 'yaml',
};

/** A page that shows a file which is no page, or says what is in a folder. */
export function sourcePage(root: string, path: string): string {
  if (statSync(join(root, path)).isDirectory()) return `# ${path}\n\nA folder of the repository.\n`;
  const source = readFileSync(join(root, path), 'utf8').trimEnd();
  const fence = '`'.repeat(Math.max(3, ...[...source.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  const folder = dirname(path);
  return `---\naside: false\nsearch: false\n---\n\n# ${posix.basename(path)}\n\nIn \`${folder}\` of the repository.\n\n${fence}${LANGUAGES[extname(path)] ?? 'txt'}\n${source}\n${fence}\n`;
}
