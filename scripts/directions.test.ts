import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { violationsOf, violationsOfFile, violationsOfManifest } from './directions.ts';

const CORE = 'packages/core/src/create/send.ts';
const CORE_TEST = 'packages/core/src/create/send.test.ts';
const STRIPE = 'packages/stripe-adapter/src/provider.ts';
const STRIPE_TEST = 'packages/stripe-adapter/src/provider.test.ts';
const TREASURY = 'packages/stripe-treasury-adapter/src/provider.ts';
const SIMULATOR = 'packages/simulator/src/index.ts';
const SHIPPED = ['!src/**/*.test.ts', '!src/**/*.test-d.ts', '!src/**/__fixtures__', '!src/**/__tests__'];

// Every file of the repository is parsed: on a busy machine that is more than the usual five seconds.
it('the tree keeps its directions', { timeout: 60_000 }, () => {
  expect(violationsOf(join(import.meta.dirname, '..'))).toEqual([]);
});

describe('a planted violation is found', () => {
  it.each([
    ['core names an adapter', CORE, `import { createStripe } from '@disburse/stripe-adapter';`],
    ['core names the simulator', CORE, `import { simulate } from '@disburse/simulator';`],
    ['core knows a provider in a string', CORE, `export const header = 'Stripe-Signature';`],
    ['core knows a provider in a template', CORE, 'export const url = (id: string): string => `${id}.stripe.test`;'],
    ['core knows a provider in an identifier', CORE, 'export const mollieKey = 1;'],
    ['a core test names an adapter', CORE_TEST, `import { createStripe } from '@disburse/stripe-adapter';`],
    ['dev-only without a reason', CORE_TEST, `// dev-only:\nimport { createStripe } from '@disburse/stripe-adapter';`],
    ['dev-only in source', CORE, `// dev-only: because\nimport { createStripe } from '@disburse/stripe-adapter';`],
    ['a module of core imports one above it', 'packages/core/src/http/http.ts', `import { send } from '../create/send.ts';`],
    ['a file of core in no module', 'packages/core/src/newcomer.ts', `import { a } from './errors.ts';`],
    ['errors.ts imports a module', 'packages/core/src/errors.ts', `import { a } from './money/money.ts';`],
    ['ky outside through-ky.ts', CORE, `import ky from 'ky';`],
    ['decimal.js outside a test', 'packages/core/src/money/money.ts', `import { Decimal } from 'decimal.js';`],
    ['node outside the Node files', CORE, `import { createHash } from 'node:crypto';`],
    ['node without its prefix', SIMULATOR, `import { createHash } from 'crypto';`],
    ['core imports what is not listed', CORE, `import { z } from 'zod';`],
    ['core reads the clock', CORE, 'export const now = (): Date => new Date();'],
    ['core reads the clock without new', CORE, 'export const now = (): string => Date();'],
    ['an adapter reads the clock', STRIPE, 'export const now = (): Date => new Date;'],
    ['an adapter imports ky', STRIPE, `import ky from 'ky';`],
    ['an adapter test imports ky', STRIPE_TEST, `import ky from 'ky';`],
    ['an adapter imports decimal.js', STRIPE, `import { Decimal } from 'decimal.js';`],
    ['an adapter imports the simulator', STRIPE, `import { simulate } from '@disburse/simulator';`],
    ['an adapter imports an adapter', STRIPE, `import { createBalance } from '@disburse/balance-adapter';`],
    [
      'an adapter imports the internals of Stripe',
      'packages/balance-adapter/src/wire.ts',
      `import { form } from '@disburse/stripe-adapter/internal';`,
    ],
    ['Treasury imports more than the internals', TREASURY, `import { createStripe } from '@disburse/stripe-adapter';`],
    ['an adapter test imports an adapter', STRIPE_TEST, `import { createBalance } from '@disburse/balance-adapter';`],
    ['an adapter reaches into core', STRIPE, `import { sleep } from '../../core/src/platform/runtime.ts';`],
    ['an adapter imports a hidden part of core', STRIPE, `import { sleep } from '@disburse/core/runtime';`],
    ['the simulator imports an adapter', SIMULATOR, `import { STATUS } from '@disburse/stripe-adapter';`],
    ['the simulator imports core', SIMULATOR, `import { money } from '@disburse/core';`],
    ['a simulator test imports core', 'packages/simulator/src/index.test.ts', `import { money } from '@disburse/core';`],
    ['source imports a fixture', STRIPE, `import paid from './__fixtures__/paid.json' with { type: 'json' };`],
    ['a package nobody described', 'packages/newcomer/src/index.ts', `import { money } from '@disburse/core';`],
    ['an example reaches into a package', 'examples/demo.ts', `import { money } from '../packages/core/src/money/money.ts';`],
    ['a script reaches for a table', 'scripts/check.ts', `import { STATUS } from '../packages/stripe-adapter/src/status.ts';`],
    ['a document is made of more than tables', 'scripts/docs-status.ts', `import { read } from '../packages/stripe-adapter/src/wire.ts';`],
    ["an example reaches into a package's tests", 'examples/demo.ts', `import { a } from '../packages/core/src/__tests__/a.ts';`],
    ['an import of the shared folder', 'examples/demo.ts', `import sketch from '../../shared/sketch.ts';`],
    ['an absolute import', SIMULATOR, `import sketch from '/work/shared/sketch.ts';`],
    ['a path into the shared folder', SIMULATOR, `export const contract = '/work/shared/contracts/stripe.md';`],
    ['a relative path into the shared folder', SIMULATOR, `export const contract = '../shared/contracts';`],
  ])('%s', (_, file, text) => {
    expect(violationsOfFile(file, text)).toHaveLength(1);
  });

  it.each([
    ['a type import', `import type { Options } from 'ky';`],
    ['a side effect', `import 'ky';`],
    ['a re-export', `export * from 'ky';`],
    ['a dynamic import', `export const load = () => import('ky');`],
    ['a computed import', 'export const load = (name: string) => import(name);'],
    ['an import in a type', `export type Options = import('ky').Options;`],
    ['import = require', `import ky = require('ky');`],
    ['require', `const ky = require('ky');`],
    ['import.meta.resolve', `export const where = import.meta.resolve('ky');`],
    ['an augmentation', `declare module 'ky' {}`],
    ['a reference', `/// <reference types="ky" />`],
    ['an import over several lines', `import {\n  HTTPError,\n} from\n  'ky';`],
  ])('written as %s', (_, text) => {
    expect(violationsOfFile(CORE, text)).toHaveLength(1);
  });

  it.each([
    ['core is not a peer', 'packages/stripe-adapter/package.json', { dependencies: { '@disburse/core': 'workspace:*' } }],
    ['core depends on an adapter', 'packages/core/package.json', { dependencies: { '@disburse/stripe-adapter': 'workspace:*' } }],
    ['an adapter ships ky', 'packages/stripe-adapter/package.json', { dependencies: { ky: 'catalog:' } }],
    ['an adapter ships the simulator', 'packages/stripe-adapter/package.json', { peerDependencies: { '@disburse/simulator': '*' } }],
    ['the simulator is developed with core', 'packages/simulator/package.json', { devDependencies: { '@disburse/core': 'workspace:*' } }],
    ['a package nobody described', 'packages/newcomer/package.json', {}],
    ['tests are published', 'packages/core/package.json', { files: SHIPPED.slice(1) }],
  ])('in a manifest: %s', (_, file, manifest) => {
    expect(violationsOfManifest(file, JSON.stringify({ files: SHIPPED, ...manifest }))).toHaveLength(1);
  });
});

