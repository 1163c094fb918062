// The API reference: what the packages export, from their JSDoc.
import { join } from 'node:path';
import { Application, Comment, type TypeDocOptions } from 'typedoc';
import type { PluginOptions } from 'typedoc-plugin-markdown';

/** What a program can import, as it is called behind `@disburse/`: where it is written, and what it is for. */
export const ENTRY_POINTS: Readonly<Record<string, { readonly file: string; readonly about: string }>> = {
  core: {
    file: 'packages/core/src/index.ts',
    about: 'Payouts, outcomes, money, webhooks and the registry.',
  },
  'core/adapter': { file: 'packages/core/src/adapter.ts', about: 'What an adapter is made with.' },
  'core/node': { file: 'packages/core/src/node.ts', about: 'A store of submissions in files, for what can write files.' },
  'core/opentelemetry': { file: 'packages/core/src/opentelemetry.ts', about: 'Spans and metrics.' },
  'stripe-adapter': { file: 'packages/stripe-adapter/src/index.ts', about: 'Stripe Payouts.' },
  'stripe-treasury-adapter': {
    file: 'packages/stripe-treasury-adapter/src/index.ts',
    about: 'Stripe Treasury: payments to other parties.',
  },
  'balance-adapter': { file: 'packages/balance-adapter/src/index.ts', about: 'Mollie Balances.' },
  simulator: { file: 'packages/simulator/src/index.ts', about: 'The three providers, simulated, behind `fetch` and on a loopback port.' },
  conformance: { file: 'packages/conformance/src/index.ts', about: 'The suite that an adapter must pass.' },
  'conformance/stores': { file: 'packages/conformance/src/stores.ts', about: 'The suite that a store of submissions must pass.' },
};

/** Writes a page for each export into a folder. @throws {Error} where the sources cannot be read. */
export async function writeApi(root: string, folder: string): Promise<void> {
  const options: TypeDocOptions & Partial<PluginOptions> = {
    name: 'API reference',
    out: folder,
    entryPoints: Object.values(ENTRY_POINTS).map(({ file }) => join(root, file)),
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
    expandObjects: true,
    sanitizeComments: true,
    parametersFormat: 'table',
    // What somebody looks up: every export with its sentence, the settings on one screen, a signature whose types are links.
    indexFormat: 'table',
    interfacePropertiesFormat: 'table',
    typeAliasPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    tableColumnSettings: { hideInherited: true, hideOverrides: true, hideModifiers: true },
    expandParameters: true,
    sortEntryPoints: false,
    sort: ['required-first', 'alphabetical'],
    jsDocCompatibility: { defaultTag: false }, // A default is often a sentence, and no code.
    pageTitleTemplates: { module: ({ name }) => `@disburse/${name.replace('/src', '')}` },
  };
  const app = await Application.bootstrapWithPlugins(options);
  const project = await app.convert();
  if (project === undefined) throw new Error('The sources could not be read.');
  // They are named by their folders: `core/src`, `core/src/node`.
  for (const child of project.children ?? []) {
    child.name = child.name.replace('/src', '');
    child.comment = new Comment([{ kind: 'text', text: ENTRY_POINTS[child.name]?.about ?? '' }]);
  }
  const found = (project.children ?? []).map(({ name }) => name).toSorted();
  const asked = Object.keys(ENTRY_POINTS).toSorted();
  if (found.join(' ') !== asked.join(' ')) throw new Error(`Entry points ${found.join(', ')} were read, and not ${asked.join(', ')}.`);
  await app.generateOutputs(project);
}
