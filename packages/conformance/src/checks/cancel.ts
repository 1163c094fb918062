import { reasonAgainst } from '@disburse/core';
import { type Check, NotApplicable } from '../check.ts';
import { must, same } from '../must.ts';
import { hang, reset } from '../fault-proxy.ts';
import { errorOf, exist, type Harness } from '../harness.ts';
import { mustBePayout } from './reading.ts';

const isWrite = ({ method }: { readonly method: string }): boolean => method !== 'GET';

const check = (what: string, forgot: string, run: (harness: Harness) => Promise<NotApplicable | void>): Check => ({
  id: `cancel/${what}`,
  promise: 'NEVER-TWICE R19',
  forgot,
  run: async (harness) => {
    if (harness.capabilities.states.cancel?.length === 0) return new NotApplicable('capabilities.states.cancel is empty');
    return run(harness);
  },
});

/** Cancels: of the right payout, in the right state, with a lost answer. */
export const cancelChecks: readonly Check[] = [
  check(
    'cancels',
    'A payout that reasonAgainst() has nothing against canceling is canceled, and the canceled payout is returned.',
    async (harness) => {
      const payout = await harness.accepted('canceled');
      same([reasonAgainst(harness.provider, 'cancel', payout), payout.cancelable], [null, true], 'reasonAgainst(cancel) of a new payout');
      const canceled = await harness.provider.cancel(payout.id);
      same(
        [canceled.id, canceled.status, canceled.cancelable, canceled.failure],
        [payout.id, 'canceled', false, null],
        'what cancel returns',
      );
      mustBePayout(canceled, harness);
      same((await harness.provider.retrieve(payout.id)).status, 'canceled', 'the status afterwards');
    },
  ),
  check('twice', 'A second cancel of the same payout finds it canceled, and returns it.', async (harness) => {
    const { id } = await harness.accepted('twice');
    await harness.provider.cancel(id);
    same((await harness.provider.cancel(id)).status, 'canceled', 'the status that a second cancel returns');
  }),
  check(
    'too-late',
    "A cancel that comes too late is `invalid_state`, rejected. The provider's own 409 or 400 for it is no conflict of keys.",
    async (harness) => {
      if (!harness.subject.reaches.includes('paid'))
        return new NotApplicable('the provider never reports paid: `reaches` does not have it');
      const { id } = await harness.accepted('late');
      await harness.move(id, 'paid');
      const error = await errorOf(() => harness.provider.cancel(id), 'cancel of a paid payout');
      same([error.code, error.outcome], ['invalid_state', 'rejected'], 'code and outcome');
      const paid = await harness.provider.retrieve(id);
      same(
        [reasonAgainst(harness.provider, 'cancel', paid) === null, paid.cancelable],
        [false, false],
        'reasonAgainst(cancel) and cancelable of a paid payout',
      );
      same(paid.status, 'paid', 'the status afterwards');
      return undefined;
    },
  ),
  check('not-found', 'A payout that does not exist is `not_found`, rejected.', async (harness) => {
    const { id } = await harness.accepted('exists');
    const absent = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
    const error = await errorOf(() => harness.provider.cancel(absent), 'cancel of a payout that does not exist');
    same([error.code, error.outcome], ['not_found', 'rejected'], 'code and outcome');
  }),
  check('lost-answer', 'A lost answer is followed by a read of the payout before anything is said.', async (harness) => {
    const pages = [502, 404].map((status) => harness.answers('after', { status, body: '<html>' })); // Neither is the provider's own word.
    for (const [index, fault] of [reset('after'), hang('after'), ...pages].entries()) {
      const { id } = await harness.accepted(`lost-${index}`);
      harness.proxy.next(fault, isWrite);
      const { status } = await harness.make({ maxResends: 0 }).cancel(id);
      same(status, 'canceled', 'the status after a cancel whose answer was lost');
    }
  }),
  check(
    'unknown',
    'Where the cancel was lost and the payout can still be canceled, nobody knows: `outcome: unknown`, not rejected and not canceled.',
    async (harness) => {
      const { id } = await harness.accepted('open');
      harness.proxy.always(reset('before'), isWrite);
      const error = await errorOf(() => harness.provider.cancel(id), 'cancel that never arrives');
      same(error.outcome, 'unknown', 'its outcome');
      harness.proxy.clear();
      harness.proxy.always(reset('after'));
      const blind = await errorOf(() => harness.provider.cancel(id), 'cancel and read that are lost');
      same(blind.outcome, 'unknown', 'its outcome');
      exist(harness, 1, 'after cancels');
    },
  ),
  check('unauthorized', 'A credential that is not accepted is a certain refusal of a cancel.', async (harness) => {
    const { id } = await harness.accepted('who');
    harness.proxy.always(harness.answers('before', harness.subject.answers.unauthorized), isWrite);
    const error = await errorOf(() => harness.provider.cancel(id), 'cancel with a wrong credential');
    same([error.code, error.outcome], ['authentication', 'rejected'], 'code and outcome');
    must(harness.proxy.requests.filter(isWrite).length <= 3, 'a refused cancel was sent again and again');
  }),
];
