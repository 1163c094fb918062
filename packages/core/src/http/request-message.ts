// The address and the headers of a request, as they go to the transport.
import { PayoutError } from '../errors.ts';
import type { Message } from './transport.ts';

/**
 * Characters that a name or a value may have. Any other could end the header or begin another one.
 * https://www.rfc-editor.org/rfc/rfc9110#section-5
 */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The white space that Fetch removes at both ends of a value. https://fetch.spec.whatwg.org/#concept-header-value-normalize */
const AROUND = /^[\t\n\r ]+|[\t\n\r ]+$/g;

/** Headers in Fetch's form: names in lower case, each once, values without white space around them. */
export function headersOf(...given: readonly Readonly<Record<string, string>>[]): Message['headers'] {
  const headers = new Map<string, string>();
  for (const record of given) {
    for (const given of Object.keys(record)) {
      const name = given.toLowerCase();
      const value = String(record[given]).replace(AROUND, '');
      if (!HEADER_NAME.test(name) || !HEADER_VALUE.test(value)) throw new TypeError('A header cannot be sent as it is.');
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : `${before}, ${value}`);
    }
  }
  return headers;
}

/** A path that the URL parser would not write in another way. */
const PLAIN_PATH = /^[\w!$&()*+,\-.:;=@[\]~%/?]*$/;
/** A step within the path, for the URL parser. https://url.spec.whatwg.org/#double-dot-path-segment */
const DOTS = /\/(?:\.|%2e)/i;

/**
 * Makes the absolute addresses of paths, which must stay on the configured origin. The base is read once.
 *
 * @throws {PayoutError} `unexpected_response`, thrown by the returned function for a path that leads elsewhere.
 */
export function addressesBelow(baseUrl: string): (path: string) => string {
  const base = new URL(baseUrl);
  const below = `${base.origin}${base.pathname.replace(/\/$/, '')}`;
  return (path) => {
    // After our own slash nothing in a path is read as a host.
    if (!path.startsWith('/') || path.startsWith('//')) {
      throw new PayoutError('unexpected_response', 'a path that leads to another origin was refused; nothing was sent to it.');
    }
    return PLAIN_PATH.test(path) && !DOTS.test(path) ? below + path : new URL(below + path).href;
  };
}
