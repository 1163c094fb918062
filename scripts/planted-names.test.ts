// A planted mistake that names what is not there fails for a reason of its own: then nobody knows whether the mistake is found.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, it } from 'vitest';
import { PLANTED_BUGS } from '../packages/never-twice/src/__tests__/planted-bugs.ts';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** Cannot find name, Property does not exist, Object literal may only specify known properties: with and without a suggestion. */
const NAMES = new Set([2304, 2552, 2339, 2551, 2353, 2561]);

const versions = new Map<string, { readonly text: string; readonly version: number }>();
const { fileNames, options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(`${ROOT}tsconfig.json`, ts.sys.readFile).config,
  ts.sys,
  ROOT,
);
const service = ts.createLanguageService({
  getCompilationSettings: () => options,
  getScriptFileNames: () => fileNames.filter((file) => /\/packages\/(core|[a-z-]+-adapter)\/src\//.test(file) && !file.includes('.test')),
  getScriptVersion: (file) => String(versions.get(file)?.version ?? 0),
  getScriptSnapshot: (file) => {
    const text = versions.get(file)?.text ?? ts.sys.readFile(file);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
  getCurrentDirectory: () => ROOT,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  readFile: ts.sys.readFile,
  fileExists: ts.sys.fileExists,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
  useCaseSensitiveFileNames: () => true,
});

let version = 0;

/** What a file says that is not there. Where a mistake makes a branch impossible, everything in it is `never`. */
const missingIn = (path: string): readonly string[] =>
  service
    .getSemanticDiagnostics(path)
    .map(({ code, messageText }) => ({ code, message: ts.flattenDiagnosticMessageText(messageText, ' ') }))
    .filter(({ code, message }) => NAMES.has(code) && !message.includes("type 'never'"))
    .map(({ message }) => message);

it('every planted mistake names what is there', { timeout: 120_000 }, () => {
  const wrong = PLANTED_BUGS.flatMap(({ mistake, edits }) => {
    versions.clear();
    const paths = [...new Set(edits.map(({ file }) => `${ROOT}${file}`))];
    const before = new Set(paths.flatMap(missingIn)); // Of types that this service does not load.
    for (const { file, find, replace } of edits) {
      const path = `${ROOT}${file}`;
      const text = versions.get(path)?.text ?? readFileSync(path, 'utf8');
      versions.set(path, { text: text.replace(find, () => replace), version: (version += 1) });
    }
    return paths.flatMap(missingIn).flatMap((message) => (before.has(message) ? [] : [`${mistake}: ${message}`]));
  });
  expect(wrong).toEqual([]);
});

it('every planted mistake is planted at one place', () => {
  const wrong = PLANTED_BUGS.flatMap(({ mistake, edits }) =>
    edits.flatMap(({ file, find }) => {
      const places = readFileSync(`${ROOT}${file}`, 'utf8').split(find).length - 1;
      return places === 1 ? [] : [`${mistake}: ${file} has this ${places} times: ${find}`];
    }),
  );
  expect(wrong).toEqual([]);
});
