// What a request holds on to while it travels, and what it lets go.
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { attempt, turn } from '../__fixtures__/attempt.ts';
import { exchangeOf, loopback, requestTo } from '../__fixtures__/loopback.ts';
import { CLOSING, HALF } from '../__fixtures__/played.ts';
import { transport as overFetch, transportOver } from './transport.fetch.ts';
import { transport as overSockets } from './transport.node.ts';

it.each([
  ['sockets', overSockets],
  // A fetch that does not listen itself, so that only our listeners are counted.
  ['fetch', transportOver((url, { signal: _unheard, ...init } = {}) => fetch(url, init))],
] as const)('leaves no listener on the signal, however it ends (%s)', async (_name, transport) => {
  const endings = [CLOSING, HALF, ''];
  const server = await loopback({ onRequest: (socket, nth) => socket.end(endings[nth - 1] ?? '') });
  const ends: unknown[] = [];
  for (const _ of endings) {
    const request = requestTo(`${server.origin}/ours`);
    const outcome = await attempt(transport, request, exchangeOf());
    ends.push('end' in outcome ? outcome.end : 'thrown', getEventListeners(request.signal, 'abort').length);
  }
  expect(ends).toEqual(['complete', 0, 'cut', 0, 'thrown', 0]);
});

it.each([
  ['sockets', overSockets],
  ['fetch', overFetch],
] as const)('hears the signal of a Request that nobody else holds (%s)', async (_name, transport) => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const controller = new AbortController();
  const arrived = Promise.withResolvers<null>();
  const server = await loopback({ onRequest: () => arrived.resolve(null) });
  // Nothing of this test keeps the Request: neither a variable nor a frame that waits.
  const outcome = transport(requestTo(`${server.origin}/ours`, { signal: controller.signal }), exchangeOf()).catch(
    (error: unknown) => error,
  );
  await arrived.promise;
  for (let i = 0; i < 5; i++) {
    collectGarbage();
    await turn();
  }
  controller.abort();
  expect(await outcome).toMatchObject({ code: 'ABORT_ERR' });
});
