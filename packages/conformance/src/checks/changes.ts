import { type Balance, reasonAgainst, type Payout, type UnreadableRow } from '@disburse/core';
import { deriveReversalKey, type OptionalOperation } from '@disburse/core/adapter';
import { type Check, NotApplicable } from '../check.ts';
import { must, same, shown, the } from '../must.ts';
import { type Fault, reset } from '../fault-proxy.ts';
import { errorOf, exist, optional, type Harness } from '../harness.ts';
import { mustBePayout } from './reading.ts';

const isWrite = ({ method }: { readonly method: string }): boolean => method !== 'GET';

const check = (
  operation: OptionalOperation,
  what: string,
  promise: string,
  forgot: string,
  run: (harness: Harness) => Promise<void>,
): Check => ({
  id: `${operation}/${what}`,
  promise,
  forgot,
  run: async (harness) => {
    if (!harness.capabilities.operations.includes(operation))
      return new NotApplicable(`capabilities.operations does not have ${operation}`);
    await run(harness);
    return undefined;
  },
});

const R19 = 'NEVER-TWICE R19';

/** Update, reverse and balances, where they are declared. */
export const changeChecks: readonly Check[] = [
  check('update', 'metadata', R19, 'update sets keys, removes those that are null, and leaves the others.', async (harness) => {
    const { id, metadata: ours } = await harness.accepted('updated');
    same((await update(harness, id, { a: '1', b: '2' })).metadata, { ...ours, a: '1', b: '2' }, 'the metadata after two keys were set');
    const left = await update(harness, id, { a: null });
    same(left.metadata, { ...ours, b: '2' }, 'the metadata after one key was removed');
    mustBePayout(left, harness);
    same((await harness.provider.retrieve(id)).metadata, left.metadata, 'the metadata, read again');
  }),
  check(
    'update',
    'keeps-ours',
    'NEVER-TWICE R17',
    'Removing all metadata leaves disburse_*: a lookup recognises payouts by it.',
    async (harness) => {
      const { id, metadata: ours } = await harness.accepted('protected');
      await update(harness, id, { a: '1' });
      same((await update(harness, id, null)).metadata, ours, 'the metadata after all was removed');
      same((await harness.provider.retrieve(id)).metadata, ours, 'the metadata, read again');
      const sent = harness.proxy.requests.length;
      for (const metadata of [{ disburse_key: null }, { disburse_reference: 'x' }]) {
        same(
          (await errorOf(() => update(harness, id, metadata), `update of ${Object.keys(metadata).join()}`)).code,
          'invalid_request',
          'its code',
        );
      }
      same(harness.proxy.requests.length, sent, 'requests of refused updates');
    },
  ),
  check('update', 'lost-answer', R19, 'A lost answer is followed by a read that shows whether the change is there.', async (harness) => {
    const { id } = await harness.accepted('lost');
    harness.proxy.always(reset('after'), isWrite);
    same((await update(harness, id, { a: '1' })).metadata['a'], '1', 'the metadata after an update whose answer was lost');
  }),
  check('reverse', 'reverses', R19, 'reverse returns the payout that brings the money back, and both name each other.', async (harness) => {
    const paid = await reversible(harness, 'reversed');
    const reversal = await reverse(harness, paid.id);
    must(reversal.id !== paid.id, 'reverse returns the payout that was reversed, not the one that reverses it');
    same(reversal.reverses, paid.id, 'reverses');
    mustBePayout(reversal, harness);
    const after = await harness.provider.retrieve(paid.id);
    same(after.reversedBy, reversal.id, 'reversedBy');
    same(reasonAgainst(harness.provider, 'reverse', after) === null, false, 'reasonAgainst(reverse) of a reversed payout');
    exist(harness, 2, 'after a reversal');
  }),
  check(
    'reverse',
    'once',
    R19,
    'The key of a reversal is derived, the payout is read before and after: a second call finds the first reversal.',
    async (harness) => {
      const paid = await reversible(harness, 'once');
      harness.proxy.always(reset('after'), isWrite);
      const [lost] = await Promise.allSettled([reverse(harness, paid.id)]);
      harness.proxy.clear();
      const reversal = await reverse(harness, paid.id);
      must(lost?.status === 'rejected' || shown(lost?.value.id) === shown(reversal.id), 'two calls return two reversals');
      exist(harness, 2, 'after a lost reversal and another');
      const key = await deriveReversalKey({
        account: (await harness.provider.prepare(harness.request('x'))).account,
        payoutId: paid.id,
        attempt: 1,
      });
      const sent = harness.proxy.requests.filter((request) => isWrite(request) && !harness.isCreate(request));
      must(
        sent.length > 0 && sent.every(({ headers }) => Object.values(headers).includes(key)),
        `a reversal was sent without its derived key ${key}`,
      );
    },
  ),
  check(
    'reverse',
    'wrong-state',
    R19,
    'A payout that cannot be reversed in its state is refused: rejected, and nothing exists.',
    async (harness) => {
      const { id } = await harness.accepted('open');
      const error = await errorOf(() => reverse(harness, id), 'reverse of a pending payout');
      must(
        ['invalid_state', 'invalid_request'].includes(error.code) && error.outcome === 'rejected',
        `it is ${error.code}, ${error.outcome ?? 'without outcome'}`,
      );
      exist(harness, 1, 'after a refused reversal');
    },
  ),
  check(
    'balances',
    'exact',
    'Promise 5',
    'Balances are Money: major units, ISO digits, upper-case codes, from the same profile as payouts.',
    async (harness) => {
      const expected = the(harness.world.available, 'available() in the world, although balances is declared')();
      const balances = (await optional(harness.provider, 'balances')()) as readonly Balance[];
      const shownNow = balances.map(({ available }) => shown(available)).sort();
      same(shownNow, expected.map(shown).sort(), 'what is available');
      must(
        balances.every(({ source }) => typeof source === 'string' && source !== ''),
        'a balance does not say which pot it is',
      );
      same(JSON.parse(JSON.stringify(balances)), balances, 'the balances after JSON');
    },
  ),
  check(
    'balances',
    'unreadable-row',
    'Promise 2',
    'A balance that cannot be read names itself and hides no other: read rows with readRows of core, and hand its `unreadable` on.',
    async (harness) => {
      const [first] = the(harness.world.available, 'available() in the world, although balances is declared')();
      const { currency } = the(first, 'balance in the world');
      // A currency that nobody knows, as a new one is for every program that is older.
      const renamed: Fault = async (_, deliver) => {
        const real = await deliver();
        return { ...real, text: real.text.replaceAll(new RegExp(`"(${currency})"`, 'gi'), '"$1c"') };
      };
      harness.proxy.always(renamed, (request) => !isWrite(request));
      const balances = optional(harness.provider, 'balances');
      const error = await errorOf(() => balances(), 'balances in a currency that nobody knows');
      same(error.code, 'unexpected_response', 'its code');
      must(error.message.toUpperCase().includes(`${currency}C`), 'the error does not say which row it is');
      const heard: UnreadableRow[] = [];
      const rest = (await balances({ onUnreadable: (row: UnreadableRow) => void heard.push(row) })) as readonly Balance[];
      must(heard.length > 0, 'onUnreadable heard of no row');
      must(
        rest.every(({ available }) => available.currency !== currency),
        'a balance that could not be read is told all the same',
      );
    },
  ),
];

async function update(harness: Harness, id: string, metadata: Readonly<Record<string, string | null>> | null): Promise<Payout> {
  return (await optional(harness.provider, 'update')(id, { metadata })) as Payout;
}

async function reverse(harness: Harness, id: string): Promise<Payout> {
  return (await optional(harness.provider, 'reverse')(id)) as Payout;
}

/** A payout in a state in which it can be reversed. */
async function reversible(harness: Harness, reference: string): Promise<Payout> {
  const { id } = await harness.accepted(reference);
  const state = harness.subject.reaches.find((to) => harness.capabilities.states.reverse?.includes(to) === true);
  await harness.move(id, the(state, 'status in `reaches` in which capabilities.states.reverse allows a reversal'));
  const payout = await harness.provider.retrieve(id);
  same(reasonAgainst(harness.provider, 'reverse', payout), null, 'reasonAgainst(reverse)');
  return payout;
}
