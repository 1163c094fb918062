// The operations of a provider, around what its adapter wrote: input is checked and each call is told before the adapter is asked.
import type { PayoutProviderSpec } from './adapter.ts';
import { disagreeing, disagreementError } from './agreement.ts';
import { assertNoCall, checkedOptions, readCall } from './call-options.ts';
import { changeProblems, checkedCall, checkedDecision, dataOf, idProblems, reversalProblems } from './call-request.ts';
import { cancelAndSee, reverseAndSee, updateAndSee } from './changes.ts';
import { bagOf, bagProblems } from './create-request.ts';
import type { Inside } from './define-provider.ts';
import type { Engine, ErasedOperations } from './engine.ts';
import { PayoutError } from './errors.ts';
import { deriveKey } from './idempotency.ts';
import { submitGiven } from './kept.ts';
import { checkAllQuery, checkQuery, listEvery, listPage, queryOf, type ReadPage } from './list.ts';
import { listWindows } from './list-windows.ts';
import { lookupKept } from './lookup-kept.ts';
import { endingOf, perform } from './operation.ts';
import { parseWebhook } from './parse-webhook.ts';
import type { PayoutOutcome } from './outcome.ts';
import { assertBound } from './prepare.ts';
import type {
  AnyPayoutProvider,
  CallOptions,
  CallWith,
  Decision,
  ListAllPayoutsQuery,
  ListPayoutsQuery,
  OptionalOperation,
  ReadingOptions,
  ReversePayout,
  UpdatePayout,
} from './provider.ts';
import { settleKept } from './settle.ts';
import { parseSubmission, type Submission } from './submission.ts';
import { type OnUnreadable, pastUnreadable, withoutListener } from './unreadable.ts';
import { isPlainObject } from './validation.ts';
import type { WebhookInput } from './webhook.ts';

type AnyCall = CallWith<string, object>;

/** The adapter's operations for an engine: made once for what nobody listens to, and anew where it is told whose they are. */
export type AdapterOf = (engine: Engine) => ErasedOperations;

/** Operations by their names. The type of the whole provider says what each takes and answers. */
type Operations = Readonly<Record<string, (...given: never[]) => unknown>>;

/** What may create a payout, or finds out what became of one. */
export function createOperations(engine: Engine, prepareOne: Inside['prepare'], create: Inside['create']): Operations {
  const onSubmission =
    (operation: 'submit' | 'lookup', work: typeof submitGiven) =>
    (submission: Submission, call?: CallOptions): Promise<PayoutOutcome> =>
      perform(
        engine,
        operation,
        async (mine) => {
          const bound = await boundSubmission(mine, submission);
          const options = checkedOptions(mine, call);
          return disagreeing(mine, bound) ?? work(mine, bound, options);
        },
        endingOf,
      );
  return {
    prepare: async (request: unknown, more?: unknown) => {
      assertNoCall(engine, more);
      return prepareOne(request);
    },
    createPayout: (request: unknown, call?: CallOptions) => create(request, call),
    submit: onSubmission('submit', submitGiven),
    lookup: onSubmission('lookup', lookupKept),
    settle: (submission: Submission, decision: Decision) =>
      perform(
        engine,
        'settle',
        async (mine) => {
          const bound = await boundSubmission(mine, submission);
          const checked = checkedDecision(mine, decision);
          const wrong = disagreementError(mine, bound);
          if (wrong !== null) throw wrong;
          return settleKept(mine, bound, checked);
        },
        endingOf,
      ),
  };
}

/**
 * Refuses what is no submission, or is bound to another provider, before the store may keep it.
 *
 * @returns The object itself if it was prepared here: then it is frozen. Of any other a frozen copy: what was checked is what is sent.
 */
export async function boundSubmission(engine: Engine, submission: Submission): Promise<Submission> {
  if (!engine.process.prepared.has(submission)) return boundCopy(engine, submission);
  assertBound(engine, submission);
  return submission;
}

async function boundCopy(engine: Engine, submission: Submission): Promise<Submission> {
  const copy = parseSubmission(submission);
  assertBound(engine, copy);
  if (copy.key === (await deriveKey(copy))) return copy;
  const message = 'submission.key is not the key of its namespace, account, reference and attempt: it was changed after it was prepared.';
  throw new PayoutError('invalid_request', message, { provider: engine.name });
}

