// The documentation as a site, in site/.built/site: `pnpm docs:site`. Nothing is fetched.
import { cpSync, globSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'vitepress';
import { writeApi } from './api.ts';
import { brokenLinks } from './links.ts';
import { addressOf, sitePage, sourcePage, titleOf } from './markdown.ts';

const root = join(import.meta.dirname, '..');
const built = join(import.meta.dirname, '.built');
const pages = join(built, 'pages');

function write(address: string, text: string): void {
  const file = join(pages, `${address.replace(/\/$/, '/index')}.md`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The pages of docs/, and whatever they lead to, as pages of the site. */
function assemble(): number {
  const docs = globSync('docs/**/*.md', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
  const open = [...docs];
  const done = new Set<string>();
  for (let path = open.shift(); path !== undefined; path = open.shift()) {
    if (done.has(path)) continue;
    done.add(path);
    if (path === 'docs/decisions') write(addressOf(path), decisionsPage());
    else if (!path.endsWith('.md') || statSync(join(root, path)).isDirectory()) write(addressOf(path), sourcePage(root, path));
    else {
      const { text, linked } = sitePage(root, path);
      write(addressOf(path), text);
      open.push(...linked.map((link) => link.replace(/\/$/, '')));
    }
  }
  for (const picture of globSync('docs/**/*.svg', { cwd: root })) cpSync(join(root, picture), join(pages, picture.slice('docs/'.length)));
  return done.size;
}

function decisionsPage(): string {
  const files = globSync('docs/decisions/*.md', { cwd: root }).map((file) => file.replaceAll('\\', '/'));
  const lines = files.toSorted().map((file) => `* [${titleOf(join(root, file))}](${addressOf(file)})`);
  return `# Decisions\n\nWhy things are as they are, and what would change our mind.\n\n${lines.join('\n')}\n`;
}

const started = performance.now();
const told = (what: string): void => console.log(`${what}, after ${((performance.now() - started) / 1000).toFixed(1)} s`);

rmSync(built, { recursive: true, force: true });
told(`${assemble()} pages assembled`);
await writeApi(root, join(pages, 'api'));
told(`${globSync('api/**/*.md', { cwd: pages }).length} pages of the API reference`);
await build(import.meta.dirname);
const broken = brokenLinks(join(built, 'site'));
if (broken.length > 0) throw new Error(`Links that lead nowhere:\n${broken.join('\n')}`);
told('site/.built/site is there, and every link in it leads somewhere');
