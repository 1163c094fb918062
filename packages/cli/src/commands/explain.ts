import { reasonAgainst, finalityOf, type StoredSubmission, type Payout } from '@disburse/core';
import type { Command } from 'commander';
import { ACCOUNT, type AccountOption, ofAccount, whose } from '../account.ts';
import type { Call, Ending } from '../call.ts';
import { EXIT } from '../exit-code.ts';
import type { AdapterId, Provider } from '../factories.ts';
import { fileOf, type FoundSubmission, isRefused, storedAttempts, submissionRecord } from '../kept.ts';
import { nameOf } from '../outcome.ts';
import { payoutRecord } from '../out.ts';
import type { Perform } from '../perform.ts';
import { withProgress } from '../progress.ts';
import { REVERSAL_CONDITION, reversalRefused } from '../reversals.ts';
import type { PossibleRecord, Results, SubmissionRecord } from '../records.ts';
import { openSession, type Session } from '../session.ts';
import { FINALITY_WORDS } from '../style.ts';
import { payoutFacts, timeText } from '../tables.ts';

/** What each provider says about money that comes back. "Does not say" is a fact, too: nobody has found a limit. */
const RETURNS: Readonly<Record<AdapterId, { readonly text: string; readonly source: string }>> = {
  stripe: {
    text: 'A bank can send a paid payout back, usually within five business days, sometimes later. It then reads failed.',
    source: 'https://docs.stripe.com/api/payouts/object#payout_object-status',
  },
  'stripe-treasury': {
    text: 'A posted payment can be returned. Stripe does not say for how long. It then reads returned, and the money is back in the financial account.',
    source: 'https://docs.stripe.com/api/treasury/outbound_payments/object',
  },
  balance: {
    text: 'A bank can return the money, and it goes into the next payout. Mollie says neither for how long, nor whether a completed payout then reads returned.',
    source: 'https://docs.mollie.com/reference/get-payout',
  },
};

/** A payout moves on by itself: what is possible now may be refused a moment later. */
const CANCEL_CONDITION = 'Only as long as it is pending: the provider refuses it from then on.';

export function addExplain(program: Command, perform: Perform): void {
  program
    .command('explain')
    .description('Show what is known of a payout, and what may still happen to it.')
    .argument('<id>', 'the id that the provider gave the payout')
    .option(...ACCOUNT)
    .addHelpText('after', '\nExamples:\n  $ disburse explain po_1Nv0')
    .action(perform('explain', 'reads', explain));
}

async function explain(call: Call<'explain', AccountOption>): Promise<Ending<'explain'>> {
  const session = await openSession(call);
  const provider = ofAccount(session.provider(), call.options.account);
  const id = call.args[0] ?? '';
  const payout = await withProgress(call, `Reading ${id}`, provider.retrieve(id, { signal: call.signal }));
  const account = call.options.account ?? session.accountOf(provider.name);
  const kept = await submissionOf(call, session, payout);
  const submission = kept?.submission ?? null;
  const result: Results['explain'] = {
    payout: payoutRecord(payout, call.options.raw, account),
    finality: finalityOf(payout.status),
    returns: RETURNS[provider.id as AdapterId], // Every provider of a configuration is made by one of the factories.
    cancel: possible(provider, 'cancel', payout, CANCEL_CONDITION),
    reverse: reversalOf(provider, payout, account, session.now()),
    submission,
    recorded: kept?.recorded ?? null,
    facts: factsOf(session, payout, kept),
  };
  const text = [...payoutFacts(payout, call, account), '', ...linesOf(result, call.options.account)];
  return { exitCode: EXIT.done, result, text, advice: kept?.advice ?? [] };
}

function possible(provider: Provider, operation: 'cancel' | 'reverse', payout: Payout, condition: string | null): PossibleRecord {
  const reason = reasonAgainst(provider, operation, payout);
  return reason === null ? { possible: true, reason, condition } : { possible: false, reason, condition: null };
}

/** Only Stripe reverses payouts, and not all of them. */
function reversalOf(provider: Provider, payout: Payout, account: string | null, now: number): PossibleRecord {
  const isStripe = provider.id === 'stripe';
  const able = possible(provider, 'reverse', payout, isStripe ? REVERSAL_CONDITION : null);
  const reason = able.possible && isStripe ? reversalRefused(payout, account, now) : null;
  return reason === null ? able : { possible: false, reason, condition: null };
}

