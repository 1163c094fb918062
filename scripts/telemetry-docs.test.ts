// docs/telemetry.md lists every event with every field, every operation, and every attribute and metric: no more and no less than the code has.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { importsOf, nodesOf, parse } from './imports.ts';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const page = read('docs/telemetry.md');
const core = (file: string): ts.SourceFile => parse(file, read(`packages/core/src/${file}`));

const words = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? '');
const rows = (head: string): string[][] => {
  const [, table = ''] = page.split(new RegExp(`^\\| ${head} \\|.*\\n\\|[ -|]+\\|\\n`, 'm'));
  const lines = table.slice(0, table.search(/^(?!\|)/m)).split('\n');
  return lines.filter((line) => line !== '').map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
};
const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

/** Each event of the union: its `type`, and its own fields. */
function eventsInCode(): Record<string, string[]> {
  const nodes = nodesOf(core('telemetry/telemetry.ts'));
  const union = nodes.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === 'TelemetryEvent');
  const members = nodesOf(union ?? core('telemetry/telemetry.ts')).flatMap((node) =>
    ts.isTypeReferenceNode(node) ? [node.typeName.getText()] : [],
  );
  const interfaces = nodes.filter((node) => ts.isInterfaceDeclaration(node)).filter((each) => members.includes(each.name.text));
  return Object.fromEntries(
    interfaces.map(({ members: fields }) => {
      const signatures = fields.filter((field) => ts.isPropertySignature(field));
      const type = signatures.find(({ name }) => name.getText() === 'type')?.type?.getText() ?? '';
      return [type.replaceAll("'", ''), sorted(signatures.map(({ name }) => name.getText()).filter((name) => name !== 'type'))];
    }),
  );
}

it('lists every event and its fields', () => {
  const shown = rows('event').map(([event = '', , fields = '']) => [words(event)[0], sorted(words(fields))] as const);
  expect(shown.length).toBeGreaterThan(0);
  expect(Object.fromEntries(shown)).toEqual(eventsInCode());
});

it('says what each field is', () => {
  const fields = rows('field').flatMap(([names = '']) => words(names));
  expect(sorted(fields)).toEqual(sorted([...Object.values(eventsInCode()).flat(), 'provider', 'name', 'operationId']));
});

it('names every operation that is told', () => {
  const told = ['define-provider.ts', 'provider-operations.ts']
    .flatMap((file) => nodesOf(core(file)))
    .flatMap((node) =>
      ts.isCallExpression(node) && ['perform', 'onSubmission'].includes(node.expression.getText())
        ? node.arguments
            .slice(0, 2)
            .filter((argument) => ts.isStringLiteral(argument))
            .map(({ text }) => text)
        : [],
    );
  const [cell = ''] = rows('field')
    .filter(([name]) => name === '`operation`')
    .map(([, what]) => what ?? '');
  expect(sorted(words(cell.split(';')[0] ?? ''))).toEqual(sorted(told));
});

it('lists every attribute and every metric', () => {
  const named = nodesOf(core('opentelemetry.ts')).flatMap((node) => (ts.isStringLiteral(node) ? [node.text] : []));
  const inCode = named.filter((text) => /^(disburse|http|server|url|error)\.[a-z_.]+$/.test(text));
  const shown = [...rows('attribute').flatMap(([names = '']) => words(names)), ...rows('metric').flatMap(([names = '']) => words(names))];
  expect(sorted(shown)).toEqual(sorted(inCode));
});

it('is right that only one entry needs OpenTelemetry', () => {
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    for (const { specifier } of importsOf(core(file)))
      if (specifier?.startsWith('.') === true) follow(posix.join(posix.dirname(file), specifier));
  };
  follow('index.ts');
  follow('node.ts');
  expect(reached.size).toBeGreaterThan(40);
  const imported = [...reached].flatMap((file) => importsOf(core(file)).map(({ specifier }) => specifier));
  expect(imported.filter((specifier) => specifier?.includes('opentelemetry') === true)).toEqual([]);
});
