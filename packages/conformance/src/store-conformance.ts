import type { TestFunctions } from './conformance.ts';
import { type Optional, type StorePlace, submissionStoreRules, type WalkOptions } from './store-rules.ts';

/** The store under test. */
export interface StoreUnderTest extends WalkOptions {
  /** For the title of the tests: `postgres`. */
  readonly name: string;
  /** A place that is empty at first and apart from every other: a new folder, a new table. */
  readonly makeStore: () => Promise<StorePlace>;
  /** Whether more than one process can open it; a store in memory says `false`, and is excused from the rules about others. */
  readonly shared: boolean;
  /** Called once at the end: what the store leaves out, and what that means, as a sentence for people. */
  readonly onReport?: ((lacks: readonly Optional[], summary: string) => void) | undefined;
}

/** What a store does without that leaves out a method. */
const WITHOUT: Readonly<Record<Optional, string>> = {
  refuse: 'it has no refuse, so a refusal that spent no key is not remembered, and its rules were not tried',
  open: 'it has no open, so nothing can list what is not resolved, and its rules were not tried',
};

/**
 * Registers one test for each rule that a store of submissions must keep: what it breaks can pay twice.
 *
 * @example
 * submissionStoreConformance({ describe, it, expect }, {
 *   name: 'postgres',
 *   shared: true,
 *   makeStore: async () => {
 *     const table = await emptyTable();
 *     return { open: async () => postgresSubmissions(await connect(), table) };
 *   },
 * });
 */
export function submissionStoreConformance({ describe, it, expect }: TestFunctions, store: StoreUnderTest): void {
  const { name, makeStore, shared, walks, onReport } = store;
  describe(`${name} conforms`, () => {
    for (const rule of submissionStoreRules.filter(({ of }) => shared || of === 'every store')) {
      it(rule.name, async () => {
        const broken = await rule.check(makeStore, { walks }).then(
          () => null,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        expect(broken).toEqual(null);
      });
    }
    it('says which optional methods it leaves out', async () => {
      const made = await (await makeStore()).open();
      const methods = ['refuse', 'open'] as const;
      const lacks = methods.filter((method) => made[method] === undefined);
      onReport?.(lacks, lacks.length === 0 ? `${name} has all methods.` : `${name}: ${lacks.map((method) => WITHOUT[method]).join('; ')}.`);
      expect(methods.filter((method) => !['function', 'undefined'].includes(typeof made[method]))).toEqual([]);
    });
  });
}
