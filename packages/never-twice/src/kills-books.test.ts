// What counts as told falsely while workers are killed.
import { deriveKey } from '@disburse/core/adapter';
import { expect, it } from 'vitest';
import { newBooks } from './__tests__/kills/books.ts';
import { referenceOf, type Told } from './__tests__/kills/lines.ts';

const reference = referenceOf(1);
const keyOf = (attempt: number): Promise<string> => deriveKey({ namespace: '', account: null, reference, attempt });
const FAR = Number.MAX_SAFE_INTEGER;
const REJECTED: Told = {
  reference,
  asked: null,
  askedAt: 0,
  toldAt: FAR,
  provedAt: null,
  outcome: 'rejected',
  retry: 'same_attempt',
  attempt: 1,
  id: null,
  code: 'x',
};

it.each<[string, Told, number, readonly string[]]>([
  ['rejected while it was paid', REJECTED, 1, ['lie']],
  ['rejected, and decided before it was paid', { ...REJECTED, provedAt: 0 }, 1, []],
  ['rejected of a reference that another attempt had paid before', { ...REJECTED, askedAt: FAR }, 2, ['lie']],
  ['rejected of the first attempt, asked before the second paid', REJECTED, 2, []],
  ['accepted another', { ...REJECTED, outcome: 'accepted', retry: null, id: 'po_9' }, 1, ['lie']],
  ['accepted', { ...REJECTED, outcome: 'accepted', retry: null, id: 'po_1' }, 1, []],
])('after it was paid: %s', async (_, told, attempt, wrong) => {
  const books = newBooks();
  await books.made('po_1', reference, await keyOf(attempt));
  books.told('worker 1', told);
  expect(books.findings.map(({ is }) => is)).toEqual(wrong);
});

it.each([
  ['same_attempt', []],
  ['next_attempt', ['lie']],
])('paid after it was rejected, %s', async (retry, wrong) => {
  const books = newBooks();
  books.told('worker 1', { ...REJECTED, retry });
  await books.made('po_1', reference, await keyOf(1));
  expect(books.findings.map(({ is }) => is)).toEqual(wrong);
});

it('two payouts of one reference', async () => {
  const books = newBooks();
  await books.made('po_1', reference, await keyOf(1));
  await books.made('po_2', reference, await keyOf(2));
  expect(books.findings.map(({ is }) => is)).toEqual(['twice']);
});
