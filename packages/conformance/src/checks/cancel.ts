import { can } from '@disburse/core';
import { type Check, NotApplicable } from '../check.ts';
import { must, same } from '../must.ts';
import { hang, reset } from '../line.ts';
import { errorOf, exist, type Stage } from '../stage.ts';
import { mustBePayout } from './reading.ts';

const isWrite = ({ method }: { readonly method: string }): boolean => method !== 'GET';

const check = (what: string, forgot: string, run: (stage: Stage) => Promise<NotApplicable | void>): Check => ({
  id: `cancel/${what}`,
  promise: 'NEVER-TWICE R19',
  forgot,
  run: async (stage) => {
    if (stage.capabilities.states.cancel?.length === 0) return new NotApplicable('capabilities.states.cancel is empty');
    return run(stage);
  },
});

/** Cancels: of the right payout, in the right state, with a lost answer. */
export const cancelChecks: readonly Check[] = [
  check('cancels', 'A payout that can() calls cancelable is canceled, and the canceled payout is returned.', async (stage) => {
    const payout = await stage.accepted('canceled');
    same([can(stage.provider, 'cancel', payout), payout.cancelable], [{ ok: true }, true], 'can(cancel) of a new payout');
    const canceled = await stage.provider.cancel(payout.id);
    same(
      [canceled.id, canceled.status, canceled.cancelable, canceled.failure],
      [payout.id, 'canceled', false, null],
      'what cancel returns',
    );
    mustBePayout(canceled, stage);
    same((await stage.provider.retrieve(payout.id)).status, 'canceled', 'the status afterwards');
  }),
  check('twice', 'A second cancel of the same payout finds it canceled, and returns it.', async (stage) => {
    const { id } = await stage.accepted('twice');
    await stage.provider.cancel(id);
    same((await stage.provider.cancel(id)).status, 'canceled', 'the status that a second cancel returns');
  }),
  check(
    'too-late',
    "A cancel that comes too late is `invalid_state`, rejected. The provider's own 409 or 400 for it is no conflict of keys.",
    async (stage) => {
      if (!stage.subject.reaches.includes('paid')) return new NotApplicable('the provider never reports paid: `reaches` does not have it');
      const { id } = await stage.accepted('late');
      await stage.move(id, 'paid');
      const error = await errorOf(() => stage.provider.cancel(id), 'cancel of a paid payout');
      same([error.code, error.outcome], ['invalid_state', 'rejected'], 'code and outcome');
      const paid = await stage.provider.retrieve(id);
      same([can(stage.provider, 'cancel', paid).ok, paid.cancelable], [false, false], 'can(cancel) and cancelable of a paid payout');
      same(paid.status, 'paid', 'the status afterwards');
      return undefined;
    },
  ),
  check('not-found', 'A payout that does not exist is `not_found`, rejected.', async (stage) => {
    const { id } = await stage.accepted('exists');
    const absent = `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
    const error = await errorOf(() => stage.provider.cancel(absent), 'cancel of a payout that does not exist');
    same([error.code, error.outcome], ['not_found', 'rejected'], 'code and outcome');
  }),
  check('lost-answer', 'A lost answer is followed by a read of the payout before anything is said.', async (stage) => {
    const pages = [502, 404].map((status) => stage.answers('after', { status, body: '<html>' })); // Neither is the provider's own word.
    for (const [index, fault] of [reset('after'), hang('after'), ...pages].entries()) {
      const { id } = await stage.accepted(`lost-${index}`);
      stage.line.next(fault, isWrite);
      const { status } = await stage.make({ resends: 0 }).cancel(id);
      same(status, 'canceled', 'the status after a cancel whose answer was lost');
    }
  }),
  check(
    'unknown',
    'Where the cancel was lost and the payout can still be canceled, nobody knows: `outcome: unknown`, not rejected and not canceled.',
    async (stage) => {
      const { id } = await stage.accepted('open');
      stage.line.always(reset('before'), isWrite);
      const error = await errorOf(() => stage.provider.cancel(id), 'cancel that never arrives');
      same(error.outcome, 'unknown', 'its outcome');
      stage.line.clear();
      stage.line.always(reset('after'));
      const blind = await errorOf(() => stage.provider.cancel(id), 'cancel and read that are lost');
      same(blind.outcome, 'unknown', 'its outcome');
      exist(stage, 1, 'after cancels');
    },
  ),
  check('unauthorized', 'A credential that is not accepted is a certain refusal of a cancel.', async (stage) => {
    const { id } = await stage.accepted('who');
    stage.line.always(stage.answers('before', stage.subject.answers.unauthorized), isWrite);
    const error = await errorOf(() => stage.provider.cancel(id), 'cancel with a wrong credential');
    same([error.code, error.outcome], ['authentication', 'rejected'], 'code and outcome');
    must(stage.line.requests.filter(isWrite).length <= 3, 'a refused cancel was sent again and again');
  }),
];
