// What webhooks need of Node. Loaded with the first endpoint: everything else runs where there is no Node, too.
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import type { SignedBody } from './receiver.ts';

/** HMAC-SHA256 in lower-case hex; both texts count as their UTF-8 bytes. */
export function hmacSha256(secret: string, message: string): string {
  return createHmac('sha256', secret).update(message, 'utf8').digest('hex');
}

/** Posts over HTTP on a connection of its own and answers the status. Redirects are not followed. */
export function post(url: URL, { lines, body }: SignedBody, signal: AbortSignal): Promise<number> {
  const bytes = Buffer.from(body, 'utf8');
  const headers: Record<string, string | string[]> = { 'content-length': String(bytes.byteLength) };
  // Several lines of one name stay several lines on the wire.
  for (const [name, value] of lines) headers[name] = headers[name] === undefined ? value : [headers[name], value].flat();
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent: false, signal, headers });
    sent.on('error', reject);
    sent.on('response', (response) => {
      response.on('error', reject);
      response.on('end', () => {
        resolve(response.statusCode ?? 0);
      });
      response.resume();
    });
    sent.end(bytes);
  });
}
