// Test tools and tracing replace `request` in the module itself, some of them long after this one was loaded.
import http, { type ClientRequest, type RequestOptions } from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { attempt } from '../__fixtures__/attempt.ts';
import { exchangeOf, loopback, refusingPort, requestTo } from '../__fixtures__/loopback.ts';
import { here, OK } from '../__fixtures__/played.ts';
import { transport } from './transport.node.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const answers = (): ReturnType<typeof loopback> => loopback({ onRequest: (socket) => socket.write(OK) });

describe('a replaced http.request', () => {
  it('sees what is sent, and what it puts away again sees nothing more', async () => {
    const { origin } = await answers();
    await transport(requestTo(origin), exchangeOf());
    const replaced = vi.spyOn(http, 'request');
    expect(await transport(requestTo(`${origin}/seen`), exchangeOf())).toMatchObject({ status: 201 });
    expect(replaced.mock.calls).toMatchObject([[{ method: 'POST', path: '/seen' }]]);
    replaced.mockRestore();
    await transport(requestTo(origin), exchangeOf());
    expect(replaced).not.toHaveBeenCalled();
  });

  it('sees https in its own module', async () => {
    const { origin } = await loopback({ onRequest: (socket) => socket.write(OK) }, { tls: here });
    const [plain, secure] = [vi.spyOn(http, 'request'), vi.spyOn(https, 'request')];
    await attempt(transport, requestTo(`${origin}/seen`), exchangeOf());
    expect([plain.mock.calls.length, secure.mock.calls.length]).toEqual([0, 1]);
  });

  it('has nothing to send before the body is handed over, in the tick that says so', async () => {
    const { origin } = await answers();
    const original = http.request;
    const exchange = exchangeOf();
    const ended: string[] = [];
    vi.spyOn(http, 'request').mockImplementation(((options: RequestOptions): ClientRequest => {
      const outgoing = original(options);
      const end = outgoing.end.bind(outgoing);
      return Object.assign(outgoing, { end: (body: string) => (ended.push(`${exchange.evidence} ${body}`), end(body)) });
    }) as typeof http.request);
    await transport(requestTo(origin), exchange);
    expect(ended).toEqual(['maybe_sent {"amount":"10.50"}']);
    expect(exchange.moves).toEqual(['not_sent', 'maybe_sent', 'answered']);
  });

  it('that reports a refused connection after it took the bytes is maybe sent: it may have sent them elsewhere', async () => {
    const { origin } = await answers();
    const original = http.request;
    vi.spyOn(http, 'request').mockImplementation(((options: RequestOptions): ClientRequest => {
      const outgoing = original(options);
      outgoing.end = () => outgoing.destroy(Object.assign(new Error('second try refused'), { code: 'ECONNREFUSED' }));
      return outgoing;
    }) as typeof http.request);
    const exchange = exchangeOf();
    expect(await attempt(transport, requestTo(origin), exchange)).toMatchObject({ code: 'ECONNREFUSED' });
    expect(exchange.evidence).toBe('maybe_sent');
  });

  /** As MSW makes them: connected when the whole request is there, and answered from memory or with a failure. */
  class StandIn extends Socket {
    override connecting = true;
    readonly #answer: string | null;
    constructor(answer: string | null) {
      super();
      this.#answer = answer;
    }
    override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
      done();
      this.connecting = false;
      this.emit('connect');
      if (this.#answer === null) this.destroy(Object.assign(new Error('mocked'), { code: 'ECONNREFUSED' }));
      else this.push(this.#answer);
    }
    override _read(): void {}
  }
  const mocked = (answer: string | null): void => {
    const original = http.request;
    const agent = new http.Agent();
    agent.createConnection = () => new StandIn(answer);
    const instead = (options: RequestOptions): ClientRequest => original({ ...options, agent });
    vi.spyOn(http, 'request').mockImplementation(instead as typeof http.request);
  };

  it('whose socket waits for the request before it connects is written to at once', async () => {
    mocked(OK);
    const exchange = exchangeOf();
    expect(await transport(requestTo('http://mocked.test/'), exchange)).toMatchObject({ status: 201, end: 'complete' });
    expect(exchange.moves).toEqual(['not_sent', 'maybe_sent', 'answered']);
  });

  it('whose socket is none of Node’s is maybe sent, whatever it says of the connection', async () => {
    mocked(null);
    const exchange = exchangeOf();
    expect(await attempt(transport, requestTo('http://mocked.test/'), exchange)).toMatchObject({ code: 'ECONNREFUSED' });
    expect(exchange.evidence).toBe('maybe_sent');
  });

  it('that only looks on does not take the proof away that nothing was sent', async () => {
    const replaced = vi.spyOn(http, 'request');
    const exchange = exchangeOf();
    const outcome = await attempt(transport, requestTo(`http://127.0.0.1:${await refusingPort()}`), exchange);
    expect([outcome, replaced.mock.calls.length, exchange.evidence]).toMatchObject([{ code: 'ECONNREFUSED' }, 1, 'not_sent']);
  });

  it('that throws is a failure in our own words', async () => {
    vi.spyOn(http, 'request').mockImplementation(() => {
      throw new Error('no network in tests');
    });
    const exchange = exchangeOf();
    expect(await attempt(transport, requestTo('http://127.0.0.1:9'), exchange)).toMatchObject({ code: 'UNKNOWN' });
    expect(exchange.evidence).toBe('not_sent');
  });
});
