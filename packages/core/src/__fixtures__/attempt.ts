// One request through a transport, and what became of it.
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { onTestFinished } from 'vitest';
import { type Pools, transportOverSockets } from '../http/transport.sockets.ts';
import type { Exchange, Received, Transport } from '../http/transport.ts';

/** What a transport answered, or threw. Anything thrown must be an Error. */
export async function attempt(transport: Transport, request: Request, exchange: Exchange): Promise<Received | Error> {
  try {
    return await transport(request, exchange);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

/** A transport with pools of its own, closed with the test. */
export function transportWith(options: AgentOptions & { readonly ca?: string }): Transport & { readonly pools: Pools } {
  const settings = { keepAlive: true, maxSockets: 64, ...options };
  const pools = { http: new HttpAgent(settings), https: new HttpsAgent(settings) };
  onTestFinished(() => {
    pools.http.destroy();
    pools.https.destroy();
  });
  return Object.assign(
    transportOverSockets(() => pools),
    { pools },
  );
}

/** Addresses as a resolver would give them, without asking one. */
export function resolvingTo(...addresses: readonly LookupAddress[]): { readonly lookup: LookupFunction } {
  return {
    lookup: (_hostname, options, callback) => {
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? '', first?.family);
    },
  };
}

/** Resolves once everything that waits in the event loop has had its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
