import { finalityOf, type Payout, type PayoutStatus } from '@disburse/core';
import { type Check, NotApplicable } from '../check.ts';
import { must, same, the } from '../must.ts';
import { changed } from '../fault-proxy.ts';
import { acceptedOf, hasList, type Harness } from '../harness.ts';
import { mustBePayout } from './reading.ts';

/** Words that no table has; the later ones are members of every object, or of none. */
const UNSEEN = ['on_the_moon', 'PAID', 'Paid', ' paid', 'constructor', '__proto__', 'toString', 'hasOwnProperty'];

/** The status table, the failure table, and that paid is not the end. */
export const statusChecks: readonly Check[] = [
  {
    id: 'status/table',
    promise: 'Promise 1',
    forgot: "The table is data with its source beside it, and has every word of the provider's documentation.",
    run: async (harness) => {
      const { id } = await harness.accepted('status');
      for (const { word, status, edit } of harness.subject.statuses) {
        const payout = await shownWith(harness, id, (json) => (edit ?? ((same) => same))(harness.subject.edits.status(json, word)));
        same([payout.status, payout.providerStatus], [status, word], `the status of the word ${word}`);
        mustBePayout(payout, harness);
      }
    },
  },
  {
    id: 'status/as-the-provider-moves-it',
    promise: 'Promise 1',
    forgot:
      'Each status that the provider can bring a payout to is read as that status, alone and in a list, without a memory of the one before.',
    run: async (harness) => {
      must(harness.subject.reaches.length > 0, 'the world moves a payout nowhere');
      for (const [index, to] of harness.subject.reaches.entries()) {
        const { id } = await harness.accepted(`to-${index}`);
        await harness.provider.retrieve(id); // Whoever remembers an answer is caught by the next one.
        await harness.move(id, to);
        same((await harness.provider.retrieve(id)).status, to, `the status after the provider moved it to ${to}`);
        if (hasList(harness)) same(await statusInList(harness, id), to, `the status in a list after the provider moved it to ${to}`);
        if (to === 'in_transit' && harness.subject.reaches.includes('paid')) await harness.move(id, 'paid');
      }
    },
  },
  {
    id: 'status/unseen-words',
    promise: 'Promise 2',
    forgot:
      'A word that the table does not have is `unrecognized`, with the raw word kept: never a guess, never a throw. Look tables up with Object.hasOwn.',
    run: async (harness) => {
      const { id } = await harness.accepted('unseen');
      for (const word of UNSEEN) {
        const payout = await shownWith(harness, id, (json) => harness.subject.edits.status(json, word));
        same([payout.status, payout.providerStatus], ['unrecognized', word], `the status of the unseen word ${word}`);
        same(finalityOf(payout.status), 'open', 'its finality');
      }
    },
  },
  {
    id: 'status/unseen-word-in-a-create',
    promise: 'Promise 2',
    forgot: 'A new status word in the answer to a create is no reason to lose the payout: accepted, unrecognized.',
    run: async (harness) => {
      harness.proxy.next(
        changed((json) => harness.subject.edits.status(json, 'on_the_moon')),
        harness.isCreate,
      );
      const { payout } = acceptedOf(await harness.create('unseen'));
      same([payout.status, payout.providerStatus], ['unrecognized', 'on_the_moon'], 'the status of a created payout');
    },
  },
  {
    id: 'status/paid-is-not-final',
    promise: 'Promise 4',
    forgot: 'Money comes back days after paid. Never remember a paid payout as resolved: read it again whenever it is asked for.',
    run: async (harness) => {
      const { reaches, comesBackAs } = harness.subject;
      if (!reaches.includes('paid')) return new NotApplicable('the provider never reports paid: `reaches` does not have it');
      const { id } = await harness.accepted('bounces');
      await harness.move(id, 'paid');
      const paid = await harness.provider.retrieve(id);
      same([paid.status, finalityOf(paid.status)], ['paid', 'provisional'], 'a paid payout');
      if (hasList(harness)) same(await statusInList(harness, id), 'paid', 'a paid payout in a list');
      await harness.advance(3_600_000);
      await harness.move(id, comesBackAs);
      const back = await harness.provider.retrieve(id);
      same(back.status, comesBackAs, 'the status after the money came back');
      must(back.failure !== null, 'the money came back, and failure is null');
      mustBePayout(back, harness);
      if (hasList(harness)) same(await statusInList(harness, id), comesBackAs, 'the status in a list after the money came back');
      same(acceptedOf(await harness.create('bounces')).payout.status, comesBackAs, 'the status that a repeated create tells');
      return undefined;
    },
  },
  {
    id: 'status/failure-reasons',
    promise: 'Promise 1',
    forgot: "Every failure code of the documentation has its row, the provider's own code and words are kept beside the reason.",
    run: async (harness) => {
      const { failures, edits } = harness.subject;
      if (failures.length === 0) return new NotApplicable('the provider documents no failure codes: `failures` is empty');
      const edit = the(edits.failure, 'edits.failure in the world, although failures has rows');
      const { id } = await harness.accepted('reasons');
      for (const { code, reason } of failures) {
        const { failure } = await shownWith(harness, id, (json) => edit(json, code));
        same([failure?.reason, failure?.code], [reason, code], `the reason of ${code}`);
      }
      for (const code of ['struck_by_lightning', 'constructor', '__proto__']) {
        const payout = await shownWith(harness, id, (json) => edit(json, code));
        same([payout.failure?.reason, payout.failure?.code], ['other', code], `the reason of the unseen code ${code}`);
      }
      return undefined;
    },
  },
  {
    id: 'status/no-failure-without-one',
    promise: 'Promise 2',
    forgot: 'failure is null unless the payout failed or was returned.',
    run: async (harness) => {
      const { failure, id } = await harness.accepted('fine');
      same([failure, (await harness.provider.retrieve(id)).failure], [null, null], 'failure of a new payout');
      if (harness.subject.reaches.includes('paid')) await harness.move(id, 'paid');
      same((await harness.provider.retrieve(id)).failure, null, 'failure of a paid payout');
    },
  },
];

async function statusInList(harness: Harness, id: string): Promise<PayoutStatus | undefined> {
  return (await harness.provider.list()).payouts.find((payout) => payout.id === id)?.status;
}

function shownWith(harness: Harness, id: string, edit: (json: Readonly<Record<string, unknown>>) => unknown): Promise<Payout> {
  harness.proxy.next(changed(edit));
  return harness.provider.retrieve(id);
}
