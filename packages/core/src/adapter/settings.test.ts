// The settings that every adapter takes: what is refused, all at once, in words that never repeat a value.
import { inspect } from 'node:util';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { createAcme } from '../__tests__/acme.ts';
import { PayoutError } from '../errors.ts';
import { checkSettings, commonSettings, HeaderText } from './settings.ts';
import { type StoredSubmission, memorySubmissions, type Resolution, type Submission, type SubmissionStore } from '../stores/submission.ts';

const Schema = v.strictObject(commonSettings);
const CANARY = 'sk_live_canary_0123456789';

function pathsOf(settings: unknown): readonly string[] {
  try {
    checkSettings('eu', Schema, settings);
    return [];
  } catch (error) {
    if (!(error instanceof PayoutError)) throw error;
    expect(error).toMatchObject({ code: 'invalid_settings', provider: 'eu' });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain(CANARY);
    return error.issues.map(({ path }) => path);
  }
}

class Clock {
  #now = 7;
  now(): number {
    return this.#now;
  }
}

class Rows implements SubmissionStore {
  readonly #rows = memorySubmissions();
  putIfAbsent(submission: Submission): Promise<StoredSubmission> {
    return this.#rows.putIfAbsent(submission);
  }
  setResolution(submission: Submission, resolution: Resolution): Promise<void> {
    return this.#rows.setResolution(submission, resolution);
  }
  find(place: Parameters<SubmissionStore['find']>[0]): Promise<StoredSubmission | null> {
    return this.#rows.find(place);
  }
}

describe('what is fine', () => {
  it.each<readonly [string, object]>([
    ['nothing', {}],
    ['undefined members', { name: undefined, fetch: undefined, baseUrl: undefined }],
    ['a name of 120 characters', { name: 'n'.repeat(120) }],
    ['an empty namespace', { namespace: '' }],
    ['the least', { timeoutMs: 1, maxResends: 0, maxResponseBytes: 1024 }],
    ['the most', { timeoutMs: 600_000, maxResends: 10, maxResponseBytes: 1024 ** 3 }],
    ['https', { baseUrl: 'https://sandbox.acme.test/base' }],
    ['http on this machine', { baseUrl: 'http://127.0.0.1:4010' }],
    ['http on this machine, by name', { baseUrl: 'http://localhost' }],
    ['http on this machine, IPv6', { baseUrl: 'http://[::1]:4010' }],
    ['a clock that is a class', { runtime: new Clock() }],
    ['a store that is a class', { submissions: new Rows() }],
    ['a part of a runtime', { runtime: { now: () => 7 } }],
  ])('%s', (_, settings) => expect(pathsOf(settings)).toEqual([]));

  it('a clock that is a class keeps its this', async () => {
    const acme = createAcme({ token: ACME_TOKEN, runtime: new Clock() });
    expect((await acme.prepare({ reference: 'r', money: { amount: '1.00', currency: 'EUR' } })).preparedAt).toBe(
      '1970-01-01T00:00:00.007Z',
    );
  });
});

