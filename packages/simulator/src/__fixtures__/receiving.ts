import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { seededRandom } from '../random.ts';

/** A request as it arrived, to the byte. */
export interface Arrival {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** Every line of its own, in order: name, value, name, value. */
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  /** Whether the sender hung up before it was answered. */
  readonly hungUp: () => boolean;
}

/** A webhook receiver on a loopback port. */
export interface Receiver {
  readonly url: string;
  readonly arrivals: readonly Arrival[];
  close(): Promise<void>;
}

/** What the receiver does: a status, or nothing at all. */
export type Reaction = number | 'hang' | 'reset';

/** Listens on 127.0.0.1 and reacts to each request with what `react` says; 200 where it says nothing else. */
export async function receiving(react: (arrival: Arrival) => Reaction = () => 200): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url: path, headers, rawHeaders } = request;
      const arrival = { method, path, headers, rawHeaders, bytes: Buffer.concat(chunks), hungUp: () => request.socket.destroyed && !response.writableEnded };
      arrivals.push(arrival);
      const reaction = react(arrival);
      if (reaction === 'reset') request.socket.resetAndDestroy();
      else if (reaction !== 'hang') response.writeHead(reaction, reaction === 307 ? { location: '/elsewhere' } : {}).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/hooks`,
    arrivals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

const ALPHABETS = [
  'a', 'z', '0', ' ', '"', '\\', '/', '\n', '\t', '<', '&',
  'é', 'ß', 'ø', 'Ż', '€', 'Ω', 'ж', '漢', '字', 'かな', 'ع', 'ם', '\u2028', '\u0000', '\u007f', '\ufeff',
  '💶', '👩🏽‍💻', '🇳🇱', 'e\u0301', '\ud800',
]; // The last one is half of a pair: JSON must escape it, or the bytes say something else.

/** Texts that a careless hand breaks: several bytes a letter, escapes, joined letters. The same for the same seed. */
export function strangeTexts(count: number, seed: number): readonly string[] {
  const random = seededRandom(seed);
  const pick = (): string => ALPHABETS[Math.floor(random() * ALPHABETS.length)] ?? '';
  return Array.from({ length: count }, () => Array.from({ length: 1 + Math.floor(random() * 12) }, pick).join(''));
}
