import type { ListPayoutsQuery, Payout, PayoutOperations, PayoutStatus } from '@disburse/core';
import type { NoOptions } from '@disburse/core/adapter';
import { assertSupports, isPayoutError } from '@disburse/core';
import { type Command, Option } from 'commander';
import { ACCOUNT, type AccountOption, ofAccount, whose } from '../account.ts';
import type { Call, CallFacts, Ending } from '../call.ts';
import { csvLines } from '../csv.ts';
import { CliError, EXIT } from '../exit-code.ts';
import type { Provider } from '../factories.ts';
import { together } from '../mistakes.ts';
import { payoutRecord } from '../out.ts';
import { collectPairs, optionsOf } from '../pairs.ts';
import type { Perform } from '../perform.ts';
import { withProgress } from '../progress.ts';
import { askBeforeLive } from '../question.ts';
import { openSession } from '../session.ts';
import { numberOf, timeOf } from '../typed.ts';
import { balanceTable, moneyText, payoutFacts, payoutTable } from '../tables.ts';

interface BagOption extends AccountOption {
  readonly options?: string | undefined;
}
interface ChangeOptions extends BagOption {
  readonly yes?: boolean | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  readonly unset?: readonly string[] | undefined;
  readonly unsetAll?: boolean | undefined;
}
interface ListOptions extends BagOption {
  readonly status?: PayoutStatus | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly destination?: string | undefined;
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
  readonly all?: boolean | undefined;
  readonly csv?: boolean | undefined;
}

const ID = 'the id that the provider gave the payout';
const STATUSES: readonly PayoutStatus[] = ['pending', 'in_transit', 'paid', 'failed', 'canceled', 'returned', 'unrecognized'];
const OPTIONS = ['--options <json>', "pass the provider's own options, as JSON or as @FILE"] as const;
const YES = ['--yes', 'skip the question before live money'] as const;

export function addPayouts(program: Command, perform: Perform): void {
  addReads(program, perform);
  program
    .command('cancel')
    .description('Cancel a payout that has not left the provider yet.')
    .argument('<id>', ID)
    .option(...YES)
    .option(...ACCOUNT)
    .option(...OPTIONS)
    .addHelpText('after', '\nExamples:\n  $ disburse cancel po_1Nv0\n  $ disburse cancel po_1Nv0 --provider us --yes --json')
    .action(perform('cancel', 'changes', cancel));
  program
    .command('update')
    .description('Change the metadata of a payout.')
    .argument('<id>', ID)
    .option('--metadata <key=value>', 'set this entry (repeatable)', collectPairs)
    .option('--unset <key...>', 'remove these entries')
    .option('--unset-all', 'remove all entries but those that begin with disburse_')
    .option(...ACCOUNT)
    .option(...OPTIONS)
    .addHelpText('after', '\nExamples:\n  $ disburse update po_1Nv0 --metadata order=42 --unset draft')
    .action(perform('update', 'changes', update));
  program
    .command('reverse')
    .description('Bring the money of a payout back, where the provider can.')
    .argument('<id>', ID)
    .option('--metadata <key=value>', 'attach this entry to the reversal (repeatable)', collectPairs)
    .option(...YES)
    .option(...ACCOUNT)
    .option(...OPTIONS)
    .addHelpText('after', '\nExamples:\n  $ disburse reverse po_1Nv0 --yes')
    .action(perform('reverse', 'changes', reverse));
}

