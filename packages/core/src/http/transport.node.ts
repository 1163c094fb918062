// The transport on Node, picked by the `imports` map of package.json.
import { Agent as HttpAgent, type AgentOptions } from 'node:http';
import { Agent as HttpsAgent, globalAgent } from 'node:https';
import { type Pools, transportOverSockets } from './transport.sockets.ts';
import type { Transport } from './transport.ts';

export { transportOver } from './transport.fetch.ts';

/** The name of this transport. */
export const transportName: 'node' | 'fetch' = 'node';

/** How many connections one host may have at a time, and how many idle ones are kept. Further requests wait in line, `not_sent`. */
const CONNECTIONS = 64;

/**
 * How long an idle connection is kept: less than the five seconds of Node's own server, the shortest among common servers.
 *
 * A server that closes first costs a `maybe_sent`. A new connection costs only a handshake, shortened by the stored TLS session.
 */
const IDLE_MS = 4_000;

// The agent does not keep the process alive for idle sockets (`unref`), so a program ends although connections are open.
const POOL = { keepAlive: true, maxSockets: CONNECTIONS, maxFreeSockets: CONNECTIONS, noDelay: true, timeout: IDLE_MS } as const;

let kept: Pools | null = null;

function pools(): Pools {
  kept ??= { http: new HttpAgent(POOL), https: new HttpsAgent({ ...POOL, proxyEnv: proxyOfNode() }) };
  return kept;
}

/**
 * The proxy that Node itself uses, once switched on (`NODE_USE_ENV_PROXY=1`, `--use-env-proxy`, `setGlobalProxyFromEnv()`; Node
 * 22.21 and 24.5). It is read at the first request.
 *
 * Plain http is only ever loopback, so it has no proxy.
 */
function proxyOfNode(): AgentOptions['proxyEnv'] {
  return (globalAgent.options as AgentOptions).proxyEnv;
}

/** Sends over `node:http(s)`, with evidence of how far a request got. */
export const transport: Transport = transportOverSockets(pools);
