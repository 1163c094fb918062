// What others hand us may throw, late too: an outcome always comes, and the process goes on.
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { turn } from '../__fixtures__/attempt.ts';
import { acmeWorld, RENT, told } from '../__tests__/acme-world.ts';
import { manualTime } from '../__tests__/manual-time.ts';
import type { AcmeSettings } from '../__tests__/acme.ts';
import { isPayoutError, type SubmissionStore } from '../index.ts';

const RENT_AT = '2026-11-20T09:00:01.000Z';
const CANARY = 'sk_live_canary';
const broken = (): never => {
  throw new Error(CANARY);
};
/** Put together, because a lint rule rightly takes an object with it for a mistake; here it is the mistake that is meant. */
const THEN = ['t', 'hen'].join('');
/** What is awaited by mistake: anything that has a `then`. */
const thenable = (then: unknown, members: object = {}): object =>
  Object.defineProperty({ ...members }, THEN, { value: then, enumerable: true });
/** An object that throws at every look. */
const evil = new Proxy({}, { get: broken, has: broken, ownKeys: broken, getPrototypeOf: broken, getOwnPropertyDescriptor: broken });

const unhandled: unknown[] = [];
const hear = (reason: unknown): void => void unhandled.push(reason);
beforeEach(() => void process.on('unhandledRejection', hear));
afterEach(async () => {
  await turn();
  process.off('unhandledRejection', hear);
  if (unhandled.splice(0).length > 0) throw new Error('a rejection that nobody handles ends the process');
});

describe('a listener', () => {
  it.each<[string, () => unknown]>([
    ['that throws', broken],
    ['that rejects', async () => broken()],
    ['whose promise rejects later', () => new Promise((_, reject) => setImmediate(() => reject(new Error(CANARY))))],
    ['that answers a thenable which throws', () => thenable(broken)],
    ['that answers a then that throws', () => Object.defineProperty({}, THEN, { get: broken })],
    ['that answers a thenable which rejects', () => thenable((_: unknown, reject: (why: unknown) => void) => reject(new Error(CANARY)))],
    ['that answers what throws at every look', () => evil],
  ])('%s changes nothing', async (_, onTelemetry) => {
    const { acme, bank } = acmeWorld({ onTelemetry: onTelemetry as never });
    expect(told(await acme.createPayout(RENT))).toBe('ac_1');
    await new Promise((resolve) => setImmediate(resolve));
    expect(bank.payouts).toHaveLength(1);
  });
});

describe('the answer of a fetch, to a create that was made', () => {
  const body = (pull: (stream: ReadableStreamDefaultController) => void) => new ReadableStream({ pull });
  const over = (response: Response, members: object): Response =>
    Object.defineProperties(
      Object.create(response),
      Object.getOwnPropertyDescriptors({ status: response.status, headers: response.headers, body: response.body, ...members }),
    ) as Response;

  it.each<[string, (response: Response) => unknown]>([
    ['headers that throw', (response) => over(response, { headers: { get: broken, [Symbol.iterator]: broken } })],
    [
      'headers that answer nonsense',
      (response) => over(response, { headers: { get: () => evil, [Symbol.iterator]: () => [[1, 2]].values() } }),
    ],
  ])('%s: it is accepted all the same', async (_, change) => {
    const { acme, bank, onCreate } = acmeWorld({ maxResends: 0 });
    onCreate(async (arrive) => change(await arrive()) as Response);
    expect(told(await acme.createPayout(RENT))).toBe('ac_1');
    expect(bank.payouts).toHaveLength(1);
  });

  it.each<[string, (response: Response) => unknown]>([
    ['a body that throws', (response) => over(response, { get body() { return broken(); } })], // prettier-ignore
    [
      'a body that breaks off',
      ({ status }) =>
        new Response(
          body((stream) => stream.error(evil)),
          { status },
        ),
    ],
    ['a body of texts', ({ status }) => over(new Response(null, { status }), { body: body((stream) => stream.enqueue('{}')) })],
    ['a body that is no stream', (response) => over(response, { body: { pipe: broken } })],
    ['a status that throws', (response) => over(response, { get status() { return broken(); } })], // prettier-ignore
    ['a then that throws', () => Object.defineProperty({}, THEN, { get: broken })],
    ['a thenable that throws', () => thenable(broken)],
    ['what throws at every look', () => evil],
    ['nothing', () => undefined],
    ['a promise that rejects with what throws at every look', () => Promise.reject(evil)],
    [
      'an error whose members throw',
      () =>
        Promise.reject(
          Object.defineProperties(new Error('x'), { code: { get: broken }, message: { get: broken }, cause: { get: broken } }),
        ),
    ],
  ])('%s: it is unknown, and the next submit finds it', async (_, change) => {
    const { acme, bank, onCreate } = acmeWorld({ maxResends: 0 });
    onCreate(async (arrive) => change(await arrive()) as Response);
    const outcome = await acme.createPayout(RENT);
    expect(outcome).toMatchObject({ outcome: 'unknown', next: { action: 'submit' } });
    expect(JSON.stringify(outcome)).not.toContain(CANARY);
    if (outcome.outcome === 'unknown') expect(told(await acme.submit(outcome.submission))).toBe('ac_1');
    expect(bank.payouts).toHaveLength(1);
  });
});