function addReads(program: Command, perform: Perform): void {
  program
    .command('get')
    .description('Show one payout.')
    .argument('<id>', ID)
    .option(...ACCOUNT)
    .option(...OPTIONS)
    .addHelpText('after', '\nExamples:\n  $ disburse get po_1Nv0\n  $ disburse get po_1Nv0 --json --raw')
    .action(perform('get', 'reads', get));
  program
    .command('list')
    .description('List payouts, newest first.')
    .addOption(new Option('--status <status>', 'show only payouts in this state').choices(STATUSES))
    .option('--from <time>', 'show only payouts created at this time or later (ISO 8601)')
    .option('--to <time>', 'show only payouts created before this time (ISO 8601)')
    .option('--destination <id>', 'show only payouts to this destination')
    .option('--limit <count>', 'read this many payouts a page; without it, as many as the provider likes')
    .option('--cursor <cursor>', 'go on with the page that the one before named')
    .option('--all', 'read all pages')
    .option('--csv', 'print CSV for a spreadsheet, without metadata and account numbers')
    .option(...ACCOUNT)
    .option(...OPTIONS)
    .addHelpText(
      'after',
      '\nPayouts that the provider made by itself are listed, too.\n\nExamples:\n  $ disburse list --status paid --from 2026-11-01T00:00:00Z\n  $ disburse list --all --csv > payouts.csv',
    )
    .action(perform('list', 'reads', list));
  program
    .command('balances')
    .description('Show what can be paid out now.')
    .option(...ACCOUNT)
    .option(...OPTIONS)
    .addHelpText('after', '\nExamples:\n  $ disburse balances --provider eu')
    .action(perform('balances', 'reads', balances));
}

interface Listing {
  readonly provider: ListingProvider;
  readonly account: string | null;
  readonly query: ListPayoutsQuery;
}
type ListingProvider = Provider & Pick<PayoutOperations<string, object, never>, 'list' | 'listAll'>;

interface Opened {
  readonly provider: Provider;
  /** The connected account that is asked. */
  readonly account: string | null;
  readonly id: string;
  readonly bag: { readonly providerOptions?: { readonly [provider: string]: NoOptions }; readonly signal: AbortSignal };
}

async function opened(call: CallFacts<BagOption>): Promise<Opened> {
  const session = await openSession(call);
  const provider = ofAccount(session.provider(), call.options.account);
  const bag = await optionsOf(call.options.options, provider.id, call.host.cwd);
  const { signal } = call;
  const account = call.options.account ?? session.accountOf(provider.name);
  return { provider, account, id: call.args[0] ?? '', bag: bag === undefined ? { signal } : { signal, providerOptions: bag } };
}

function endedWith(call: CallFacts, account: string | null, payout: Payout): Pick<Ending<'get'>, 'exitCode' | 'result' | 'text'> {
  const result = { payout: payoutRecord(payout, call.options.raw, account) };
  return { exitCode: EXIT.done, result, text: payoutFacts(payout, call, account) };
}

async function get(call: Call<'get', BagOption>): Promise<Ending<'get'>> {
  const { provider, account, id, bag } = await opened(call);
  return endedWith(call, account, await withProgress(call, `Reading ${id}`, provider.retrieve(id, bag)));
}

async function cancel(call: Call<'cancel', ChangeOptions>): Promise<Ending<'cancel'>> {
  const { provider, account, id, bag } = await opened(call);
  await askAbout(call, provider, id, 'Cancel');
  call.mayHaveChanged(howToSee(call, provider, id));
  return endedWith(call, account, await withProgress(call, `Canceling ${id}`, provider.cancel(id, bag)));
}

async function reverse(call: Call<'reverse', ChangeOptions>): Promise<Ending<'reverse'>> {
  const { provider, account, id, bag } = await opened(call);
  assertSupports(provider, 'reverse');
  await askAbout(call, provider, id, 'Reverse');
  const { metadata } = call.options;
  call.mayHaveChanged(howToSee(call, provider, id));
  const reversal = provider.reverse(id, metadata === undefined ? {} : { metadata }, bag);
  return endedWith(call, account, await withProgress(call, `Reversing ${id}`, reversal));
}

/** Cancel, update and reverse may all be repeated: what is done already is found done. */
function howToSee({ options }: CallFacts<AccountOption>, provider: Provider, id: string): readonly string[] {
  return [
    'Run it again: it finds out how this one ended, and nothing is done twice.',
    `disburse get ${id} ${whose(provider.name, options.account)} only reads.`,
  ];
}

/** Reads the payout first, unless nobody would be asked. */
async function askAbout(call: CallFacts<ChangeOptions>, provider: Provider, id: string, what: string): Promise<void> {
  if (call.options.yes === true) return;
  const payout = await provider.retrieve(id, { signal: call.signal });
  await askBeforeLive(call, payout.live, `${what} ${id}, ${moneyText(payout.money)}?`);
}

