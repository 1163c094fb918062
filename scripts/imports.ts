import ts from 'typescript';

/** One way in which a file refers to another module. `specifier` is null where it is computed and nobody can check it. */
export interface Import {
  readonly specifier: string | null;
  readonly line: number;
  /** Where it is written; null for a triple-slash reference, which is a comment. */
  readonly node: ts.Node | null;
}

/** Parses a file as TypeScript does. */
export function parse(file: string, text: string): ts.SourceFile {
  const kind = /\.[cm]?js$/.test(file) ? ts.ScriptKind.JS : ts.ScriptKind.TS;
  return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kind);
}

/** The line of a node, counted from 1. */
export function lineOf(node: ts.Node): number {
  const source = node.getSourceFile();
  return source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
}

/** All nodes of a file, parents first; comments, JSDoc too, are none. */
export function nodesOf(node: ts.Node): ts.Node[] {
  const nodes: ts.Node[] = [];
  const visit = (each: ts.Node): void => {
    nodes.push(each);
    ts.forEachChild(each, visit);
  };
  visit(node);
  return nodes;
}

/** Every import of a file: static, re-exported, dynamic, `require`, resolved, mocked, in a type or in a triple-slash reference. */
export function importsOf(source: ts.SourceFile): Import[] {
  const references = [...source.referencedFiles, ...source.typeReferenceDirectives].map(({ fileName, pos }) => ({
    specifier: fileName,
    line: source.getLineAndCharacterOfPosition(pos).line + 1,
    node: null,
  }));
  const written = nodesOf(source).flatMap((node) => {
    const name = moduleNamedBy(node);
    return name === null ? [] : [{ specifier: ts.isStringLiteralLike(name) ? name.text : null, line: lineOf(node), node: name }];
  });
  return [...references, ...written];
}

function moduleNamedBy(node: ts.Node): ts.Node | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier ?? null;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument;
  if (ts.isModuleDeclaration(node) && ts.isStringLiteral(node.name)) return node.name;
  return ts.isCallExpression(node) && loads(node.expression) ? (node.arguments[0] ?? node) : null;
}

const LOADERS = ['require', 'require.resolve', 'import.meta.resolve', 'vi.mock', 'vi.doMock', 'vi.importActual', 'vi.importMock'];

function loads(callee: ts.Expression): boolean {
  return callee.kind === ts.SyntaxKind.ImportKeyword || LOADERS.includes(callee.getText());
}
