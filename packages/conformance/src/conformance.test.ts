// The suite on a correct adapter: everything passes, and what it is told not to have must refuse.
import { describe, expect, it } from 'vitest';
import { harborWorld } from './__tests__/harbor-world.ts';
import { payoutProviderConformance, runConformance, summaryOf } from './index.ts';

describe('an adapter that is correct', () => {
  payoutProviderConformance({ describe, it, expect }, harborWorld());
});
describe('one without correlation', () => {
  payoutProviderConformance({ describe, it, expect }, harborWorld(undefined, { correlation: 'none' }));
});

it('reports every check, and what says that one does not apply', async () => {
  const report = await runConformance(harborWorld(undefined, { correlation: 'none' }));
  const { passed, notApplicable, failed, checks } = report;
  expect(failed).toBe(0);
  expect(passed + notApplicable).toBe(checks.length);
  expect(checks.filter(({ result }) => result === 'notApplicable').map(({ id, reason }) => `${id}: ${reason ?? ''}`))
    .toMatchInlineSnapshot(`
    [
      "identity/undeclared-operations-refuse: capabilities.operations has all of update, reverse, balances",
      "create/fullBalance: capabilities.request.fullBalance is false",
      "refused/wrong-token: capabilities.lookup is none: payouts carry no token",
      "lookup/finds-ours: capabilities.lookup is none",
      "lookup/token-of-another: capabilities.lookup is none: every payout of the amount is a candidate",
      "lookup/many-pages: capabilities.lookup is none",
    ]
  `);
  expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  expect(summaryOf(report)).toContain(`harbor: ${passed} passed, ${notApplicable} not applicable, 0 failed`);
});
