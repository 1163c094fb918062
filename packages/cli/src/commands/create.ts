import {
  type CreatePayoutRequest,
  decodeSubmission,
  isPayoutError,
  type StoredSubmission,
  nextAttempt,
  type PayoutError,
  type Submission,
} from '@disburse/core';
import type { NoOptions, RequestFeature } from '@disburse/core/adapter';
import type { Command } from 'commander';
import { ACCOUNT, type AccountOption, ofAccount } from '../account.ts';
import type { Call, Ending } from '../call.ts';
import { exactRequest, requestLines } from '../exact-request.ts';
import { CliError, EXIT, exitCodeOf } from '../exit-code.ts';
import type { Provider } from '../factories.ts';
import { assertKeeps, attemptsToResolve, fileOf, isRefused, storedAttempts, submissionRecord } from '../kept.ts';
import { allOf, mistakesOf } from '../mistakes.ts';
import { ofOtherClock } from '../other-clock.ts';
import { endWith, howToResolve, nameOf, paidAdvice, whatRetryMeans } from '../outcome.ts';
import { storedAndAsked } from '../asked.ts';
import { paidElsewhere } from '../paid-elsewhere.ts';
import { collectPairs, optionsOf } from '../pairs.ts';
import type { Perform } from '../perform.ts';
import { withProgress } from '../progress.ts';
import { askBeforeLive } from '../question.ts';
import { openSession, type Session } from '../session.ts';
import { inCommandWords } from '../words.ts';
import { facts, moneyText, timeText, widthOf } from '../tables.ts';

interface CreateOptions extends AccountOption {
  readonly reference: string;
  readonly fullBalance?: boolean | undefined;
  readonly description?: string | undefined;
  readonly destination?: string | undefined;
  readonly statementDescriptor?: string | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly options?: string | undefined;
  readonly nextAttempt?: boolean | undefined;
  readonly dryRun?: boolean | undefined;
  readonly yes?: boolean | undefined;
}

type CreateCall = Call<'create', CreateOptions>;
type Request = CreatePayoutRequest<string, NoOptions, RequestFeature>;

export function addCreate(program: Command, perform: Perform): void {
  program
    .command('create')
    .description('Make a payout.')
    .argument('[amount]', 'the exact amount in major units, such as 125.00')
    .argument('[currency]', 'the ISO 4217 code of its currency, such as EUR')
    .requiredOption('--reference <reference>', 'give it your own id, which stands for one payout for ever')
    .option('--full-balance', 'pay out everything there is, where the provider can')
    .option('--description <text>', 'describe it for people')
    .option('--destination <id>', "pay to this saved destination, by the provider's id")
    .option('--statement-descriptor <text>', 'put this text on the bank statement')
    .option('--metadata <key=value>', 'attach an entry of your own (repeatable)', collectPairs)
    .option('--options <json>', "pass the provider's own options, as JSON or as @FILE")
    .option(...ACCOUNT)
    .option('--next-attempt', 'try again after a rejection that allows it, once its cause is gone')
    .option('--dry-run', 'print the exact request, and send and write nothing')
    .option('--yes', 'skip the question before live money')
    .addHelpText(
      'after',
      `
Before the request is sent, it is written to the folder of submissions: so
nothing is paid twice.

Examples:
  $ disburse create 125.00 USD --reference seller-42-2026-11 --dry-run
  $ disburse create 125.00 USD --reference seller-42-2026-11 --description "November earnings"
  $ disburse create 10.00 USD --reference bonus-7 --provider us --options '{"method":"instant"}' --yes

Exit codes: 0 accepted, 3 rejected, 5 nothing was sent,
4 a payout may exist (submit, lookup or resolve it).`,
    )
    .action(perform('create', 'changes', create));
}

