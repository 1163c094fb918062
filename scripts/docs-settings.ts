// What the page of each provider must name: the settings and options that its schemas know.
import { createBalance } from '@disburse/balance-adapter';
import { createStripe } from '@disburse/stripe-adapter';
import { createStripeTreasury } from '@disburse/stripe-treasury-adapter';
import { OPTIONS as STRIPE_OPTIONS } from '../packages/stripe-adapter/src/options.ts';
import { OPTIONS as TREASURY_OPTIONS } from '../packages/stripe-treasury-adapter/src/options.ts';

/** Every key of a schema, however deep. */
function namesIn(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { entries, wrapped, pipe, options } = schema as Readonly<Record<string, unknown>>;
  const inner = [...Object.values(entries ?? {}), wrapped, ...listOf(pipe), ...listOf(options)];
  return [...Object.keys(entries ?? {}), ...inner.flatMap(namesIn)];
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const pageOf = (path: string, ...schemas: readonly unknown[]) => ({ path, names: new Set(schemas.flatMap(namesIn)) });

export const PROVIDER_PAGES: readonly { readonly path: string; readonly names: ReadonlySet<string> }[] = [
  pageOf('docs/providers/stripe.md', createStripe.settings, ...Object.values(STRIPE_OPTIONS)),
  pageOf('docs/providers/stripe-treasury.md', createStripeTreasury.settings, ...Object.values(TREASURY_OPTIONS)),
  pageOf('docs/providers/balance.md', createBalance.settings),
];
