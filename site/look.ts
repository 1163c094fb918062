// Shows the built site on the loopback, until it is stopped: `pnpm docs:look`, after `pnpm docs:site`.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const site = join(import.meta.dirname, '.built/site');
if (!existsSync(site)) throw new Error('There is no site yet: run `npx -y pnpm@12 docs:site` first.');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The file behind an address; `null` for none. A URL's path has no `..` left that could lead out of the site. */
function fileAt(address: string): string | null {
  const path = join(site, decodeURIComponent(new URL(address, 'http://127.0.0.1').pathname));
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true ? join(path, 'index.html') : path;
  return file.startsWith(site) && statSync(file, { throwIfNoEntry: false })?.isFile() === true ? file : null;
}

const server = createServer((request, response) => {
  const file = fileAt(request.url ?? '/');
  if (file === null) response.writeHead(404, { 'content-type': 'text/html; charset=utf-8' }).end(readFileSync(join(site, '404.html')));
  else response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(readFileSync(file));
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
});
