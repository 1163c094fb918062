import type { VirtualClock } from './clock.ts';
import type { Delivery, SimulatedAnswer, SimulatedRequest } from './exchange.ts';

/** What stands behind a `fetch` or a port. */
export type Receive = (request: SimulatedRequest) => Promise<Delivery>;

/**
 * A `fetch` whose network is a simulated provider: it answers any origin by its path. Redirects are handed back, not followed.
 */
export function simulatedFetch(receive: Receive, clock: VirtualClock): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    const url = new URL(request.url);
    // Time must not run while the body is read; it may while the provider makes the client wait.
    const arrived = clock.hold();
    const body = await request.text().finally(arrived);
    signal?.throwIfAborted();
    const sent = {
      method: request.method.toUpperCase(),
      origin: url.origin,
      path: url.pathname + url.search,
      headers: Object.fromEntries(request.headers),
      body,
    };
    const delivery = await untilAborted(receive(sent), signal);
    return await respond(delivery, signal);
  };
}

function respond(delivery: Delivery, signal: AbortSignal | null): Promise<Response> {
  switch (delivery.kind) {
    case 'answer':
      return Promise.resolve(response(delivery.answer, delivery.answer.body));
    case 'truncated':
      return Promise.resolve(truncated(delivery.answer, delivery.bytes));
    case 'reset':
      return Promise.reject(connectionReset());
    case 'hang':
      return untilAborted(new Promise<never>(() => undefined), signal);
  }
}

const BODILESS: readonly number[] = [204, 205, 304];

function response({ status, headers }: SimulatedAnswer, body: string | ReadableStream<Uint8Array>): Response {
  return new Response(BODILESS.includes(status) ? null : body, { status, headers });
}

/** As much of the body as arrived, then the broken connection. */
function truncated(answer: SimulatedAnswer, bytes: number): Response {
  const whole = new TextEncoder().encode(answer.body);
  const chunks = bytes > 0 ? [whole.slice(0, bytes)] : [];
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.error(new TypeError('terminated', { cause: resetCause() }));
      else controller.enqueue(chunk);
    },
  });
  return response({ ...answer, headers: { ...answer.headers, 'content-length': String(whole.byteLength) } }, stream);
}

/** The error that Node's `fetch` rejects with when the other side resets the connection. */
function connectionReset(): TypeError {
  return new TypeError('fetch failed', { cause: resetCause() });
}

function resetCause(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
}

/** The provider goes on without the client; the client hears nothing more. */
function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal | null): Promise<Value> {
  if (signal === null) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason);
    };
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', abort);
    });
  });
}
