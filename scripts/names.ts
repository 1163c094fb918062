// Exported names use the field's words (docs/concepts.md, the glossary), and none of the dialect that they replaced: `pnpm check names`.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { parse } from './imports.ts';

/** A word that no exported name has, and what to say instead. */
const BANNED: Readonly<Record<string, string>> = {
  anothers: 'belongs to another submission',
  apart: 'prepared separately',
  bag: 'options',
  beside: 'next to',
  copies: 'duplicates',
  held: 'pending approval',
  kept: 'stored',
  lease: 'retention',
  ours: 'matched',
  settle: 'resolve',
  settled: 'resolution',
  told: 'emitted, or a noun for what is said',
};

/** Tools that are no part of what a user installs, and the simulator, where the words are the provider's own: funds are held there. */
const NOT_READ = ['packages/never-twice/**', 'packages/simulator/**', '**/*.test.ts', '**/*.test-d.ts', '**/__*__/**'];

/** Every exported name of a file that has a banned word, one line each. */
export function dialectIn(file: string, text: string): readonly string[] {
  return exportedNames(parse(file, text)).flatMap((name) =>
    wordsOf(name)
      .filter((word) => Object.hasOwn(BANNED, word))
      .map((word) => `${file} exports ${name}: say ${BANNED[word]} instead of ${word}.`),
  );
}

/** `keptRow` and `KEPT_ROW` are the words kept and row. */
const wordsOf = (name: string): readonly string[] =>
  name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split('_');

function exportedNames(source: ts.SourceFile): readonly string[] {
  return source.statements.flatMap((node) => {
    if (ts.isExportDeclaration(node)) {
      const clause = node.exportClause;
      return clause !== undefined && ts.isNamedExports(clause) ? clause.elements.map(({ name }) => name.text) : [];
    }
    if (!ts.canHaveModifiers(node) || ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) !== true) return [];
    if (ts.isVariableStatement(node)) return node.declarationList.declarations.map(({ name }) => name.getText());
    const isNamed =
      ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
    return isNamed && node.name !== undefined ? [node.name.text] : [];
  });
}

/** All of the published packages. */
export function dialectUnder(root: string): readonly string[] {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root, exclude: NOT_READ }).sort();
  return files.flatMap((file) => dialectIn(file, readFileSync(join(root, file), 'utf8')));
}

if (import.meta.main) {
  const found = dialectUnder(join(import.meta.dirname, '..'));
  for (const line of found) console.error(line);
  process.exitCode = found.length === 0 ? 0 : 1;
}
