import { memorySubmissions, type Money } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same, shown, the } from '../must.ts';
import { reset } from '../fault-proxy.ts';
import { acceptedOf, exist, type Harness, summaryOf, unknownOf } from '../harness.ts';

/** One reference, one payout. */
export const storeChecks: readonly Check[] = [
  {
    id: 'store/one-reference',
    promise: 'NEVER-TWICE R1',
    forgot: 'createPayout keeps the submission first, and submits the one that is kept: twenty calls at once and one after are one payout.',
    run: async (harness) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => harness.create('once')));
      for (const outcome of [...outcomes, await harness.create('once')]) acceptedOf(outcome);
      exist(harness, 1, 'after 21 creates with one reference');
      same(harness.creates.length, 1, 'the requests that create');
    },
  },
  {
    id: 'store/after-a-restart',
    promise: 'NEVER-TWICE R1',
    forgot: 'With a store that survives, a create that is repeated long after the lease reads the payout by its id, and sends nothing.',
    run: async (harness) => {
      const submissions = memorySubmissions();
      const { payout } = acceptedOf(await harness.make({ submissions }).createPayout(harness.request('restart')));
      await harness.advance(harness.capabilities.key.retentionMs * 3);
      const outcome = acceptedOf(await harness.elsewhere({ submissions }).createPayout(harness.request('restart')));
      same([outcome.payout.id, harness.creates.length], [payout.id, 1], 'the payout, and the requests that create');
      exist(harness, 1, 'after a restart');
    },
  },
  {
    id: 'store/lost-then-restart',
    promise: 'NEVER-TWICE R1',
    forgot: 'The store keeps when a create was prepared: after the lease it is looked up, not sent again as if the key were new.',
    run: async (harness) => {
      const submissions = memorySubmissions();
      harness.proxy.always(reset('after'), harness.isCreate);
      unknownOf(await harness.make({ submissions }).createPayout(harness.request('resumed')));
      harness.proxy.clear();
      const sent = harness.creates.length;
      await harness.advance(harness.capabilities.key.retentionMs + 3_600_000);
      const outcome = await harness.elsewhere({ submissions }).createPayout(harness.request('resumed'));
      must(outcome.outcome !== 'rejected', `the outcome is ${summaryOf(outcome)}`);
      same(harness.creates.length, sent, 'the requests that create');
      exist(harness, 1, 'after a lost answer and a restart');
    },
  },
  {
    id: 'store/other-request',
    promise: 'NEVER-TWICE R1',
    forgot:
      'Another amount under a reference that is taken is `reference_taken`, unknown. Where only words differ, the payout that was made is answered, with the notice `words_differ`. Neither sends anything.',
    run: async (harness) => {
      const { id } = await harness.accepted('taken');
      const sent = harness.creates.length;
      const conflict = unknownOf(await harness.create('taken', { money: anotherMoney(harness) }));
      same([conflict.error.code, harness.creates.length], ['reference_taken', sent], 'the code, and the requests that create');
      const { payout, notices } = acceptedOf(await harness.create('taken', { description: 'another payout' }));
      const isTold = notices.some(({ code }) => code === 'words_differ');
      same([payout.id, isTold, harness.creates.length], [id, true, sent], 'the payout, the notice, and the requests that create');
      exist(harness, 1, 'after a conflict');
    },
  },
];

/** An amount that the provider takes, and not the one of this world's creates. */
function anotherMoney({ subject, world }: Harness): Money {
  const other = subject.amounts.find(({ money }) => shown(money) !== shown(world.request['money']));
  return the(other, 'amount in the world that is not the one of its request').money;
}
