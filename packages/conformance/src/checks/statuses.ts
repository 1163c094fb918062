import { finalityOf, type Payout, type PayoutStatus } from '@disburse/core';
import { type Check, NotApplicable } from '../check.ts';
import { must, same, the } from '../must.ts';
import { changed } from '../line.ts';
import { acceptedOf, hasList, type Stage } from '../stage.ts';
import { mustBePayout } from './reading.ts';

/** Words that no table has; the later ones are members of every object, or of none. */
const UNSEEN = ['on_the_moon', 'PAID', 'Paid', ' paid', 'constructor', '__proto__', 'toString', 'hasOwnProperty'];

/** The status table, the failure table, and that paid is not the end. */
export const statusChecks: readonly Check[] = [
  {
    id: 'status/table',
    promise: 'Promise 1',
    forgot: "The table is data with its source beside it, and has every word of the provider's documentation.",
    run: async (stage) => {
      const { id } = await stage.accepted('status');
      for (const { word, status, edit } of stage.subject.statuses) {
        const payout = await shownWith(stage, id, (json) => (edit ?? ((same) => same))(stage.subject.edits.status(json, word)));
        same([payout.status, payout.providerStatus], [status, word], `the status of the word ${word}`);
        mustBePayout(payout, stage);
      }
    },
  },
  {
    id: 'status/as-the-provider-moves-it',
    promise: 'Promise 1',
    forgot:
      'Each status that the provider can bring a payout to is read as that status, alone and in a list, without a memory of the one before.',
    run: async (stage) => {
      must(stage.subject.reaches.length > 0, 'the world moves a payout nowhere');
      for (const [index, to] of stage.subject.reaches.entries()) {
        const { id } = await stage.accepted(`to-${index}`);
        await stage.provider.retrieve(id); // Whoever remembers an answer is caught by the next one.
        await stage.move(id, to);
        same((await stage.provider.retrieve(id)).status, to, `the status after the provider moved it to ${to}`);
        if (hasList(stage)) same(await statusInList(stage, id), to, `the status in a list after the provider moved it to ${to}`);
        if (to === 'in_transit' && stage.subject.reaches.includes('paid')) await stage.move(id, 'paid');
      }
    },
  },
  {
    id: 'status/unseen-words',
    promise: 'Promise 2',
    forgot:
      'A word that the table does not have is `unrecognized`, with the raw word kept: never a guess, never a throw. Look tables up with Object.hasOwn.',
    run: async (stage) => {
      const { id } = await stage.accepted('unseen');
      for (const word of UNSEEN) {
        const payout = await shownWith(stage, id, (json) => stage.subject.edits.status(json, word));
        same([payout.status, payout.providerStatus], ['unrecognized', word], `the status of the unseen word ${word}`);
        same(finalityOf(payout.status), 'open', 'its finality');
      }
    },
  },
  {
    id: 'status/unseen-word-in-a-create',
    promise: 'Promise 2',
    forgot: 'A new status word in the answer to a create is no reason to lose the payout: accepted, unrecognized.',
    run: async (stage) => {
      stage.line.next(
        changed((json) => stage.subject.edits.status(json, 'on_the_moon')),
        stage.isCreate,
      );
      const { payout } = acceptedOf(await stage.create('unseen'));
      same([payout.status, payout.providerStatus], ['unrecognized', 'on_the_moon'], 'the status of a created payout');
    },
  },
  {
    id: 'status/paid-is-not-final',
    promise: 'Promise 4',
    forgot: 'Money comes back days after paid. Never remember a paid payout as settled: read it again whenever it is asked for.',
    run: async (stage) => {
      const { reaches, comesBackAs } = stage.subject;
      if (!reaches.includes('paid')) return new NotApplicable('the provider never reports paid: `reaches` does not have it');
      const { id } = await stage.accepted('bounces');
      await stage.move(id, 'paid');
      const paid = await stage.provider.retrieve(id);
      same([paid.status, finalityOf(paid.status)], ['paid', 'provisional'], 'a paid payout');
      if (hasList(stage)) same(await statusInList(stage, id), 'paid', 'a paid payout in a list');
      await stage.advance(3_600_000);
      await stage.move(id, comesBackAs);
      const back = await stage.provider.retrieve(id);
      same(back.status, comesBackAs, 'the status after the money came back');
      must(back.failure !== null, 'the money came back, and failure is null');
      mustBePayout(back, stage);
      if (hasList(stage)) same(await statusInList(stage, id), comesBackAs, 'the status in a list after the money came back');
      same(acceptedOf(await stage.create('bounces')).payout.status, comesBackAs, 'the status that a repeated create tells');
      return undefined;
    },
  },
  {
    id: 'status/failure-reasons',
    promise: 'Promise 1',
    forgot: "Every failure code of the documentation has its row, the provider's own code and words are kept beside the reason.",
    run: async (stage) => {
      const { failures, edits } = stage.subject;
      if (failures.length === 0) return new NotApplicable('the provider documents no failure codes: `failures` is empty');
      const edit = the(edits.failure, 'edits.failure in the world, although failures has rows');
      const { id } = await stage.accepted('reasons');
      for (const { code, reason } of failures) {
        const { failure } = await shownWith(stage, id, (json) => edit(json, code));
        same([failure?.reason, failure?.code], [reason, code], `the reason of ${code}`);
      }
      for (const code of ['struck_by_lightning', 'constructor', '__proto__']) {
        const payout = await shownWith(stage, id, (json) => edit(json, code));
        same([payout.failure?.reason, payout.failure?.code], ['other', code], `the reason of the unseen code ${code}`);
      }
      return undefined;
    },
  },
  {
    id: 'status/no-failure-without-one',
    promise: 'Promise 2',
    forgot: 'failure is null unless the payout failed or was returned.',
    run: async (stage) => {
      const { failure, id } = await stage.accepted('fine');
      same([failure, (await stage.provider.retrieve(id)).failure], [null, null], 'failure of a new payout');
      if (stage.subject.reaches.includes('paid')) await stage.move(id, 'paid');
      same((await stage.provider.retrieve(id)).failure, null, 'failure of a paid payout');
    },
  },
];

async function statusInList(stage: Stage, id: string): Promise<PayoutStatus | undefined> {
  return (await stage.provider.list()).payouts.find((payout) => payout.id === id)?.status;
}

function shownWith(stage: Stage, id: string, edit: (json: Readonly<Record<string, unknown>>) => unknown): Promise<Payout> {
  stage.line.next(changed(edit));
  return stage.provider.retrieve(id);
}
