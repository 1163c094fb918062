// How what is given relates to what is stored for its reference: one table, for submit, lookup and resolve alike.
import { expect, it } from 'vitest';
import { acmeWorld, RENT, TEN } from '../__tests__/acme-world.ts';
import type { ProviderContext } from '../context/context.ts';
import type { Submission } from '../stores/submission.ts';
import { relate } from './relate.ts';

const { acme, context } = acmeWorld();
const stored = await acme.prepare(RENT);
const other = (request: object): Promise<Submission> => acme.prepare({ ...RENT, ...request });

const ROWS: readonly (readonly [what: string, given: Submission, type: string, paths: readonly string[]])[] = [
  ['itself', stored, 'same', []],
  ['a parsed copy', JSON.parse(JSON.stringify(stored)) as Submission, 'same', []],
  ['the same, prepared later', { ...stored, preparedAt: '2026-11-21T09:00:00.000Z' }, 'same', []],
  ['the same, after its body was blanked', { ...stored, request: { ...stored.request, body: '' } }, 'variant', []],
  ['the same, from another source', { ...stored, source: 'another' }, 'variant', []],
  ['the same, to another path', { ...stored, request: { ...stored.request, path: '/v2/payouts' } }, 'variant', []],
  ['the same, with another header', { ...stored, request: { ...stored.request, headers: { version: '2' } } }, 'variant', []],
  ['the same, under another configured name', { ...stored, name: 'eu' }, 'variant', []],
  ['another description', await other({ description: 'rent' }), 'same_payment', []],
  ['another amount', await other({ money: { ...TEN, amount: '11.00' } }), 'taken', ['money']],
  ['another currency', await other({ money: { ...TEN, currency: 'USD' } }), 'taken', ['money']],
  ['on a connected account', { ...stored, account: 'acct_1' }, 'taken', ['account']],
];

it.each(ROWS)('%s', (_, given, type, paths) => {
  const relation = relate(context, stored, given);
  expect(relation.type).toBe(type);
  expect(relation.type === 'taken' ? relation.differences.map(({ path }) => path) : []).toEqual(paths);
});

it.each<readonly [what: string, home: Pick<ProviderContext, 'identity'> | null, path: string]>([
  ['a name that this program does not have', null, 'name'],
  ['another provider', { identity: { ...context.identity, id: 'penny' } }, 'provider'],
  ['another mode', { identity: { ...context.identity, live: true } }, 'live'],
  ['another account', { identity: { ...context.identity, account: 'acct_2' } }, 'account'],
])('stored for %s', (_, home, path) => {
  const relation = relate(home, stored, stored);
  expect(relation.type === 'taken' ? relation.differences.map((each) => each.path) : []).toContain(path);
});
