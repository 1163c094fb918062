// The only user of the HTTP client (docs/decisions/0009-ky-over-an-own-transport.md).
import ky from 'ky';
import type { Received } from './transport.ts';

/** The transport's response, or what the transport threw. */
export type Carried = { readonly received: Received } | { readonly failure: unknown };

/**
 * Lets ky carry a request that our own transport sends.
 *
 * ky gets the method and nothing else. Address, bytes, headers and signal go to the transport directly: ky's `Request` would copy
 * each of them, which costs more than the whole write. ky's errors keep the request, so printing one would print the credentials.
 */
export async function throughKy(method: string, send: () => Promise<Received>): Promise<Carried> {
  let carried: Carried | undefined;
  try {
    await ky(NOWHERE, {
      method,
      retry: 0, // The library resends itself: the same key and bytes, inside the key's window.
      timeout: false, // ky's own timeout does not cover the body and knows no evidence.
      throwHttpErrors: false,
      fetch: async () => {
        // ky gets the same empty response each time, so that it sees neither our errors nor our responses.
        try {
          carried = { received: await send() };
        } catch (failure) {
          carried = { failure };
        }
        return (done ??= new Response(null));
      },
    });
  } catch (failure) {
    carried ??= { failure };
  }
  const result = carried ?? { failure: new TypeError('ky asked for nothing.') };
  // ky retains the function above until it is collected. Clearing the result keeps a whole body from being retained too.
  carried = undefined;
  return result;
}

/** An address for ky, which wants one. The transport has its own. */
const NOWHERE = 'https://ky.invalid/';
let done: Response | undefined;
