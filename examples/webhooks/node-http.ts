// A webhook endpoint on node:http: the raw body goes to the handler as a stream, so that its size limit counts while reading.
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { webhookHandler, type WebhookHandlerOptions } from '@disburse/core';

/** A server whose every path is the endpoint; yours looks at `incoming.url`. */
export function nodeServer(options: WebhookHandlerOptions): Server {
  const handle = webhookHandler(options);
  return createServer((incoming, outgoing) => {
    handle(requestOf(incoming)).then(
      ({ status }) => outgoing.writeHead(status, { connection: 'close' }).end(),
      () => outgoing.destroy(),
    );
  });
}

/** Node joins header lines of one name by a comma, as Fetch does. */
function requestOf(incoming: IncomingMessage): Request {
  const { method = 'GET', headers } = incoming;
  const fetchHeaders = new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)] as [string, string]));
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const body = hasBody ? { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' as const } : {};
  return new Request(`http://${headers.host ?? 'localhost'}/`, { method, headers: fetchHeaders, ...body });
}
