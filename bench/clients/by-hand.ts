// What somebody writes without a library: one function that sends, and nothing that a payment needs beside it.
import { STRIPE_KEY } from '../canned.ts';
import { type Client, expected } from '../client.ts';

/** Sends one request and answers the body of a 2xx. */
export type SendText = (method: 'GET' | 'POST', path: string, headers: Record<string, string>, body: string | null) => Promise<string>;

interface Page {
  readonly data: readonly { readonly id: string; readonly amount: number }[];
  readonly has_more: boolean;
}

export function byHand(send: SendText): Client {
  const authorization = `Bearer ${STRIPE_KEY}`;
  const page = async (after: string): Promise<Page> =>
    JSON.parse(await send('GET', `/v1/payouts?limit=100${after}`, { authorization }, null)) as Page;
  return {
    create: async (nth) => {
      const body = new URLSearchParams({ amount: '1050', currency: 'usd', 'metadata[invoice]': String(nth) }).toString();
      const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': `rent-${nth}` };
      const payout = JSON.parse(await send('POST', '/v1/payouts', headers, body)) as { readonly amount: number };
      expected(payout.amount === 1050, 'a payout');
    },
    page: async () => (await page('')).data.length,
    all: async () => {
      let read = 0;
      let more = true;
      for (let after = ''; more;) {
        const { data, has_more } = await page(after);
        for (const payout of data) {
          expected(payout.id === `po_${read}`, `payout ${read} is ${payout.id}`);
          read += 1;
        }
        after = `&starting_after=${data.at(-1)?.id}`;
        more = has_more;
      }
      return read;
    },
  };
}
