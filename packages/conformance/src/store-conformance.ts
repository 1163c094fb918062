import type { TestFunctions } from './conformance.ts';
import { type StorePlace, submissionStoreRules } from './store-rules.ts';

/** The store under test. */
export interface StoreUnderTest {
  /** For the title of the tests: `postgres`. */
  readonly name: string;
  /** A place that is empty at first and apart from every other: a new folder, a new table. */
  readonly makeStore: () => Promise<StorePlace>;
  /** Whether more than one process can open it; a store in memory says `false`, and is excused from the rules about others. */
  readonly shared: boolean;
}

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
export function submissionStoreConformance({ describe, it, expect }: TestFunctions, { name, makeStore, shared }: StoreUnderTest): void {
  describe(`${name} conforms`, () => {
    for (const rule of submissionStoreRules.filter(({ of }) => shared || of === 'every store')) {
      it(rule.name, async () => {
        const broken = await rule.check(makeStore).then(
          () => null,
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
        expect(broken).toEqual(null);
      });
    }
  });
}
