import { kindOf, tagOf } from '../validation.ts';

// The objects that frameworks give a handler instead of a Fetch Request, and how to make a Request of each.

interface Kind {
  readonly is: (given: Readonly<Record<string, unknown>>) => boolean;
  readonly told: string;
}

const has = (given: object, ...names: readonly string[]): boolean => names.every((name) => name in given);

/** The kinds of objects. The first that fits is used. */
const KINDS: readonly Kind[] = [
  {
    // https://nodejs.org/api/http.html#class-httpincomingmessage; Express' request is one.
    is: (given) => has(given, 'rawHeaders', 'httpVersion'),
    told: "Node's IncomingMessage: make a Request of it as examples/webhooks/node-http.ts does, or, with Express, call parseWebhook as examples/webhooks/express.ts does",
  },
  {
    // https://hono.dev/docs/api/request#raw
    is: (given) => has(given, 'raw', 'param', 'header'),
    told: "Hono's c.req: pass c.req.raw",
  },
  {
    // https://hono.dev/docs/api/context
    is: (given) => has(given, 'req', 'env', 'var'),
    told: "Hono's context: pass c.req.raw",
  },
  {
    // https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#apigateway-example-event
    is: (given) => has(given, 'isBase64Encoded') || has(given, 'httpMethod', 'headers') || has(given, 'requestContext', 'headers'),
    told: 'the event of a Lambda: call provider.parseWebhook(event), which takes its headers and its body, also where isBase64Encoded is true',
  },
  {
    // https://fastify.dev/docs/latest/Reference/Request/
    is: (given) => has(given, 'raw', 'log', 'headers'),
    told: "Fastify's request: call provider.parseWebhook({ headers, body }) with the raw body, which a content type parser with parseAs: 'buffer' keeps",
  },
  {
    is: (given) => has(given, 'headers', 'body') && !has(given, 'method'),
    told: 'headers and a body: call provider.parseWebhook({ headers, body })',
  },
];

/** The kind of an object that is no usable Request, and what to do; `null` for a Request whose body can be read. */
export function notARequest(given: unknown): string | null {
  try {
    return isRequest(given) ? null : kindIn(given);
  } catch {
    return 'an object that throws when it is looked at';
  }
}

/** Whether an object is a Request, by the members that are used: a Request of another realm or library is one, too. */
function isRequest(given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const { method, headers, body } = given as Partial<Request>;
  if (typeof method !== 'string' || typeof headers?.get !== 'function') return false;
  return body === null || body === undefined || typeof body.getReader === 'function';
}

function kindIn(given: unknown): string {
  if (given === undefined) return 'nothing';
  if (typeof given !== 'object' || given === null) return kindOf(given);
  const found = KINDS.find(({ is }) => is(given as Record<string, unknown>));
  return found?.told ?? kindOf(given);
}

// ---- Bodies ----------------------------------------------------------------------------------------------------------

/** The bytes of a body, in whatever form an application holds them; `null` for anything else. The memory is not copied. */
export function bytesIn(body: unknown): Uint8Array | null {
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  const tag = tagOf(body); // The tag works for objects of another realm, too.
  return tag === 'ArrayBuffer' || tag === 'SharedArrayBuffer' ? new Uint8Array(body as ArrayBuffer) : null;
}

/** Whether a body is a Blob, also one of another realm. */
export function isBlob(body: unknown): body is Blob {
  const tag = tagOf(body);
  return (tag === 'Blob' || tag === 'File') && typeof (body as Partial<Blob>).arrayBuffer === 'function';
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** The bytes of a base64 text; `null` for any other text. */
export function bytesOfBase64(text: string): Uint8Array | null {
  if (!BASE64.test(text)) return null;
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

/** Whether a body is the base64 of JSON. An event of a provider is JSON, and no JSON object looks like base64. */
export function looksLikeBase64(body: Uint8Array): boolean {
  const first = bytesOfBase64(new TextDecoder().decode(body.subarray(0, 64)).slice(0, 64))?.[0];
  return first !== undefined && (first === 0x7b || first === 0x5b); // `{` or `[`
}