async function update(call: Call<'update', ChangeOptions>): Promise<Ending<'update'>> {
  const { metadata, unset = [], unsetAll } = call.options;
  if (metadata === undefined && unset.length === 0 && unsetAll !== true) {
    throw new CliError('usage', 'say what to change: --metadata key=value, --unset key or --unset-all.');
  }
  if (unsetAll === true && (metadata !== undefined || unset.length > 0)) {
    throw new CliError('usage', '--unset-all goes with no other change.');
  }
  const { provider, account, id, bag } = await opened(call);
  assertSupports(provider, 'update');
  const change = unsetAll === true ? null : { ...metadata, ...Object.fromEntries(unset.map((key) => [key, null])) };
  call.mayHaveChanged(howToSee(call, provider, id));
  return endedWith(call, account, await withProgress(call, `Updating ${id}`, provider.update(id, { metadata: change }, bag)));
}

async function list(call: Call<'list', ListOptions>): Promise<Ending<'list'>> {
  const { from, to, all, raw, csv } = call.options;
  const [times, { provider, account, query: typed }] = await together(
    () => timesOf({ from, to }),
    () => listing(call),
    () => oneForm(call.options),
  );
  const query = { ...typed, ...times };
  const { signal } = call;
  const pages = all === true ? everything(provider, query, signal) : provider.list(query, { signal });
  const { payouts, nextCursor } = await withProgress(call, 'Listing', pages);
  return {
    exitCode: EXIT.done,
    result: { payouts: payouts.map((payout) => payoutRecord(payout, raw, account)), nextCursor },
    text: csv === true ? csvLines(payouts, account) : payouts.length === 0 ? ['No payouts.'] : payoutTable(payouts, call),
    advice: nextCursor === null ? [] : [moreText(payouts.length, nextCursor)],
  };
}

function oneForm({ csv, json }: CallFacts<ListOptions>['options']): void {
  if (csv === true && json === true) throw new CliError('usage', 'say --csv or --json, not both.');
}

const moreText = (count: number, cursor: string): string =>
  `${count} ${count === 1 ? 'payout is' : 'payouts are'} shown, and there are more. Add --cursor ${cursor} for the next page, or --all for all of them.`;

async function timesOf({ from, to }: Pick<ListOptions, 'from' | 'to'>): Promise<Pick<ListPayoutsQuery, 'createdFrom' | 'createdTo'>> {
  const [createdFrom, createdTo] = await together(
    () => (from === undefined ? undefined : timeOf('--from', from)),
    () => (to === undefined ? undefined : timeOf('--to', to)),
  );
  return { ...(createdFrom === undefined ? {} : { createdFrom }), ...(createdTo === undefined ? {} : { createdTo }) };
}

/** The provider and what is asked of it, but for the times, which the command checks more strictly. */
async function listing(call: Call<'list', ListOptions>): Promise<Listing> {
  const { status, destination, limit, cursor } = call.options;
  const { provider, account, bag } = await opened(call);
  assertSupports(provider, 'list');
  const query: ListPayoutsQuery = {
    ...(status === undefined ? {} : { status }),
    ...(destination === undefined ? {} : { destination }),
    ...(limit === undefined ? {} : { limit: numberOf(limit) }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(bag.providerOptions === undefined ? {} : { providerOptions: bag.providerOptions }),
  };
  await provider.list(query, { signal: AbortSignal.abort() }).catch(refused); // Only checked: nothing is sent.
  return { provider, account, query };
}

/** What was aborted had no problem. */
function refused(error: unknown): void {
  if (!isPayoutError(error) || error.code !== 'aborted') throw error;
}

async function everything(
  provider: ListingProvider,
  query: ListPayoutsQuery,
  signal: AbortSignal,
): Promise<{ readonly payouts: readonly Payout[]; readonly nextCursor: null }> {
  const payouts: Payout[] = [];
  for await (const payout of provider.listAll(query, { signal })) payouts.push(payout);
  return { payouts, nextCursor: null };
}

async function balances(call: Call<'balances', BagOption>): Promise<Ending<'balances'>> {
  const { provider, bag } = await opened(call);
  assertSupports(provider, 'balances');
  const found = await withProgress(call, 'Reading balances', provider.balances(bag));
  return { exitCode: EXIT.done, result: { balances: found }, text: balanceTable(found, call) };
}