/** What was submitted for a payout from here, and what is on record of it. */
interface KeptOfIt {
  readonly submission: SubmissionRecord;
  readonly recorded: 'accepted' | 'unresolved' | 'rejected';
  readonly advice: readonly string[];
}

/** A provider that gives no reference back leaves nothing to look for. */
async function submissionOf(call: Call<'explain'>, session: Session, payout: Payout): Promise<KeptOfIt | null> {
  if (payout.reference === null) return null;
  const kept = await storedAttempts(session, payout.reference);
  const row = kept.find((one) => payoutIdOf(one) === payout.id) ?? kept.find((one) => payoutIdOf(one) === null && carries(payout, one));
  if (row === undefined) return null;
  const found = { submission: row.submission, file: await fileOf(session, call.host.cwd, row.submission) };
  const recorded = row.resolution === null ? 'unresolved' : isRefused(row.resolution) ? 'rejected' : 'accepted';
  return { submission: submissionRecord(found), recorded, advice: recorded === 'accepted' ? [] : howToRecord(found, recorded, payout) };
}

const payoutIdOf = ({ resolution }: StoredSubmission): string | null =>
  resolution !== null && 'payoutId' in resolution ? resolution.payoutId : null;

/** By its metadata: another attempt, or another program, has the same reference and another key. */
const carries = ({ metadata }: Payout, { submission }: StoredSubmission): boolean =>
  submission.correlation.by === 'metadata' && Object.values(metadata).includes(submission.correlation.token);

/** The record does not say yet what the provider shows. */
function howToRecord(found: FoundSubmission, recorded: 'unresolved' | 'rejected', { id }: Payout): readonly string[] {
  const name = nameOf(found);
  return recorded === 'unresolved'
    ? [`disburse lookup ${name} reads and records it; disburse submit ${name} does so, too, and cannot pay twice.`]
    : [`disburse resolve ${name} --payout-id ${id} corrects the record. Send no other attempt of it.`];
}

const RECORDED: Readonly<Record<KeptOfIt['recorded'], string>> = {
  accepted: '',
  unresolved: ' It is not resolved yet: how it ended is not on record.',
  rejected: ' It is on record as rejected, or as absent by the word of a person, and yet this payout carries its key.',
};

function factsOf(session: Session, payout: Payout, kept: KeptOfIt | null): readonly string[] {
  const read = `Read from ${payout.name} (${payout.provider}) at ${timeText(new Date(session.now()).toISOString())}; ${payout.providerStatus} is the provider's own word.`;
  const origin = payout.automatic
    ? "The provider's schedule made it, no request of yours."
    : kept === null
      ? 'No submission for it is kept here: another program or place made it, or the provider gives no reference back.'
      : submittedAs(kept);
  const reversal = [
    payout.reverses === null ? [] : [`It brings the money of ${payout.reverses} back.`],
    payout.reversedBy === null ? [] : [`${payout.reversedBy} brings its money back.`],
  ].flat();
  const arrival =
    payout.expectedArrival === null || finalityOf(payout.status) !== 'open'
      ? []
      : [`Expected to arrive ${timeText(payout.expectedArrival)}.`];
  return [read, origin, ...reversal, ...arrival];
}

function submittedAs({ submission, recorded }: KeptOfIt): string {
  const { preparedAt, reference, file } = submission;
  return `Submitted from here at ${timeText(preparedAt)}, reference ${reference}, kept in ${file ?? 'the folder of submissions'}.${RECORDED[recorded]}`;
}

function linesOf(
  { payout, finality, returns, cancel, reverse, facts }: Results['explain'],
  account: string | undefined,
): readonly string[] {
  const typed = `${payout.id} ${whose(payout.name, account)}`;
  const mayReturn = finality === 'final' ? [] : [`${returns.text} (${returns.source})`];
  return [
    ...facts,
    `${payout.status} is ${finality}: ${FINALITY_WORDS[finality]}.`,
    ...mayReturn,
    cancel.possible
      ? `It can be canceled as long as it is pending: disburse cancel ${typed}`
      : `It cannot be canceled. ${cancel.reason ?? ''}`,
    ...reversalLines(typed, reverse),
  ];
}

function reversalLines(typed: string, reverse: PossibleRecord): readonly string[] {
  if (!reverse.possible) return [`It cannot be reversed. ${reverse.reason ?? ''}`];
  const command = `disburse reverse ${typed}`;
  return reverse.condition === null
    ? [`It can be reversed: ${command}`]
    : [`It may be possible to reverse it: ${command}`, reverse.condition];
}
