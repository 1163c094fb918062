// The only user of the HTTP client (docs/decisions/0009-ky-over-an-own-transport.md).
import ky from 'ky';
import type { Received } from './transport.ts';

/** What the transport answered, or what it threw. */
export type Carried = { readonly received: Received } | { readonly failure: unknown };

/**
 * Lets ky carry a request that a transport of ours sends.
 *
 * ky is told the method and nothing else. Address, bytes, headers and the signal go beside it, to the transport: ky's `Request`
 * would copy each of them at a price above that of the whole write. Its errors keep the request, so that printing one would print
 * the credentials.
 */
export async function throughKy(method: string, send: () => Promise<Received>): Promise<Carried> {
  let carried: Carried | undefined;
  try {
    await ky(NOWHERE, {
      method,
      retry: 0, // Resends are ours: same key, same bytes, inside the window.
      timeout: false, // ky's own timeout does not cover the body and knows no evidence.
      throwHttpErrors: false,
      fetch: async () => {
        // ky must not see an error of ours, and there is nothing for it in a response: it gets one and the same.
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
  carried = undefined; // ky keeps the function above until it is collected, and with it would keep a whole body.
  return result;
}

/** ky wants an address; the transport has its own. */
const NOWHERE = 'https://ky.invalid/';
let done: Response | undefined;
