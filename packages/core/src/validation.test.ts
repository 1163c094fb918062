// What is plain data, whichever realm it is from, and what is said of what is none.
import { runInNewContext } from 'node:vm';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { acmeEvent, hookedAcme } from './__fixtures__/acme-delivery.ts';
import { ACME_TOKEN } from './__tests__/acme-bank.ts';
import { acmeWorld, RENT, told } from './__tests__/acme-world.ts';
import { createAcme } from './__tests__/acme.ts';
import { isPayoutError } from './errors.ts';
import { createPayoutRegistry, parseSubmission, registryFromConfig } from './index.ts';
import { storeError } from './stores/submission-folder.ts';
import { failureFrom } from './http/transport.failure.ts';
import { isPlainObject, kindOf, readBy } from './validation.ts';

/** The value of an expression in another realm, as Jest, vitest's vmThreads and edge sandboxes have one. */
const foreign = (expression: string): unknown => runInNewContext(expression);
const foreignData = (value: unknown): unknown => foreign(`(${JSON.stringify(value)})`);

class Request {
  readonly reference = 'r';
}
const revoked = Proxy.revocable({}, {});
revoked.revoke();

describe('plain objects', () => {
  it.each<readonly [string, unknown, boolean]>([
    ['a literal', {}, true],
    ['what JSON.parse makes', JSON.parse('{}'), true],
    ['no prototype', Object.create(null), true],
    ['what structuredClone makes', structuredClone({ a: 1 }), true],
    ['a literal of another realm', foreign('({})'), true],
    ['an object without a prototype of another realm', foreign('Object.create(null)'), true],
    ['an instance', new Request(), false],
    ['an instance of another realm', foreign('new (class A { a = 1 })()'), false],
    ['inherited members', Object.create({ reference: 'r' }), false],
    ['inherited members, and nothing above', Object.create(Object.create(null)), false],
    ['an array', [], false],
    ['an array of another realm', foreign('[]'), false],
    ['a Date of another realm', foreign('new Date()'), false],
    ['a Map of another realm', foreign('new Map()'), false],
    ['a function', () => undefined, false],
    ['null', null, false],
  ])('%s', (_, value, expected) => expect(isPlainObject(value)).toBe(expected));

  it('a proxy that was revoked is none', () => expect(isPlainObject(revoked.proxy)).toBe(false));
});

it.each<readonly [string, () => unknown, string]>([
  ['a Date of another realm', () => foreign('new Date()'), 'a Date'],
  ['a Map of another realm', () => foreign('new Map()'), 'a Map'],
  ['an array of another realm', () => foreign('[]'), 'an array'],
  ['a promise', () => foreign('Promise.resolve()'), 'a promise; await it first'],
  ['memory', () => new ArrayBuffer(1), 'an ArrayBuffer'],
  ['a signal', () => new AbortController().signal, 'an AbortSignal'],
  ['a proxy that was revoked', () => revoked.proxy, 'an object'],
  ['a tag that throws', () => Object.defineProperty({}, Symbol.toStringTag, { get: () => expect.fail('no') }), 'an object'],
  ['a tag that every object has as a member', () => ({ [Symbol.toStringTag]: 'constructor' }), 'an object'],
  ['nothing', () => undefined, 'missing'],
  ['a number', () => 7, 'a number'],
])('%s is called what it is', (_, value, expected) => expect(kindOf(value())).toBe(expected));

describe('data of another realm is taken', () => {
  it('by a create', async () => {
    const request = { ...RENT, description: 'November' };
    expect(told(await acmeWorld().acme.createPayout(foreignData(request) as typeof RENT))).toBe('ac_1');
  });

  it('by parseSubmission', async () => {
    const submission = await acmeWorld().acme.prepare(RENT);
    expect(parseSubmission(foreignData(submission))).toEqual(submission);
  });

  it('by settings, a configuration and a list', async () => {
    expect(createAcme(foreignData({ token: ACME_TOKEN }) as { token: string }).id).toBe('acme');
    const config = { default: 'eu', providers: { eu: { adapter: 'acme', token: { env: 'T' } } } };
    const context = foreignData({ env: { T: ACME_TOKEN } }) as { env: Record<string, string> };
    expect(registryFromConfig(foreignData(config), { acme: createAcme }, context).names).toEqual(['eu']);
    expect(createPayoutRegistry({ acme: acmeWorld().acme }, foreignData({ default: 'acme' }) as { default: 'acme' }).names).toEqual([
      'acme',
    ]);
    expect(await acmeWorld().acme.list(foreignData({ limit: 5 }) as { limit: number })).toEqual({ payouts: [], nextCursor: null });
  });

  it('by parseWebhook', async () => {
    const body = acmeEvent();
    const { acme } = hookedAcme();
    await expect(acme.parseWebhook(foreignData({ headers: { 'acme-signature': '0'.repeat(64) }, body }) as never)).rejects.toThrow(
      'no signature fits',
    );
  });
});

describe('errors of another realm', () => {
  it("are read: in Jest all of Node's own are", () => {
    const refused = foreign("Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' })");
    expect(failureFrom(refused, [])).toMatchObject({ code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 127.0.0.1:1' });
    const wrapped = foreign("new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) })");
    expect(failureFrom(wrapped, [])).toMatchObject({ code: 'ENOTFOUND' });
  });

  it('of ours are recognised', () => {
    const error = foreign("Object.assign(new Error('x'), { isPayoutError: true })");
    expect([isPayoutError(error), isPayoutError(storeError('unresolved', 'x'))]).toEqual([true, true]);
    expect([isPayoutError({ isPayoutError: true }), isPayoutError(revoked.proxy)]).toEqual([false, false]);
  });
});

describe('what throws when it is read', () => {
  const Shape = v.strictObject({ token: v.string() });
  const CANARY = 'sk_live_canary';

  it('is a problem, which repeats nothing', () => {
    const throwing = {
      get token(): string {
        throw new Error(CANARY);
      },
    };
    const read = readBy(Shape, throwing);
    expect(read).toEqual({ ok: false, problems: [{ path: '', message: expect.stringContaining('cannot be read') }] });
    expect(() => createAcme(throwing)).toThrow(
      expect.objectContaining({ code: 'invalid_settings', message: expect.not.stringContaining(CANARY) }),
    );
  });

  it('is read once: what was checked is what is used', () => {
    let reads = 0;
    const changing = {
      get token() {
        reads += 1;
        return reads === 1 ? 'first' : (7 as never);
      },
    };
    expect(readBy(Shape, changing)).toEqual({ ok: true, value: { token: 'first' } });
  });
});

it('a byte order mark in front of a stored submission is no error', async () => {
  const submission = await acmeWorld().acme.prepare(RENT);
  expect(parseSubmission(`\uFEFF${JSON.stringify(submission)}`)).toEqual(submission);
});
