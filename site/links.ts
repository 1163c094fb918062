// Every link of the built site: VitePress looks at pages only, this looks at anchors and files too.
import { globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Links of a built site to pages, anchors or files that are not there: `safety.html -> #r-1`. */
export function brokenLinks(site: string): readonly string[] {
  const files = new Set(globSync('**/*', { cwd: site }).map((file) => file.replaceAll('\\', '/')));
  const pages = [...files].filter((file) => file.endsWith('.html'));
  const texts = new Map(pages.map((page) => [page, readFileSync(join(site, page), 'utf8')]));
  const anchors = new Map([...texts].map(([page, text]) => [page, new Set([...text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id))]));
  return [...texts].flatMap(([page, text]) => {
    const targets = [...text.matchAll(/<(?:a|img|link|script)\b[^>]*?\b(?:href|src)="([^"]+)"/g)].map(([, target]) => target ?? '');
    return [...new Set(targets)].filter((target) => !leads(page, target.replaceAll('&amp;', '&'))).map((target) => `${page} -> ${target}`);
  });

  function leads(page: string, target: string): boolean {
    if (/^[a-z]+:/i.test(target)) return true; // Elsewhere: not ours to hold.
    const [path = '', anchor] = target.split('#');
    const to = path === '' ? page : posix.join('.', path.startsWith('/') ? path : posix.join(posix.dirname(page), path));
    const file = to === '.' || to.endsWith('/') || files.has(`${to}/index.html`) ? posix.join(to, 'index.html') : to;
    if (!files.has(file)) return false;
    return anchor === undefined || anchor === '' || (anchors.get(file)?.has(decodeURIComponent(anchor)) ?? false);
  }
}
