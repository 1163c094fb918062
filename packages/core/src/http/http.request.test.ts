// What leaves: the address and the headers of a request, and what never leaves.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { manualTime } from '../__tests__/manual-time.ts';
import { PayoutError } from '../errors.ts';
import { addressesBelow } from './request-message.ts';
import { createSend } from './http.ts';
import type { OutgoingRequest, Sent } from './exchange.ts';
import { noopEmit, type Emit } from '../telemetry/telemetry.ts';

const ORIGIN = 'https://acme.test';

/** Sends it, and says what an application's `fetch` was given; `null` when it was not asked. */
async function leaving(
  request: Partial<OutgoingRequest>,
  telemetry: Emit = () => undefined,
): Promise<{ readonly headers: unknown; readonly sent: Sent }> {
  let headers: unknown = null;
  const send = createSend({
    provider: 'eu',
    endpoint: { baseUrl: ORIGIN, headers: {}, credentials: { Authorization: 'Bearer t' } },
    runtime: manualTime(),
    telemetry,
    maxResponseBytes: 1024,
    fetch: async (_, init) => {
      headers = init?.headers;
      return new Response('{}');
    },
    requestIdHeader: null,
  });
  const signal = new AbortController().signal;
  const sent = await send({ method: 'POST', path: '/x', headers: {}, body: '{}', ...request }, { signal, notAfter: null, resend: 0 });
  return { headers, sent };
}

describe('the headers of a request', () => {
  it.each<readonly [fact: string, given: Record<string, string>, sent: Record<string, string>]>([
    ['names are in lower case', { 'Acme-Version': '2026-11-20' }, { 'acme-version': '2026-11-20' }],
    ['a name given in two spellings is one header', { 'X-A': '1', 'x-a': '2' }, { 'x-a': '1, 2' }],
    ['white space before a value is taken off', { 'x-a': ' \t\r\n 1' }, { 'x-a': '1' }],
    ['white space after a value is taken off', { 'x-a': '1 \t\r\n ' }, { 'x-a': '1' }],
    ['white space within a value stays', { 'x-a': ' a  b\tc ' }, { 'x-a': 'a  b\tc' }],
    ['an empty value stays', { 'x-a': '' }, { 'x-a': '' }],
    ['every letter of a name that HTTP knows is taken', { "!#$%&'*+-.^_`|~09az": '1' }, { "!#$%&'*+-.^_`|~09az": '1' }],
  ])('%s', async (_, given, expected) => {
    const { headers, sent } = await leaving({ headers: given });
    expect(headers).toEqual({ ...expected, authorization: 'Bearer t' });
    expect(sent.type).toBe('answered');
  });

  it.each(['', ' ', 'x a', 'x-a ', ' x-a', 'x-a:', '(x)', 'é', 'x-a\r\nx-b', '\r\nx-a'])(
    'a name that could end the header, or begin another, is refused before anything is sent: %j',
    async (name) => {
      const { headers, sent } = await leaving({ headers: { [name]: '1' } });
      expect([headers, sent.type]).toEqual([null, 'not_sent']);
    },
  );
});

it('a request that nobody is told of leaves as every other', async () => {
  const request = { headers: { 'x-a': '1' } };
  expect(await leaving(request, noopEmit)).toEqual(await leaving(request));
});

describe('the address of a request', () => {
  it.each([
    ['/x y', '/base/x%20y'],
    ['/ü', '/base/%C3%BC'],
    ['/"', '/base/%22'],
    ['/x?y=a b', '/base/x?y=a%20b'],
    ['/x/%20/y', '/base/x/%20/y'],
    ['/x//y', '/base/x//y'],
    ['/x?to=//evil.test/', '/base/x?to=//evil.test/'],
    ['/x?y=https://evil.test/?z', '/base/x?y=https://evil.test/?z'],
    ['/%2f%2fevil.test/', '/base/%2f%2fevil.test/'],
    ['/\\evil.test/', '/base//evil.test/'],
    ['/\t/evil.test/', '/base//evil.test/'],
    ['/@evil.test/', '/base/@evil.test/'],
    ['/.well-known', '/base/.well-known'],
    ['/x/./y', '/base/x/y'],
    ['/x/../y', '/base/y'],
    ['/x/%2e%2E/y', '/base/y'],
    ['/../../y', '/y'],
  ])('the path %j is %s of the configured origin', (path, expected) => {
    expect(addressesBelow(`${ORIGIN}/base`)(path)).toBe(ORIGIN + expected);
  });

  it('stays on the configured origin and is written as the URL parser writes it, or is refused', () => {
    const addressOf = addressesBelow(ORIGIN);
    const piece = fc.constantFrom(
      '/',
      '//',
      '..',
      '.',
      '%2e',
      '%2F',
      '\\',
      '?',
      '#',
      '@',
      ':',
      '[',
      ']',
      ' ',
      '\t',
      'ü',
      "'",
      'a',
      '=',
      '&',
    );
    let taken = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = pieces.join('');
        try {
          const address = addressOf(path);
          taken += 1;
          expect(new URL(address)).toMatchObject({ href: address, origin: ORIGIN, username: '', password: '' });
          expect(path).toMatch(/^\/(?!\/)/);
        } catch (error) {
          if (!(error instanceof PayoutError)) throw error;
          expect(path).not.toMatch(/^\/(?!\/)/);
        }
      }),
      { seed: 20_261_121, numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