describe('a runtime', () => {
  it.each<[string, AcmeSettings['runtime']]>([
    ['whose clock throws', { ...manualTime(), now: broken }],
    ['whose clock says no time', { ...manualTime(), now: () => Number.NaN }],
    ['whose clock says what no Date can hold', { ...manualTime(), now: () => 1e300 }],
    ['whose clock answers a promise', { ...manualTime(), now: (async () => 1) as never }],
    ['whose dice throw', { random: broken }],
    ['whose dice answer no share', { random: () => -7 }],
    ['whose pauses throw', { sleep: broken }],
    ['whose pauses reject', { sleep: async () => broken() }],
  ])('%s: real time instead, and an outcome', async (_, runtime) => {
    const { acme, bank } = acmeWorld({ runtime });
    const outcome = await acme.createPayout(RENT);
    expect(['accepted', 'unknown']).toContain(outcome.outcome);
    expect(bank.payouts).toHaveLength(1);
  });
});

describe('a store', () => {
  const failing = (members: Partial<SubmissionStore>): SubmissionStore => ({
    putIfAbsent: async (submission) => ({ submission, resolution: null, shared: false }),
    setResolution: async () => undefined,
    find: async () => null,
    ...members,
  });

  it.each<[string, SubmissionStore]>([
    ['that throws', failing({ putIfAbsent: broken })],
    ['whose row throws', failing({ putIfAbsent: async () => evil as never })],
    [
      'whose row has a submission that throws',
      failing({
        putIfAbsent: async (submission) => Object.defineProperty({ submission, resolution: null }, 'submission', { get: broken }),
      }),
    ],
    ['that answers a thenable which throws', failing({ putIfAbsent: (() => thenable(broken)) as never })],
    ['that rejects with what throws at every look', failing({ putIfAbsent: async () => Promise.reject(evil) })],
  ])('%s: nothing is sent, and it is unknown', async (_, submissions) => {
    const { acme, left } = acmeWorld({ submissions });
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
    expect(left).toEqual([]);
  });
});

it('the reason in a row of a store is told in 2,000 characters at most', async () => {
  const reason = {
    code: 'insufficient_funds',
    message: ' '.repeat(50_000),
    providerCode: null,
    requestId: null,
    at: RENT_AT,
    by: 'provider',
  } as const;
  const keep: SubmissionStore['putIfAbsent'] = async (submission) => ({
    submission,
    resolution: { rejected: true, retry: 'never', reason },
    shared: false,
  });
  const { acme } = acmeWorld({ submissions: { putIfAbsent: keep, setResolution: async () => undefined, find: async () => null } });
  const outcome = await acme.createPayout(RENT);
  expect(outcome).toMatchObject({ outcome: 'rejected', retry: 'never', error: { code: 'insufficient_funds' } });
  expect(JSON.stringify(outcome).length).toBeLessThan(10_000);
});

it('the name that a store gave to its error is not told', async () => {
  const keep = async (): Promise<never> => Promise.reject(Object.assign(new Error('x'), { name: CANARY }));
  const { acme } = acmeWorld({ submissions: { putIfAbsent: keep, setResolution: async () => undefined, find: async () => null } });
  const outcome = await acme.createPayout(RENT);
  expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
  expect(`${JSON.stringify(outcome)} ${inspect(outcome, { depth: 9 })}`).not.toContain(CANARY);
});

describe('input that throws when it is read is refused, before anything is sent', () => {
  const throwing = (name: string): never => Object.defineProperty({}, name, { get: broken, enumerable: true }) as never;

  it.each<[string, unknown]>([
    ['a request', evil],
    ['a reference', throwing('reference')],
    ['money', { ...RENT, money: throwing('amount') }],
    ['metadata', { ...RENT, metadata: evil }],
    ['a thenable', thenable(broken, RENT)],
  ])('a create: %s', async (_, request) => {
    const { acme, left } = acmeWorld();
    expect(await acme.createPayout(request as never)).toMatchObject({
      outcome: 'rejected',
      submission: null,
      error: { code: 'invalid_request' },
    });
    expect(left).toEqual([]);
  });

  it('whatever else takes an argument', async () => {
    const { acme, left } = acmeWorld();
    const submission = await acme.prepare(RENT);
    for (const ask of [
      () => acme.createPayout(RENT, throwing('signal')),
      () => acme.createPayout(RENT, { signal: evil as never }),
      () => acme.createPayout(RENT, { signal: { aborted: false, addEventListener: broken } as never }),
      () => acme.submit(evil as never),
      () => acme.submit(submission, evil as never),
      () => acme.lookup(submission, throwing('timeoutMs')),
      () => acme.resolve(submission, throwing('payoutId')),
      () => acme.list(throwing('limit')),
      () => acme.list({ providerOptions: throwing('acme') as never }),
      async () => acme.listAll(throwing('parallel')),
      () => acme.retrieve('ac_1', throwing('providerOptions')),
      () => acme.cancel('ac_1', evil as never),
    ]) {
      const error: unknown = await ask().then(
        () => 'was taken',
        (thrown: unknown) => thrown,
      );
      expect(isPayoutError(error) ? error.code : error).toBe('invalid_request');
    }
    expect(left).toEqual([]);
  });
});