/** What every provider has besides. */
export function readOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>, adapterOf: AdapterOf): Operations {
  return {
    retrieve: (id: string, given?: AnyCall) =>
      perform(engine, 'retrieve', async (mine) => {
        const { call, options } = checkedCall(engine, spec.options, 'retrieve', given, idProblems(id));
        return adapterOf(mine).retrieve(id, options as never, call);
      }),
    cancel: (id: string, given?: AnyCall) =>
      perform(engine, 'cancel', async (mine) => {
        const { call, options } = checkedCall(engine, spec.options, 'cancel', given, idProblems(id));
        return cancelAndSee(mine, adapterOf(mine), id, options, call);
      }),
    parseWebhook: (input: WebhookInput, call?: CallOptions) =>
      perform(engine, 'parseWebhook', async (mine) => parseWebhook(mine, spec.webhooks, input, checkedOptions(mine, call))),
  };
}

/** `list` and `listAll`, for a provider whose adapter has written `page`. */
export function listOperations<P extends AnyPayoutProvider>(engine: Engine, spec: PayoutProviderSpec<P>, adapterOf: AdapterOf): Operations {
  const bags = (asked: unknown) => (isPlainObject(asked) ? bagProblems(engine.id, spec.options, 'list', asked['providerOptions']) : []);
  const { createdFrom, createdTo } = spec.capabilities.filters;
  const filtersTime = createdFrom === 'provider' && createdTo === 'provider';
  const pageOf =
    (mine: Engine, hears: OnUnreadable | undefined): ReadPage =>
    async (...asked) => {
      const adapter = adapterOf(mine) as ErasedOperations & { readonly page: ReadPage };
      const page = await adapter.page(...asked);
      pastUnreadable(mine, 'a payout of the list', page.unreadable ?? [], hears);
      return page;
    };
  return {
    list: (given?: ListPayoutsQuery<string, object>, options?: CallOptions & ReadingOptions) =>
      perform(engine, 'list', async (mine) => {
        const asked = queryOf(engine, given);
        const { call: heard, hears, problems } = withoutListener(options);
        const { call, problems: wrong } = readCall(heard);
        checkQuery(engine, asked, [...bags(asked), ...problems, ...wrong]);
        const { providerOptions, ...query } = asked;
        const bag = bagOf(engine.id, spec.options, 'list', providerOptions);
        return listPage({ engine: mine, page: pageOf(mine, hears), query, options: bag, call });
      }),
    listAll: (given?: ListAllPayoutsQuery<string, object>, options?: CallOptions & ReadingOptions) => {
      const asked = queryOf(engine, given);
      const { call: heard, hears, problems } = withoutListener(options);
      const { call, problems: wrong } = readCall(heard);
      checkAllQuery(engine, asked, [...bags(asked), ...problems, ...wrong]);
      const { providerOptions, parallel = 1, ...query } = asked;
      const bag = bagOf(engine.id, spec.options, 'list', providerOptions);
      // Each page is an operation: how long a whole walk takes is the caller's doing.
      const told: ReadPage = (...page) => perform(engine, 'list', (mine) => pageOf(mine, hears)(...page));
      const listing = { engine, page: engine.listens ? told : pageOf(engine, hears), query, options: bag, call };
      return parallel === 1 || !filtersTime ? listEvery(listing) : listWindows(listing, parallel);
    },
  };
}

/** Of the other optional operations those that the adapter has written. */
export function changeOperations<P extends AnyPayoutProvider>(
  engine: Engine,
  spec: PayoutProviderSpec<P>,
  adapterOf: AdapterOf,
  written: readonly OptionalOperation[],
): Operations {
  const operations = {
    update: (id: string, change: UpdatePayout, given?: AnyCall) =>
      perform(engine, 'update', async (mine) => {
        const { value, problems } = dataOf(change, 'change');
        const wrong = problems.length > 0 ? problems : changeProblems(value);
        const { call, options } = checkedCall(engine, spec.options, 'update', given, [...idProblems(id), ...wrong]);
        return updateAndSee(mine, adapterOf(mine), id, value as UpdatePayout, options, call);
      }),
    reverse: (id: string, change: ReversePayout = {}, given?: AnyCall) =>
      perform(engine, 'reverse', async (mine) => {
        const { value, problems } = dataOf(change, 'change');
        const wrong = problems.length > 0 ? problems : reversalProblems(value);
        const { call, options } = checkedCall(engine, spec.options, 'reverse', given, [...idProblems(id), ...wrong]);
        return reverseAndSee(mine, adapterOf(mine), id, value as ReversePayout, options, call);
      }),
    balances: (given?: AnyCall & ReadingOptions) =>
      perform(engine, 'balances', async (mine) => {
        const { call: heard, hears, problems } = withoutListener(given);
        const { call, options } = checkedCall(engine, spec.options, 'balances', heard, problems);
        const read = await adapterOf(mine).balances?.(options as never, call);
        pastUnreadable(mine, 'a balance', read?.unreadable ?? [], hears);
        return read?.balances;
      }),
  };
  return Object.fromEntries(Object.entries(operations).filter(([operation]) => written.some((one) => one === operation)));
}
