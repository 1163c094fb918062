// Writes docs/status.md, docs/errors.md and docs/capabilities.md from the adapters' own tables, and the schema of a configuration
// from their settings: `pnpm docs:tables`. scripts/generate-docs.test.ts and scripts/config-schema.test.ts fail when they differ from
// what is committed.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configSchema, SCHEMA_FILE } from './config-schema.ts';
import { ADAPTER_PAGE, adapterDocument } from './docs-adapter.ts';
import { capabilitiesDocument } from './docs-capabilities.ts';
import { errorsDocument } from './docs-errors.ts';
import { statusDocument } from './docs-status.ts';

/** The generated documents, by their path from the root of the repository. */
export const DOCUMENTS: Readonly<Record<string, () => string>> = {
  'docs/status.md': statusDocument,
  'docs/errors.md': errorsDocument,
  'docs/capabilities.md': capabilitiesDocument,
  [ADAPTER_PAGE]: adapterDocument,
};

if (import.meta.main) {
  for (const [file, text] of Object.entries({ ...DOCUMENTS, [SCHEMA_FILE]: configSchema })) {
    writeFileSync(join(import.meta.dirname, '..', file), text());
    console.log(file);
  }
}
