// The API reference: what the packages export, from their JSDoc.
import { join } from 'node:path';
import { Application, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';

/** What a program can import, as it is called behind `@disburse/`, and where it is written. */
export const ENTRY_POINTS: Readonly<Record<string, string>> = {
  core: 'packages/core/src/index.ts',
  'core/node': 'packages/core/src/node.ts',
  'core/opentelemetry': 'packages/core/src/opentelemetry.ts',
  'stripe-adapter': 'packages/stripe-adapter/src/index.ts',
  'stripe-treasury-adapter': 'packages/stripe-treasury-adapter/src/index.ts',
  'balance-adapter': 'packages/balance-adapter/src/index.ts',
  simulator: 'packages/simulator/src/index.ts',
  conformance: 'packages/conformance/src/index.ts',
  'conformance/stores': 'packages/conformance/src/stores.ts',
};

/** Writes a page for each export into a folder. @throws {Error} where the sources cannot be read. */
export async function writeApi(root: string, folder: string): Promise<void> {
  const options: TypeDocOptions & Partial<PluginOptions> = {
    name: 'API reference',
    out: folder,
    entryPoints: Object.values(ENTRY_POINTS).map((file) => join(root, file)),
    tsconfig: join(root, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    readme: 'none',
    // `check` and `test` compile the sources; here they are only read.
    skipErrorChecking: true,
    disableSources: true,
    excludeInternal: true,
    excludePrivate: true,
    // Types that an exported type is made of are told where they are used.
    validation: false,
    logLevel: 'Error',
    entryFileName: 'index',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    useCodeBlocks: true,
    expandObjects: true,
    sanitizeComments: true,
    parametersFormat: 'table',
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined) throw new Error('The sources could not be read.');
  // They are named by their folders: `core/src`, `core/src/node`.
  for (const child of project.children ?? []) child.name = child.name.replace('/src', '');
  const found = (project.children ?? []).map(({ name }) => name).toSorted();
  const asked = Object.keys(ENTRY_POINTS).toSorted();
  if (found.join(' ') !== asked.join(' ')) throw new Error(`Entry points ${found.join(', ')} were read, and not ${asked.join(', ')}.`);
  await app.generateOutputs(project);
}
