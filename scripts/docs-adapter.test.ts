// The tables of docs/adding-an-adapter.md name every member of the types that an author writes, and say truly which are required.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ADAPTER_PAGE, adapterDocument, memberTables, membersOf, wordsOf } from './docs-adapter.ts';

const page = readFileSync(join(import.meta.dirname, '..', ADAPTER_PAGE), 'utf8');
const tables = memberTables(page);
/** In the interface they are never missing: the provider's type decides whether they are asked for. */
const promised = [...wordsOf('packages/core/src/adapter/provider.ts', 'OptionalOperation'), 'page'];

it('has a table for each type that an author writes', () =>
  expect(tables.map(({ type }) => type).join(' ')).toBe(
    'PayoutProviderSpec MoneyProfileSpec AdapterOperations Balance AdapterWebhooks Payout ConformanceWorld OpenWorld ProviderAnswers PayoutEdits',
  ));

it('shows the files of examples/tiny-adapter as they are; if not: npx -y pnpm@12 docs:tables', () => expect(page).toBe(adapterDocument()));

describe.each(tables)('$type', ({ type, file, rows }) => {
  const members = membersOf(file, type);

  it('has every member, in its order', () => expect(rows.map(({ name }) => name)).toEqual(members.map(({ name }) => name)));

  it('says which are required', () => {
    const must = members.filter(({ name, required }) => required && !(type === 'AdapterOperations' && promised.includes(name)));
    expect(rows.filter(({ required }) => required === 'yes').map(({ name }) => name)).toEqual(must.map(({ name }) => name));
    expect(rows.filter(({ required }) => !/^(yes|no|when .+)$/.test(required))).toEqual([]);
  });

  it('says what each is for', () => expect(rows.filter(({ purpose }) => purpose.length < 6)).toEqual([]));
});

it.each([
  ['packages/core/src/payout/status.ts', 'PayoutStatus', 7],
  ['packages/core/src/payout/payout.ts', 'FailureReason', 14],
])('%s: has every word of %s', (file, name, least) => {
  const words = wordsOf(file, name);
  expect(words.length).toBeGreaterThanOrEqual(least);
  expect(words.filter((word) => !page.includes(`\`${word}\``))).toEqual([]);
});
