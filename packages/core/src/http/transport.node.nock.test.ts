// Adapters test against nock. It sees this transport like any client of node:http; what it cannot show is evidence.
import nock from 'nock';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { attempt } from '../__fixtures__/attempt.ts';
import { exchangeOf, requestTo, SECRET } from '../__fixtures__/loopback.ts';
import { transport } from './transport.node.ts';

beforeAll(() => nock.disableNetConnect());
afterEach(() => nock.cleanAll());
afterAll(() => {
  nock.enableNetConnect();
  nock.restore();
});

describe.each(['http://api.example.test', 'https://api.example.test'])('%s', (origin) => {
  const body = '{"amount":"10.50","name":"Zoë"}';

  it('is intercepted: method, path, headers and the exact bytes', async () => {
    const scope = nock(origin, {
      reqheaders: { authorization: `Bearer ${SECRET}`, 'content-length': '32', 'content-type': 'application/json' },
    })
      .post('/v1/payouts?limit=1', body)
      .reply(201, { id: 'po_1' }, { 'request-id': 'req_1' });
    const exchange = exchangeOf({ body });
    const { status, headers, text, end } = await transport(requestTo(`${origin}/v1/payouts?limit=1`), exchange);
    expect([status, headers.get('request-id'), text, end]).toEqual([201, 'req_1', '{"id":"po_1"}', 'complete']);
    expect(exchange.moves).toEqual(['not_sent', 'maybe_sent', 'answered']);
    scope.done();
  });

  it('answers one request after the other', async () => {
    const scope = nock(origin).get('/v1/payouts').times(3).reply(200, '[]', { 'content-length': '2' }); // on one kept socket
    for (let i = 0; i < 3; i++) {
      const answer = await transport(requestTo(`${origin}/v1/payouts`, { method: 'GET' }), exchangeOf({ body: null }));
      expect(answer).toMatchObject({ status: 200, text: '[]', end: 'complete' });
    }
    scope.done();
  });

  it.each(['ECONNRESET', 'ENOTFOUND', 'ECONNREFUSED'])(
    'takes %s as maybe sent: a mock has no socket to prove anything with',
    async (code) => {
      nock(origin)
        .post('/v1/payouts')
        .replyWithError(Object.assign(new Error('mocked'), { code }));
      const exchange = exchangeOf();
      expect(await attempt(transport, requestTo(`${origin}/v1/payouts`), exchange)).toMatchObject({ code });
      expect(exchange.evidence).toBe('maybe_sent');
    },
  );

  it('obeys the signal while a mock holds back the body', async () => {
    nock(origin).post('/v1/payouts').delay(60_000).reply(200, '{}');
    const controller = new AbortController();
    const exchange = exchangeOf({}, (to) => to === 'answered' && setImmediate(() => controller.abort()));
    const answer = await attempt(transport, requestTo(`${origin}/v1/payouts`, { signal: controller.signal }), exchange);
    expect(answer).toMatchObject({ status: 200, end: 'cut' });
  });

  it('is too late before a mock is asked', async () => {
    const scope = nock(origin).post('/v1/payouts').reply(201, '{}');
    const exchange = exchangeOf({ notAfter: 999 });
    expect(await attempt(transport, requestTo(`${origin}/v1/payouts`), exchange)).toMatchObject({ name: 'TooLateToSend' });
    expect([exchange.evidence, scope.isDone()]).toEqual(['not_sent', false]);
  });
});
