import { Agent, request } from 'node:http';
import type { Connect } from '../client.ts';
import { byHand } from './by-hand.ts';

export const connect: Connect = async (port) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  return byHand(
    (method, path, headers, body) =>
      new Promise((resolve, reject) => {
        const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) };
        const outgoing = request({ host: '127.0.0.1', port, method, path, agent, headers: { ...headers, ...length } }, (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', reject);
          response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(`HTTP ${response.statusCode}`))));
        });
        outgoing.on('error', reject);
        outgoing.end(body ?? undefined);
      }),
  );
};
