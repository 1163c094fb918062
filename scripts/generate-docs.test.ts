// The documents say what the adapters' tables say: a change of a table without `pnpm docs:tables` fails here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CANCEL_ERRORS, CREATE_ERRORS, ERRORS } from '../packages/balance-adapter/src/errors.ts';
import { CODES, MESSAGES } from '../packages/stripe-adapter/src/error-codes.ts';
import { FAILURE_REASONS as MOLLIE_REASONS, STATUS as MOLLIE } from '../packages/balance-adapter/src/status.ts';
import { FAILURE_REASONS, STATUS as STRIPE } from '../packages/stripe-adapter/src/status.ts';
import { CODES as TREASURY_CODES } from '../packages/stripe-treasury-adapter/src/errors.ts';
import { RETURN_REASONS, STATUS as TREASURY } from '../packages/stripe-treasury-adapter/src/status.ts';
import { MEANINGS, pairs } from './docs-errors.ts';
import { table } from './docs-markdown.ts';
import { DOCUMENTS } from './generate-docs.ts';

const committed = (file: string): string => readFileSync(join(import.meta.dirname, '..', file), 'utf8');

describe.each(Object.entries(DOCUMENTS))('%s', (file, text) => {
  it('is what the tables say; if not: npx -y pnpm@12 docs:tables', () => expect(committed(file)).toBe(text()));
  it('has tables whose rows are all as long as their heads', () => {
    const widths = text()
      .trimEnd()
      .split('\n\n')
      .filter((block) => block.startsWith('|'))
      .map((block) => new Set(block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length)).size);
    expect(widths.every((different) => different === 1)).toBe(true);
    expect(widths.length).toBeGreaterThan(2);
  });
});

it('every word and reason of the tables is in docs/status.md', () => {
  const text = committed('docs/status.md');
  const words = [
    ...[STRIPE, TREASURY, MOLLIE].flatMap(({ rows }) => Object.keys(rows)),
    ...[FAILURE_REASONS, RETURN_REASONS, MOLLIE_REASONS].flatMap((reasons) => Object.keys(reasons)),
  ];
  expect(words.filter((word) => !text.includes(`\`${word}\``))).toEqual([]);
});

describe('docs/errors.md', () => {
  it('has every code, message and status of the tables', () => {
    const text = committed('docs/errors.md');
    const codes = [...CODES, ...TREASURY_CODES].flatMap((row) => row.codes);
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
    expect(MESSAGES.filter(({ fragment }) => !text.includes(`"${fragment}"`))).toEqual([]);
    const statuses = [ERRORS, CREATE_ERRORS, CANCEL_ERRORS].flatMap((rows) => Object.keys(rows)).map((key) => key.split(' ')[0]);
    expect(statuses.filter((status) => !text.includes(`\n| ${status}`))).toEqual([]);
  });

  it.each(pairs().map(({ as, outcome }) => [as, outcome] as const))('says of %s that a create can be %s', (code, outcome) =>
    expect(MEANINGS[code].outcome).toContain(outcome),
  );
});

it('a table keeps its columns when a cell holds a bar', () =>
  expect(table(['a', 'b'], [['x | y', 'z']])).toBe('| a | b |\n| --- | --- |\n| x \\| y | z |'));