async function create(call: CreateCall): Promise<Ending<'create'>> {
  const session = await openSession(call, { offline: true });
  const { options } = call;
  const { reference } = options;
  const dry = options.dryRun === true;
  const kept = await (dry ? storedAttempts(session, reference) : attemptsToResolve(session, call.host.cwd, reference));
  const last = kept.at(-1)?.submission;
  const provider = await providerOf(call, session, last?.name);
  if (!dry) await refuseUnresolved(call, session, provider, kept);
  for (const { submission, resolution } of dry ? [] : kept) {
    if (resolution !== null && 'payoutId' in resolution) call.mayHaveSent(paidAdvice(submission, resolution.payoutId));
  }
  await session.refreshClock(); // Only now: what is on record says what a provider that cannot be asked means.
  const request = await requestOf(call, provider, kept);
  if (dry) return dryRun(call, session, provider, request, kept);
  const submission = await prepared(provider, request);
  if (isPayoutError(submission)) return refusedInput(submission, kept);
  refuseOther(kept, submission);
  const sending = toSend(kept, submission);
  const otherClock =
    sending === null || !isKept(kept, sending) ? null : await ofOtherClock({ call, session, provider, submission: sending });
  if (otherClock !== null) return endWith(call, session, otherClock, { before: kept.at(-1), asked: submission });
  if (sending !== null) await askBeforePaying(call, provider, sending);
  if (call.signal.aborted) throw new CliError('interrupted', 'Interrupted before anything was sent.');
  if (kept.length === 0) await assertKeeps(session, call.host.cwd);
  if (!isKept(kept, submission)) {
    const prepare = (attempt: NonNullable<Request['attempt']>): Promise<Submission> => provider.prepare({ ...request, attempt });
    const paid = await paidElsewhere({ call, session, provider, submission, prepare });
    if (paid !== null) return endWith(call, session, paid);
  }
  call.mayHaveSent(howToResolve({ submission, file: null }));
  const outcome = await withProgress(call, `Creating at ${provider.name}`, provider.createPayout(request, { signal: call.signal }));
  if (outcome.outcome === 'unknown' && call.signal.aborted) call.note('Interrupted: the request may have left.');
  const before = kept.find(({ submission: { attempt } }) => attempt === outcome.submission?.attempt);
  return endWith(call, session, outcome, { before, asked: submission, hasMore: hasMore(options) });
}

/** Of a reference that is kept for a connected account, that account is named: another place is another request, as core says. */
async function providerOf(call: CreateCall, session: Session, last: string | undefined): Promise<Provider> {
  const { provider, account } = call.options;
  const find = (): Provider => ofAccount(session.provider(provider ?? last), account);
  const [mistake] = await mistakesOf(find);
  if (mistake !== undefined) throw allOf(mistake, ...(await mistakesOf(() => moneyOf(call))));
  return find();
}

/** What the next command, as it is told, does not repeat. */
function hasMore({ description, destination, statementDescriptor, metadata, options }: CreateOptions): boolean {
  return [description, destination, statementDescriptor, metadata, options].some((option) => option !== undefined);
}

async function requestOf(call: CreateCall, provider: Provider, kept: readonly StoredSubmission[]): Promise<Request> {
  const { options, host } = call;
  const bagOf = (): ReturnType<typeof optionsOf> => optionsOf(options.options, provider.id, host.cwd);
  const attempt = (): Request['attempt'] => (options.nextAttempt === true ? attemptAfter(kept, options.reference) : undefined);
  const [mistake, ...more] = await mistakesOf(bagOf, () => moneyOf(call), attempt);
  if (mistake !== undefined) throw allOf(mistake, ...more, ...(await alsoWrong(call, provider)));
  const bag = await bagOf();
  return {
    ...textsOf(options),
    money: moneyOf(call),
    ...(options.nextAttempt === true ? { attempt: attempt() } : {}),
    ...(bag === undefined ? {} : { providerOptions: bag }),
  };
}

