// What the calls beside a create may carry.
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { acmeWorld } from '../__tests__/acme-world.ts';
import { changeProblems, checkedCall, reversalProblems } from './call-request.ts';

const paths = (issues: readonly { readonly path: string }[]): string[] => issues.map(({ path }) => path);

describe('a change', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    ['metadata', { metadata: { a: 'b' } }, []],
    ['removing a key', { metadata: { a: null } }, []],
    ['removing all', { metadata: null }, []],
    ['nothing', undefined, ['metadata']],
    ['null', null, ['metadata']],
    ['an empty object', {}, ['metadata']],
    ['metadata: undefined', { metadata: undefined }, ['metadata']],
    ['no keys', { metadata: {} }, ['metadata']],
    ['a text', { metadata: 'a' }, ['metadata']],
    ['an array', { metadata: ['a'] }, ['metadata']],
    ['something else', { metadata: { a: 'b' }, description: 'x' }, ['description']],
    ['something else, and removing all', { metadata: null, description: 'x' }, ['description']],
    ['something else, and a text', { metadata: 7, description: 'x' }, ['description', 'metadata']],
    ['something else, and no keys', { metadata: {}, description: 'x' }, ['description', 'metadata']],
    ['a number', { metadata: { a: 1, b: undefined } }, ['metadata.a', 'metadata.b']],
    ['half a character', { metadata: { a: '\ud800' } }, ['metadata.a']],
    [
      'R17: our keys',
      { metadata: { disburse_key: null, DISBURSE_reference: 'x', '\u00a0disburse_key': null } },
      ['metadata.disburse_key', 'metadata.DISBURSE_reference', 'metadata.\u00a0disburse_key'],
    ],
  ])('%s', (_, change, expected) => expect(paths(changeProblems(change))).toEqual(expected));
});

describe('a reversal', () => {
  it.each<readonly [string, unknown, readonly string[]]>([
    ['nothing', {}, []],
    ['metadata and an attempt', { metadata: { a: 'b' }, attempt: 2 }, []],
    ['null', null, ['change']],
    ['a text', 'all of it', ['change']],
    ['something else', { amount: '1.00' }, ['amount']],
    ['metadata as a text', { metadata: 'a' }, ['metadata']],
    ['metadata as null', { metadata: null }, ['metadata']],
    ['null in metadata', { metadata: { a: null } }, ['metadata.a']],
    ['our keys', { metadata: { disburse_key: 'a' } }, ['metadata.disburse_key']],
    ['our keys, once they are trimmed', { metadata: { ' disburse_key': 'a' } }, ['metadata. disburse_key']],
    ['attempt 0', { attempt: 0 }, ['attempt']],
    ['attempt 1.5', { attempt: 1.5 }, ['attempt']],
    ['attempt "2"', { attempt: '2' }, ['attempt']],
  ])('%s', (_, change, expected) => expect(paths(reversalProblems(change))).toEqual(expected));
});

describe('a call', () => {
  const { context } = acmeWorld();
  const schemas = { retrieve: v.strictObject({ expand: v.optional(v.array(v.string())) }) };

  it('hands over its own bag', () => {
    const bag = { acme: { expand: ['a'] } };
    expect(checkedCall({ context, schemas, operation: 'retrieve', given: { providerOptions: bag }, problems: [] })).toEqual({
      call: {},
      options: { expand: ['a'] },
    });
    expect(checkedCall({ context, schemas, operation: 'retrieve', given: { timeoutMs: 1 }, problems: [] })).toEqual({
      call: { timeoutMs: 1 },
    });
  });

  it('tells everything that is wrong at once', () => {
    const call = { timeoutMs: 0, providerOptions: { acme: { expnad: [] }, adyen: {} } };
    expect(() =>
      checkedCall({ context, schemas, operation: 'retrieve', given: call, problems: [{ path: 'id', message: 'is missing' }] }),
    ).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        outcome: 'rejected',
        issues: ['id', 'timeoutMs', 'providerOptions.adyen', 'providerOptions.acme.expnad'].map((path) =>
          expect.objectContaining({ path }),
        ),
      }),
    );
  });
});
