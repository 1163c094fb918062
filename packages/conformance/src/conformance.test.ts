// The suite on a correct adapter: everything passes, and what it is told not to have must refuse.
import { describe, expect, it } from 'vitest';
import { harborFactory, WITHOUT_LIST } from './__tests__/harbor.ts';
import { harborWorld } from './__tests__/harbor-world.ts';
import { inPayout, inSpec } from './__tests__/plant.ts';
import { type ConformanceReport, payoutProviderConformance, runConformance, summaryOf } from './index.ts';

describe('an adapter that is correct', () => {
  payoutProviderConformance({ describe, it, expect }, harborWorld());
});
describe('one without correlation', () => {
  payoutProviderConformance({ describe, it, expect }, harborWorld(undefined, { correlation: 'none' }));
});

describe('one without a list', () => {
  payoutProviderConformance({ describe, it, expect }, harborWorld(harborFactory(WITHOUT_LIST)));
});
describe('one whose list proves nothing', () => {
  const neverAbsent = inSpec(({ capabilities }) => ({ capabilities: { ...capabilities, absence: 'never' } }));
  payoutProviderConformance({ describe, it, expect }, harborWorld(harborFactory(neverAbsent)));
});

it('reports every check, and what says that one does not apply', { timeout: 60_000 }, async () => {
  const report = await runConformance(harborWorld(undefined, { correlation: 'none' }));
  const { passed, notApplicable, failed, checks } = report;
  expect(failed).toBe(0);
  expect(passed + notApplicable).toBe(checks.length);
  expect(checks.filter(({ result }) => result === 'notApplicable').map(({ id, reason }) => `${id}: ${reason ?? ''}`))
    .toMatchInlineSnapshot(`
    [
      "identity/undeclared-operations-refuse: capabilities.operations has all of list, listAll, update, reverse, balances",
      "create/fullBalance: capabilities.request.fullBalance is false",
      "create/account: capabilities.request.account is false",
      "refused/wrong-token: capabilities.lookup is none: payouts carry no token",
      "lookup/finds-ours: capabilities.lookup is none",
      "lookup/no-proof: capabilities.absence is by_list",
      "lookup/token-of-another: capabilities.lookup is none: every payout of the amount is a candidate",
      "lookup/many-pages: capabilities.lookup is none",
    ]
  `);
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(summaryOf(report)).toContain(`harbor: ${passed} passed, ${notApplicable} not applicable, 0 failed`);
});

it('needs no more of a test framework than three functions, and fails in one of them', { timeout: 60_000 }, async () => {
  const registered: (readonly [string, () => Promise<void>])[] = [];
  const failures: (readonly [unknown, unknown])[] = [];
  const reports: (readonly [ConformanceReport, string])[] = [];
  payoutProviderConformance(
    {
      describe: (_, body) => body(),
      it: (name, body) => void registered.push([name, body]),
      expect: (actual) => ({
        toEqual: (expected) => void (JSON.stringify(actual) === JSON.stringify(expected) || failures.push([actual, expected])),
      }),
    },
    harborWorld(harborFactory(inPayout(() => ({ name: 'harbor' })))),
    { onReport: (...report) => void reports.push(report) },
  );
  for (const [, body] of registered) await body();
  const [[report, summary] = []] = reports;
  expect(reports).toHaveLength(1);
  expect(failures.map(([actual]) => actual)).toEqual([expect.stringContaining('provider and name of the payout')]);
  expect(report).toMatchObject({ provider: 'harbor', failed: 1 });
  expect(summary).toMatch(/^FAILED {2}read\/name +Promise 1 +provider and name .* every payout carries it/m);
});

it('a run of some checks only is no proof: the report says what is missing', async () => {
  const report = await runConformance(harborWorld(), (id) => id === 'read/name');
  expect(report.checks.map(({ id }) => id)).toEqual(['read/name']);
  expect(summaryOf(report)).toBe('ok      read/name  Promise 1\n\nharbor: 1 passed, 0 not applicable, 0 failed');
});