function textsOf({ reference, description, destination, statementDescriptor, metadata }: CreateOptions): Omit<Request, 'money'> {
  return {
    reference,
    ...(description === undefined ? {} : { description }),
    ...(destination === undefined ? {} : { destination }),
    ...(statementDescriptor === undefined ? {} : { statementDescriptor }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

/** What the provider says of the rest, where the command itself found something wrong. Nothing is sent. */
async function alsoWrong(call: CreateCall, provider: Provider): Promise<readonly CliError[]> {
  const [noAmount] = await mistakesOf(() => moneyOf(call));
  const money = noAmount === undefined ? moneyOf(call) : 'full_balance';
  const [rest] = await mistakesOf(() => provider.prepare({ ...textsOf(call.options), money }));
  const issues = isPayoutError(rest) ? inCommandWords(rest).issues : [];
  // An amount that nobody typed has no problem.
  const real = noAmount === undefined ? issues : issues.filter(({ path }) => path !== '' && path !== 'amount');
  return real.map(({ path, message }) => new CliError('usage', path === '' ? message : `${path}: ${message}`));
}

function moneyOf({ args: [amount, currency], options }: Pick<CreateCall, 'args' | 'options'>): Request['money'] {
  const fullBalance = options.fullBalance === true;
  if (fullBalance && amount === undefined) return 'full_balance';
  if (fullBalance) throw new CliError('usage', 'say an amount or --full-balance, not both.');
  if (amount === undefined || currency === undefined) {
    throw new CliError('usage', 'say how much: disburse create 125.00 EUR --reference REFERENCE, or --full-balance.');
  }
  return { amount, currency: currency.toUpperCase() };
}

/** What would go out now: nothing where the reference is resolved; of what was refused and may be sent again, the kept one. */
function toSend(kept: readonly StoredSubmission[], asked: Submission): Submission | null {
  const refused = kept.find(({ resolution }) => resolution === null)?.submission;
  return refused ?? (isKept(kept, asked) ? null : asked);
}

async function askBeforePaying(call: CreateCall, provider: Provider, submission: Submission): Promise<void> {
  const sent = await decodeSubmission(provider, submission);
  if (call.options.yes !== true && submission.live !== false) {
    for (const line of whatWillHappen(call, provider, { ...submission, ...sent })) call.note(line);
  }
  await askBeforeLive(call, submission.live, `Pay ${moneyText(sent?.money ?? submission.money)} through ${provider.name}?`);
}

/** A later attempt follows only a rejection that is on record and allows it; the store knows. */
function attemptAfter(kept: readonly StoredSubmission[], reference: string): Request['attempt'] {
  const last = kept.at(-1);
  if (last === undefined) throw new CliError('usage', `--next-attempt: nothing is kept for ${reference}; create it without.`);
  if (!isRefused(last.resolution) || last.resolution.retry === 'never') throw noNextAttempt(last);
  return nextAttempt({ outcome: 'rejected', retry: 'next_attempt', submission: last.submission });
}

/** What the last attempt ended in instead, and what to do. */
function noNextAttempt({ submission, resolution, refused }: StoredSubmission): CliError {
  const { attempt, reference } = submission;
  const said = (how: string, advice: readonly string[]): CliError =>
    new CliError('usage', `--next-attempt: attempt ${attempt} of ${reference} ${how}`, { advice });
  const submit = `disburse submit ${nameOf({ submission, file: null })}`;
  if (resolution === null) {
    if (refused != null) return said('was refused and may be sent again, unchanged: it is not used up.', [`${submit} sends it again.`]);
    return said('did not end yet: a payout may exist.', [`${submit} resolves it: it may be repeated, and cannot pay twice.`]);
  }
  if (!isRefused(resolution)) {
    return said(`did not end in a rejection: it was accepted as ${resolution.payoutId}.`, paidAdvice(submission, resolution.payoutId));
  }
  return said('was refused for good: no other attempt of it follows.', [whatRetryMeans('never', null, null)]);
}

/** What was sent and is not resolved may exist: another request could only make it worse. What was certainly refused may go out again. */
async function refuseUnresolved(call: CreateCall, session: Session, provider: Provider, kept: readonly StoredSubmission[]): Promise<void> {
  const open = kept.find(({ resolution, refused }) => resolution === null && refused == null);
  if (open === undefined) return;
  const { submission } = open;
  const found = { submission, file: await fileOf(session, call.host.cwd, submission) };
  const { reference, preparedAt, name } = submission;
  const other = await otherThan(call, provider, submission);
  const message =
    other === null
      ? `${reference} was submitted at ${timeText(preparedAt)} through ${name} and is not resolved: a payout may exist. Nothing was sent now.`
      : `reference ${reference} is taken by ${other[0]}, submitted at ${timeText(preparedAt)} and not resolved: that payout may exist. ${other[1]} is another request, and was not sent.`;
  const submit = `disburse submit ${nameOf(found)} resolves it: it may be repeated, and cannot pay twice.`;
  const own = other === null ? [] : ['Another payout needs a reference of its own.'];
  throw new CliError('unresolved', message, { exitCode: EXIT.unknown, advice: [...howToResolve(found), submit, ...own] });
}

/** What is kept and what is asked for, where they differ; `null` also where what was typed is no request. */
async function otherThan(call: CreateCall, provider: Provider, kept: Submission): Promise<readonly [string, string] | null> {
  try {
    const { nextAttempt: _, ...options } = call.options;
    const both = storedAndAsked(kept, await provider.prepare(await requestOf({ ...call, options }, provider, [])));
    return both[0] === both[1] ? null : both;
  } catch (error) {
    if (isPayoutError(error) || error instanceof CliError) return null;
    throw error;
  }
}

/**
 * Keeps another request under its reference away from what was refused and may be sent again.
 *
 * The store would count it as one more that may send. Then nobody could say that certainly nothing exists.
 */
function refuseOther(kept: readonly StoredSubmission[], asked: Submission): void {
  const submission = kept.find(({ resolution }) => resolution === null)?.submission;
  if (submission === undefined) return;
  const isHere = (['name', 'account', 'live'] as const).every((member) => submission[member] === asked[member]);
  const isSame = submission.fingerprint === asked.fingerprint || (submission.payment !== undefined && submission.payment === asked.payment);
  if (isHere && isSame) return;
  const { reference, name } = submission;
  const [its, now] = storedAndAsked(submission, asked);
  const differs = its === now ? '' : `: ${now} instead of ${its}`;
  const message = `reference ${reference} is kept for ${moneyText(submission.money)} through ${name}, which was refused and may be sent again. This request is another one${differs}. Nothing was sent now.`;
  const again = `disburse submit ${nameOf({ submission, file: null })} sends the kept one again, unchanged.`;
  throw new CliError('unresolved', message, { exitCode: EXIT.unknown, advice: [again, 'Another payout needs a reference of its own.'] });
}

/** Or what is wrong with what was typed. */
async function prepared(provider: Provider, request: Request): Promise<Submission | PayoutError> {
  try {
    return await provider.prepare(request);
  } catch (error) {
    if (isPayoutError(error)) return error;
    throw error;
  }
}

/** Nothing was begun. What is on record for the reference is said beside it, with the amount that is on record. */
function refusedInput(error: PayoutError, kept: readonly StoredSubmission[]): Ending<'create'> {
  const advice = kept.flatMap(({ submission, resolution }) => {
    if (resolution === null || isRefused(resolution)) return [];
    const paid = `${submission.reference} was accepted before, as ${resolution.payoutId}: ${moneyText(submission.money)} through ${submission.name}.`;
    return [paid, ...paidAdvice(submission, resolution.payoutId)];
  });
  const more = ['disburse create --help says more.'];
  return { exitCode: exitCodeOf(error, true), result: null, text: [], error, advice: advice.length === 0 ? more : advice };
}

const isKept = (kept: readonly StoredSubmission[], { attempt }: Submission): boolean =>
  kept.some(({ submission }) => submission.attempt === attempt);

function whatWillHappen(call: CreateCall, provider: Provider, submission: Submission): readonly string[] {
  const { description, statementDescriptor } = call.options;
  return facts(
    [
      ['pay', moneyText(submission.money)],
      ['through', `${provider.name} (${provider.id})`],
      ['mode', submission.live === null ? 'not told by the credential' : submission.live ? 'live' : 'test'],
      ['account', submission.account],
      ['from', submission.source],
      ['to', submission.destination ?? "what the provider's own options name, or the provider's default"],
      ['reference', `${submission.reference}${submission.attempt === 1 ? '' : `, attempt ${submission.attempt}`}`],
      ['description', description],
      ['on the statement', statementDescriptor],
      ...provider.capabilities.sideEffects.map((effect) => ['side effect', effect] as const),
    ],
    { paint: (_, text) => text, width: widthOf(call.host.stderr) },
  );
}

async function dryRun(
  call: CreateCall,
  session: Session,
  provider: Provider,
  request: Request,
  kept: readonly StoredSubmission[],
): Promise<Ending<'create'>> {
  const submission = await provider.prepare(request);
  const exact = await exactRequest(call, submission);
  const record = submissionRecord({ submission, file: await fileOf(session, call.host.cwd, submission) });
  const before = kept.length === 0 ? [] : [`${request.reference} has been submitted before: see disburse lookup ${request.reference}.`];
  return {
    exitCode: EXIT.done,
    result: { ...exact, submission: record, kept: kept.length > 0 },
    text: [...requestLines(exact), '', 'Nothing was sent and nothing was kept.', ...before],
  };
}
