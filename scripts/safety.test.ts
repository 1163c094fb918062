// docs/safety.md and SECURITY.md say which test shows what: every file that they cite exists, and has a test of that title in those groups.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { production } from './licences.ts';

const root = join(import.meta.dirname, '..');
const doc = readFileSync(join(root, 'docs/safety.md'), 'utf8');
const security = readFileSync(join(root, 'SECURITY.md'), 'utf8');

/** `[name](../path.test.ts) “group › title”, “group › title”` */
const CITATION = /\]\((?:\.\.\/)?(?<file>[^)]+\.test\.ts)\) (?<titles>“[^”]*”(?:, “[^”]*”)*)/g;

const citedBy = (text: string): (readonly [file: string, title: string])[] =>
  [...text.matchAll(CITATION)].flatMap(({ groups }) =>
    [...(groups?.['titles'] ?? '').matchAll(/“([^”]*)”/g)].map(([, title]) => [groups?.['file'] ?? '', title ?? ''] as const),
  );

// ---- Titles of a test file, read and not run -------------------------------------------------------------------------

interface Titled {
  /** As it is written, placeholders of tables included. */
  readonly title: string;
  readonly within: readonly Titled[];
}

interface Titles {
  readonly titled: readonly Titled[];
  /** Texts and numbers of the file, and of those that it takes its tables from: what may stand for a placeholder. */
  readonly values: ReadonlySet<string>;
}

function titlesIn(file: string): Titles {
  const path = join(root, file);
  const { titled, values } = titlesOf(readFileSync(path, 'utf8'));
  return { titled, values: new Set([...values, ...tablesOf(path).flatMap((one) => [...titlesOf(readFileSync(one, 'utf8')).values])]) };
}

/** The files beside a test that it imports. In `__tests__` a table may be joined from others: those, too. */
function tablesOf(path: string): readonly string[] {
  const beside = [...readFileSync(path, 'utf8').matchAll(/ from '(\.\/[^']+\.ts)'/g)].map(([, name = '']) => join(dirname(path), name));
  const joined = beside.filter((one) => dirname(one).endsWith('__tests__'));
  return [...beside, ...joined.flatMap(tablesOf)];
}

function titlesOf(text: string): Titles {
  const values = new Set<string>();
  const within = (node: ts.Node): Titled[] => {
    const found: Titled[] = [];
    const visit = (child: ts.Node): void => {
      if (ts.isStringLiteralLike(child) || ts.isNumericLiteral(child)) values.add(child.text);
      const title = titleOf(child);
      if (title === null) ts.forEachChild(child, visit);
      else found.push({ title, within: within(child) });
    };
    ts.forEachChild(node, visit);
    return found;
  };
  const titled = within(ts.createSourceFile('test.ts', text, ts.ScriptTarget.Latest));
  return { titled, values };
}

/** The title of `it('...')`, `describe('...')` and of both after `.each(table)`. */
function titleOf(node: ts.Node): string | null {
  if (!ts.isCallExpression(node)) return null;
  const [title] = node.arguments;
  if (title === undefined || !ts.isStringLiteralLike(title)) return null;
  let called: ts.Node = node.expression;
  while (ts.isCallExpression(called) || ts.isPropertyAccessExpression(called)) called = called.expression;
  return ts.isIdentifier(called) && ['it', 'describe'].includes(called.text) ? title.text : null;
}

function has({ titled, values }: Titles, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  return titled.some(({ title, within }) => fits(title, first, values) && has({ titled: within, values }, rest));
}

/** `%s is one payout` fits `fifty is one payout` where the file has a value `fifty`. `%j` shows a text in quotes. */
function fits(title: string, shown: string, values: ReadonlySet<string>): boolean {
  const parts = title.split(/%[sdij]/);
  const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('(.+)');
  const found = new RegExp(`^${pattern}$`, 's').exec(shown);
  return (
    found !== null && found.slice(1).every((value) => values.has(value) || values.has(value.replaceAll(/^"|"$/g, '')) || isNumber(value))
  );
}

const isNumber = (value: string): boolean => /^-?\d+$/.test(value); // It may be calculated.

describe('docs/safety.md', () => {
  it('has a test in every row', () => {
    const table = doc.slice(doc.indexOf('## The cases'), doc.indexOf('## What is not covered'));
    const rows = table.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:case|---) \|/.test(line));
    expect(rows.length).toBeGreaterThan(40);
    for (const row of rows) expect(row).toMatch(new RegExp(CITATION.source));
  });

  it.each(citedBy(doc))('%s has “%s”', (file, title) => expect(has(titlesIn(file), title.split(' › '))).toBe(true));

  it('cites rules that it describes', () => {
    const described = [...doc.matchAll(/^\| (R\d+) \|/gm)].map(([, rule]) => rule);
    expect(described.length).toBeGreaterThanOrEqual(20);
    expect(described).toEqual(described.map((_, index) => `R${index + 1}`));
    const rules = [...doc.matchAll(/\bR\d+\b/g)].map(([rule]) => rule);
    expect(new Set(rules)).toEqual(new Set(described));
  });
});

describe('SECURITY.md', () => {
  const model = security.slice(security.indexOf('## Threat model'), security.indexOf('## Dependencies'));
  const rows = model.split('\n').filter((line) => line.startsWith('| ') && !/^\| (?:what they try|---) \|/.test(line));

  it('says in every row where it is, which test shows it, or what is left to you', () => {
    expect(rows.length).toBeGreaterThan(20);
    for (const row of rows) {
      const [, , , where = '', shown = '', left = ''] = row.split('|').map((cell) => cell.trim());
      if (where !== '') expect([row, new RegExp(CITATION.source).test(shown)]).toEqual([row, true]);
      else expect([row, left]).not.toEqual([row, '']);
    }
  });

  it.each(citedBy(model))('%s has “%s”', (file, title) => expect(has(titlesIn(file), title.split(' › '))).toBe(true));

  it('says of everything that comes with the packages what it is for', () => {
    const table = security.slice(security.indexOf('## Dependencies'), security.indexOf('## What is left'));
    const told = table.split('\n').flatMap((line) => {
      const [names = '', , , licence = ''] = line.replace(/^\| /, '').split(' | ');
      return line.startsWith('| `') ? [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => `${name}: ${licence.split(',')[0]}`) : [];
    });
    const installed = production().map(({ manifest: { name, license } }) => `${name}: ${String(license)}`);
    expect(told.toSorted()).toEqual(installed.toSorted());
  });
});

describe('the check', () => {
  const titles = titlesOf(`
    describe('a group', () => {
      it.each([['one', 1]])('%s is %i', () => {});
      it('plain', () => {});
    });`);

  it.each(['a group', 'a group › plain', 'a group › one is 1'])('finds “%s”', (path) => {
    expect(has(titles, path.split(' › '))).toBe(true);
  });
  it.each(['another', 'plain', 'a group › plai', 'a group › two is 1', 'a group › plain › more'])('does not find “%s”', (path) => {
    expect(has(titles, path.split(' › '))).toBe(false);
  });
});
