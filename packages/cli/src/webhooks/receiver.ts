import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { CliError } from '../exit-code.ts';

/** A delivery as it arrived. */
export interface Delivery {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Where deliveries arrive. */
export interface Receiver {
  readonly url: string;
  close(): Promise<void>;
}

const MOST_BYTES = 1024 * 1024;
/** For a whole request, in milliseconds. */
const PATIENCE = { requestTimeout: 10_000, headersTimeout: 10_000, connectionsCheckingInterval: 1_000 };

/** Listens on 127.0.0.1. Deliveries are handled one after the other, so that what is printed has their order. */
export async function startReceiver(port: number, handle: (delivery: Delivery) => Promise<number>): Promise<Receiver> {
  let turn: Promise<unknown> = Promise.resolve();
  const server = createServer(PATIENCE, (request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(405, { allow: 'POST' }).end();
      return;
    }
    // Read before its turn: nobody waits for a body that comes slowly, or never.
    const received = bodyOf(request).then((body) => {
      turn = turn.then(async () => {
        const delivery = { path: request.url ?? '/', headers: request.headers };
        const status = body === null ? 413 : await handle({ ...delivery, body }).catch(() => 500);
        await answered(response, status);
      });
    });
    received.catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message = `port ${port} cannot be listened on (${error.code ?? error.name}).`;
      reject(new CliError('unavailable', message, { advice: ['--port 0 takes a free one.'] }));
    });
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
  const address = server.address();
  return {
    url: `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : port}`,
    close: async () => {
      await turn;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections(); // Of those whose body is still on its way.
      await closed;
    },
  };
}

/** Ends when the answer is on its way, or nobody is there any more to get it. */
async function answered(response: ServerResponse, status: number): Promise<void> {
  const gone = new Promise((resolve) => response.once('close', resolve));
  response.writeHead(status, { connection: 'close' }).end();
  if (!response.closed && !response.destroyed) await gone;
}

/** `null` for what is too long, or broke off. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of request) {
      const bytes = chunk as Uint8Array; // No encoding is set.
      length += bytes.byteLength;
      if (length > MOST_BYTES) return null;
      chunks.push(bytes);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}