describe('what is allowed stays allowed', () => {
  it.each([
    ['ky in through-ky.ts', 'packages/core/src/http/through-ky.ts', `import ky from 'ky';`],
    ['decimal.js in the test of money.ts', 'packages/core/src/money/money.test.ts', `import { Decimal } from 'decimal.js';`],
    ['node in the Node transport', 'packages/core/src/http/transport.node.ts', `import { request } from 'node:https';`],
    ['the clock in runtime.ts', 'packages/core/src/platform/runtime.ts', 'export const now = (): Date => new Date();'],
    ['a module of core on one below it', CORE, `import { a } from '../http/http.ts';`],
    ['a module of core on itself', CORE, `import { a } from './decide.ts';`],
    ['a given date', CORE, `export const day = new Date('2026-11-20');`],
    ['a provider in a comment of core', CORE, '/** For example {@link createStripe}. @see Stripe */\nexport const a = 1; // Stripe'],
    ['an import in a comment', CORE, `// import ky from 'ky'\n/** @example import ky from 'ky'; */\nexport const a = 1;`],
    ['an import in a string', CORE, `export const text = "import ky from 'ky'";`],
    [
      'a core test that says why',
      CORE_TEST,
      `// dev-only: the three programs of the README\nimport { createStripe } from '@disburse/stripe-adapter';`,
    ],
    ['an adapter on core and valibot', STRIPE, `import { payout } from '@disburse/core';\nimport * as v from 'valibot';`],
    ['Treasury on the internals', TREASURY, `import { form } from '@disburse/stripe-adapter/internal';`],
    ['an adapter test on the simulator', STRIPE_TEST, `import { simulate } from '@disburse/simulator';\nimport nock from 'nock';`],
    ['an adapter test on itself', STRIPE_TEST, `import { createStripe } from '@disburse/stripe-adapter';`],
    ['a folder of a package called shared', 'packages/simulator/src/stripe/list.ts', `import { page } from '../shared/page.ts';`],
    ["an example's test on rules for tests", 'examples/store.test.ts', `import { rules } from '../packages/core/src/__tests__/rules.ts';`],
    ['a document is made of tables', 'scripts/docs-status.ts', `import { STATUS } from '../packages/stripe-adapter/src/status.ts';`],
    ['an example by names', 'examples/demo.ts', `import { createStripe } from '@disburse/stripe-adapter';`],
  ])('%s', (_, file, text) => {
    expect(violationsOfFile(file, text)).toEqual([]);
  });
});
