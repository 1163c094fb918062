// docs/adding-an-adapter.md: prose by hand, programs from examples/tiny-adapter, and tables that follow the types.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const root = join(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

export const ADAPTER_PAGE = 'docs/adding-an-adapter.md';

/** The page, with every block behind `<!-- file ... -->` as the file is now. */
export function adapterDocument(): string {
  return read(ADAPTER_PAGE).replaceAll(
    /^(<!-- file (\S+) -->\n)(?:\n```ts\n.*?^```\n)?/gms,
    (_, marker: string, file: string) => `${marker}\n\`\`\`ts\n${read(file)}\`\`\`\n`,
  );
}

/** One member of a type. */
export interface Member {
  readonly name: string;
  readonly required: boolean;
}

/** The members of an interface, in its order. */
export function membersOf(file: string, name: string): readonly Member[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const found = source.statements.find((node) => ts.isInterfaceDeclaration(node) && node.name.text === name);
  if (found === undefined || !ts.isInterfaceDeclaration(found)) throw new Error(`${file} has no interface ${name}.`);
  return found.members.map((member) => ({ name: member.name?.getText() ?? '', required: member.questionToken === undefined }));
}

/** The words of a union of texts. */
export function wordsOf(file: string, name: string): readonly string[] {
  const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true);
  const found = source.statements.find((node) => ts.isTypeAliasDeclaration(node) && node.name.text === name);
  return [...(found?.getText().matchAll(/'(\w+)'/g) ?? [])].map(([, word]) => word ?? '');
}

/** A table of the page that lists the members of a type. */
export interface MemberTable {
  readonly type: string;
  readonly file: string;
  readonly rows: readonly { readonly name: string; readonly purpose: string; readonly required: string }[];
}

/** The tables behind `<!-- members Type file -->`. */
export function memberTables(page: string): readonly MemberTable[] {
  const tables = page.matchAll(/^<!-- members (\S+) (\S+) -->\n\n((?:\|.*\n)+)/gm);
  return [...tables].map(([, type = '', file = '', table = '']) => ({
    type,
    file,
    rows: table
      .trimEnd()
      .split('\n')
      .slice(2)
      .map((line) => {
        const [, name = '', purpose = '', required = ''] = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
        return { name: name.replaceAll('`', ''), purpose, required };
      }),
  }));
}