describe('what is refused', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    ['nothing at all', undefined, ['']],
    ['null', null, ['']],
    ['an array', [], ['']],
    ['a class instance', new Clock(), ['']],
    ['several typos', { nam: 'a', __proto: 1, constructor: 1 }, ['nam', '__proto', 'constructor']],
    ['an empty name', { name: '' }, ['name']],
    ['a name with a space', { name: 'e u' }, ['name']],
    ['a name of 121', { name: 'n'.repeat(121) }, ['name']],
    ['a namespace beyond ASCII', { namespace: 'ü' }, ['namespace']],
    ['plain http', { baseUrl: 'http://acme.test' }, ['baseUrl']],
    ['http on a host that looks like this machine', { baseUrl: 'http://127.0.0.1.evil.test' }, ['baseUrl']],
    ['http on a host named like this machine', { baseUrl: 'http://localhost.evil.test' }, ['baseUrl']],
    ['http on all addresses', { baseUrl: 'http://0.0.0.0' }, ['baseUrl']],
    ['credentials in it', { baseUrl: `https://user:${CANARY}@acme.test` }, ['baseUrl']],
    ['a query', { baseUrl: `https://acme.test/?key=${CANARY}` }, ['baseUrl']],
    ['a fragment', { baseUrl: 'https://acme.test/#a' }, ['baseUrl']],
    ['no address', { baseUrl: CANARY }, ['baseUrl']],
    ['another protocol', { baseUrl: 'ftp://acme.test' }, ['baseUrl']],
    ['timeoutMs 0', { timeoutMs: 0 }, ['timeoutMs']],
    ['timeoutMs 600001', { timeoutMs: 600_001 }, ['timeoutMs']],
    ['timeoutMs 1.5', { timeoutMs: 1.5 }, ['timeoutMs']],
    ['timeoutMs NaN', { timeoutMs: Number.NaN }, ['timeoutMs']],
    ['timeoutMs in words', { timeoutMs: '60000' }, ['timeoutMs']],
    ['resends -1', { maxResends: -1 }, ['maxResends']],
    ['resends 11', { maxResends: 11 }, ['maxResends']],
    ['maxResponseBytes 1023', { maxResponseBytes: 1023 }, ['maxResponseBytes']],
    ['a fetch that is none', { fetch: CANARY }, ['fetch']],
    ['telemetry that is none', { onTelemetry: {} }, ['onTelemetry']],
    ['a runtime that is none', { runtime: 7 }, ['runtime']],
    ['a clock that is no function', { runtime: { now: 7 } }, ['runtime']],
    ['a store that is none', { submissions: {} }, ['submissions']],
    ['half a store', { submissions: { keep: async () => undefined } }, ['submissions']],
    ['a store that cannot find', { submissions: { keep: async () => undefined, resolve: async () => undefined } }, ['submissions']],
    ['a store that is null', { submissions: null }, ['submissions']],
    [
      'everything at once',
      { name: 7, timeoutMs: 0, maxResends: -1, nam: CANARY, fetch: CANARY },
      ['nam', 'name', 'timeoutMs', 'maxResends', 'fetch'],
    ],
  ])('%s', (_, settings, paths) => expect([...pathsOf(settings)].toSorted()).toEqual([...paths].toSorted()));

  it('rules that no schema can see come once the schema has nothing to say', () => {
    const rules = (): { path: string; message: string }[] => [{ path: 'testmode', message: 'not with this token' }];
    expect(() => checkSettings('eu', Schema, {}, rules)).toThrow('[eu] testmode: not with this token');
    expect(() => checkSettings('eu', Schema, { name: 7 }, rules)).toThrow('[eu] name: must be a string, not a number');
  });
});

describe('a header value', () => {
  it.each(['a', '!', '~', 'sk_live_1'])('%j is fine', (value) => expect(v.is(HeaderText, value)).toBe(true));
  it.each(['', ' ', 'a b', 'a\r\nx: y', 'a\u0000', 'ä', '\u007f'])('%j is refused', (value) => expect(v.is(HeaderText, value)).toBe(false));
});

describe('what is expected is said in words', () => {
  const Words = v.strictObject({
    ...commonSettings,
    apiKey: HeaderText,
    id: v.string('must be a string such as "id_..."'),
    live: v.boolean(),
    list: v.optional(v.array(v.string())),
    bag: v.optional(v.strictObject({ size: v.number() })),
  });
  const said = (settings: object): Record<string, string> => {
    try {
      checkSettings('eu', Words, settings);
      return {};
    } catch (error) {
      return Object.fromEntries((error as PayoutError).issues.map(({ path, message }) => [path, message]));
    }
  };

  it('of what is missing: what it would be, not its name again', () => {
    expect(said({ bag: {} })).toEqual({
      apiKey: 'is missing; expected a string',
      id: 'is missing; must be a string such as "id_..."',
      live: 'is missing; expected true or false',
      'bag.size': 'is missing',
    });
    expect(said({ apiKey: undefined, id: 'id_1', live: true })).toEqual({ apiKey: 'is missing; expected a string' });
  });

  it('of what is of another kind', () => {
    expect(said({ apiKey: 7, id: 7, live: 'true', list: 'a', bag: 7, timeoutMs: '1000', maxResends: '2', maxResponseBytes: null })).toEqual(
      {
        apiKey: 'must be a string, not a number',
        id: 'must be a string such as "id_..."',
        live: 'must be true or false, not a string',
        list: 'must be a list, not a string',
        bag: 'must be an object, not a number',
        timeoutMs: 'must be a whole number of milliseconds from 1 to 600000',
        maxResends: 'must be a whole number from 0 to 10',
        maxResponseBytes: 'must be a whole number of bytes from 1024 to 1073741824',
      },
    );
  });
});
