// The JSON schema of disburse.config.json, made of the settings of the adapters: `pnpm docs:tables` writes it into packages/core.
import { createBalance } from '@disburse/balance-adapter';
import type { AnyAdapterFactory } from '@disburse/core';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as v from 'valibot';

/** From the root of the repository. */
export const SCHEMA_FILE = 'packages/core/disburse.config.schema.json';

/** An adapter, and where its settings are described: files of `packages/`, the nearest first. */
interface Described {
  readonly factory: AnyAdapterFactory;
  readonly files: readonly string[];
}

const COMMON = 'core/src/adapter/settings.ts';
const STRIPE = 'stripe-adapter/src/protocol.ts';

const ADAPTERS: readonly Described[] = [
  { factory: createStripe, files: ['stripe-adapter/src/provider.ts', STRIPE, COMMON] },
  { factory: createStripeTreasury, files: ['stripe-treasury-adapter/src/provider.ts', STRIPE, COMMON] },
  { factory: createBalance, files: ['balance-adapter/src/provider.ts', COMMON] },
];

/** Settings that an entry of a file does not have: its key is its name, and functions and objects of a program are no JSON. */
const NOT_IN_FILES = ['name', 'submissions', 'fetch', 'runtime', 'onTelemetry'];

/** The schema, as the file has it. */
export function configSchema(): string {
  return `${JSON.stringify(
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title: 'disburse.config.json',
      description: 'Which payout providers there are, and which one pays a new reference.',
      type: 'object',
      additionalProperties: false,
      required: ['providers'],
      properties: {
        $schema: { description: 'Where this schema is, for editors.', type: 'string' },
        default: {
          description:
            'Which provider pays a new reference. A reference that was submitted stays with the provider that it was submitted to.',
          type: 'string',
        },
        namespace: {
          description: 'Of every provider that names none itself. It must differ between programs that number their own references.',
          ...orReference(plainForm(settingOf(createStripe, 'namespace'))),
        },
        submissions: {
          description: 'The folder that keeps what is sent, relative to this file: one for the program and the command.',
          default: '.disburse/submissions',
          ...orReference({ type: 'string', minLength: 1 }),
        },
        providers: {
          description: 'Each provider under a name of your own.',
          type: 'object',
          minProperties: 1,
          additionalProperties: { $ref: '#/definitions/provider' },
        },
      },
      definitions: {
        reference: {
          description: 'A variable of the environment. Its value is read when the program starts.',
          type: 'object',
          additionalProperties: false,
          required: ['env'],
          properties: { env: { type: 'string', minLength: 1 } },
        },
        provider: {
          type: 'object',
          required: ['adapter'],
          properties: { adapter: { description: 'What is talked to.', enum: ADAPTERS.flatMap(({ factory }) => wordsOf(factory)) } },
          allOf: ADAPTERS.map(({ factory }) => ({
            if: { required: ['adapter'], properties: { adapter: { enum: wordsOf(factory) } } },
            // oxlint-disable-next-line unicorn/no-thenable -- a word of JSON Schema
            then: { $ref: `#/definitions/${factory.id}` },
          })),
        },
        ...Object.fromEntries(ADAPTERS.map((adapter) => [adapter.factory.id, entryOf(adapter)])),
      },
    },
    null,
    2,
  )}\n`;
}

/** What a file may write as `adapter`. */
const wordsOf = ({ id, aliases = [] }: AnyAdapterFactory): readonly string[] => [id, ...aliases];

// ---- Settings --------------------------------------------------------------------------------------------------------

/** Rules that are functions cannot be told to an editor: the program still knows them. */
const OPTIONS = { errorMode: 'ignore', typeMode: 'output' } as const;

/** As a part of a larger schema, which alone says of which kind it is. */
function plainForm(setting: v.GenericSchema): JsonSchema {
  const { $schema: _kind, ...form } = toJsonSchema(setting, OPTIONS);
  return form;
}

function settingOf(factory: AnyAdapterFactory, key: string): v.GenericSchema {
  const found = entriesOf(factory)[key];
  if (found === undefined) throw new Error(`${factory.id} has no setting ${key}`);
  return found;
}

function entriesOf({ id, settings }: AnyAdapterFactory): Readonly<Record<string, v.GenericSchema>> {
  if (!('entries' in settings)) throw new Error(`the settings of ${id} are no object`);
  return settings.entries as Readonly<Record<string, v.GenericSchema>>;
}

function entryOf({ factory, files }: Described): JsonSchema {
  const documentation = documentationIn(files);
  const keys = Object.keys(entriesOf(factory)).filter((key) => !NOT_IN_FILES.includes(key));
  const properties = keys.map((key): [string, JsonSchema] => {
    const description = documentation.get(key);
    return [key, { ...(description === undefined ? {} : { description }), ...formOf(factory, key) }];
  });
  return {
    type: 'object',
    additionalProperties: false,
    required: ['adapter', ...requiredOf(factory)],
    properties: { adapter: { enum: [...wordsOf(factory)] }, ...Object.fromEntries(properties) },
  };
}

/** What settings without any are told to lack. */
function requiredOf({ settings }: AnyAdapterFactory): readonly string[] {
  const { issues = [] } = v.safeParse(settings, {});
  return [...new Set(issues.flatMap(({ path }) => (typeof path?.[0]?.key === 'string' ? [path[0].key] : [])))];
}

function formOf(factory: AnyAdapterFactory, key: string): JsonSchema {
  const form = plainForm(settingOf(factory, key));
  if (!factory.secrets.includes(key)) return form.type === 'string' ? orReference(form) : form;
  // A $ref of draft 7 hides what stands beside it, such as the description.
  return form.type === 'array' ? { type: 'array', minItems: 1, items: REFERENCE } : { allOf: [REFERENCE] };
}

const REFERENCE: JsonSchema = { $ref: '#/definitions/reference' };

const orReference = (form: JsonSchema): JsonSchema => ({ anyOf: [form, REFERENCE] });

// ---- What they mean --------------------------------------------------------------------------------------------------

/** The comment of every member of an interface in these files; the first file that has one says it. */
function documentationIn(files: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const file of files) {
    const path = join(import.meta.dirname, '..', 'packages', file);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
    for (const statement of source.statements) {
      if (!ts.isInterfaceDeclaration(statement)) continue;
      for (const member of statement.members) {
        const text = commentOf(member);
        const key = member.name?.getText(source);
        if (key !== undefined && text !== '' && !found.has(key)) found.set(key, text);
      }
    }
  }
  return found;
}

function commentOf(member: ts.Node): string {
  const parts = ts
    .getJSDocCommentsAndTags(member)
    .flatMap((node) => (ts.isJSDoc(node) ? [node.comment, ...(node.tags ?? []).map(tagText)] : []));
  return parts
    .flatMap((part) => (part === undefined ? [] : [ts.getTextOfJSDocComment(part) ?? '']))
    .filter((text) => text !== '')
    .map((text) => text.replaceAll(/\s+/g, ' '))
    .join(' ');
}

function tagText(tag: ts.JSDocTag): string {
  const text = ts.getTextOfJSDocComment(tag.comment) ?? '';
  return tag.tagName.text === 'default' ? `Default: ${text}.` : '';
}
