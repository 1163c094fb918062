import { memorySubmissions, type Money } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same, shown, the } from '../must.ts';
import { reset } from '../line.ts';
import { acceptedOf, exist, type Stage, told, unknownOf } from '../stage.ts';

/** One reference, one payout. */
export const storeChecks: readonly Check[] = [
  {
    id: 'store/one-reference',
    promise: 'NEVER-TWICE R1',
    forgot: 'createPayout keeps the submission first, and submits the one that is kept: twenty calls at once and one after are one payout.',
    run: async (stage) => {
      const outcomes = await Promise.all(Array.from({ length: 20 }, () => stage.create('once')));
      for (const outcome of [...outcomes, await stage.create('once')]) acceptedOf(outcome);
      exist(stage, 1, 'after 21 creates with one reference');
      same(stage.creates.length, 1, 'the requests that create');
    },
  },
  {
    id: 'store/after-a-restart',
    promise: 'NEVER-TWICE R1',
    forgot: 'With a store that survives, a create that is repeated long after the lease reads the payout by its id, and sends nothing.',
    run: async (stage) => {
      const submissions = memorySubmissions();
      const { payout } = acceptedOf(await stage.make({ submissions }).createPayout(stage.request('restart')));
      await stage.advance(stage.capabilities.key.keptForMs * 3);
      const outcome = acceptedOf(await stage.elsewhere({ submissions }).createPayout(stage.request('restart')));
      same([outcome.payout.id, stage.creates.length], [payout.id, 1], 'the payout, and the requests that create');
      exist(stage, 1, 'after a restart');
    },
  },
  {
    id: 'store/lost-then-restart',
    promise: 'NEVER-TWICE R1',
    forgot: 'The store keeps when a create was prepared: after the lease it is looked up, not sent again as if the key were new.',
    run: async (stage) => {
      const submissions = memorySubmissions();
      stage.line.always(reset('after'), stage.isCreate);
      unknownOf(await stage.make({ submissions }).createPayout(stage.request('resumed')));
      stage.line.clear();
      const sent = stage.creates.length;
      await stage.advance(stage.capabilities.key.keptForMs + 3_600_000);
      const outcome = await stage.elsewhere({ submissions }).createPayout(stage.request('resumed'));
      must(outcome.outcome !== 'rejected', `the outcome is ${told(outcome)}`);
      same(stage.creates.length, sent, 'the requests that create');
      exist(stage, 1, 'after a lost answer and a restart');
    },
  },
  {
    id: 'store/other-request',
    promise: 'NEVER-TWICE R1',
    forgot:
      'Another amount under a reference that is taken is `reference_taken`, unknown. Where only words differ, the payout that was made is answered, with the notice `words_differ`. Neither sends anything.',
    run: async (stage) => {
      const { id } = await stage.accepted('taken');
      const sent = stage.creates.length;
      const conflict = unknownOf(await stage.create('taken', { money: anotherMoney(stage) }));
      same([conflict.error.code, stage.creates.length], ['reference_taken', sent], 'the code, and the requests that create');
      const { payout, notices } = acceptedOf(await stage.create('taken', { description: 'another payout' }));
      const isTold = notices.some(({ code }) => code === 'words_differ');
      same([payout.id, isTold, stage.creates.length], [id, true, sent], 'the payout, the notice, and the requests that create');
      exist(stage, 1, 'after a conflict');
    },
  },
];

/** An amount that the provider takes, and not the one of this world's creates. */
function anotherMoney({ subject, world }: Stage): Money {
  const other = subject.amounts.find(({ money }) => shown(money) !== shown(world.request['money']));
  return the(other, 'amount in the world that is not the one of its request').money;
}
