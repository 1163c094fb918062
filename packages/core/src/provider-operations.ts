// The operations of a provider, around the adapter's own: each call is checked and emitted before the adapter is asked.
import type { PayoutProviderSpec } from './adapter/spec.ts';
import { disagreeing, disagreementError } from './create/agreement.ts';
import { assertNoCall, checkedOptions, readCall } from './context/call-options.ts';
import { changeProblems, checkedCall, checkedDecision, dataOf, idProblems, reversalProblems } from './context/call-request.ts';
import { cancelAndConfirm, reverseAndConfirm, updateAndConfirm } from './changes/changes.ts';
import { optionProblems, optionsOf } from './adapter/provider-options.ts';
import type { Internals } from './define-provider.ts';
import type { ProviderContext, ErasedOperations } from './context/context.ts';
import { PayoutError } from './errors.ts';
import { deriveKey } from './stores/idempotency.ts';
import { submitGiven } from './create/submit-stored.ts';
import { checkAllQuery, checkQuery, listEvery, listPage, queryOf, type ReadPage } from './lists/list.ts';
import { listWindows } from './lists/list-windows.ts';
import { lookupStored } from './create/lookup-stored.ts';
import { endingOf, perform } from './context/operation.ts';
import { parseWebhook } from './webhooks/parse-webhook.ts';
import type { PayoutOutcome } from './payout/outcome.ts';
import { assertBound } from './create/prepare.ts';
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
} from './adapter/provider.ts';
import { resolveStored } from './create/resolve.ts';
import { parseSubmission, type Submission } from './stores/submission.ts';
import { pastUnreadable } from './context/past-unreadable.ts';
import { type OnUnreadable, withoutListener } from './adapter/unreadable.ts';
import { isPlainObject } from './validation.ts';
import type { WebhookInput } from './adapter/webhook.ts';

type AnyCall = CallWith<string, object>;

/** The adapter's operations for a context. They are made once, and anew only where a listener needs the operation's id. */
export type AdapterOf = (context: ProviderContext) => ErasedOperations;

/** Operations by their names. The type of the whole provider says what each takes and answers. */
type Operations = Readonly<Record<string, (...given: never[]) => unknown>>;

/** The operations that may create a payout, or find out what became of one. */
export function createOperations(context: ProviderContext, prepareOne: Internals['prepare'], create: Internals['create']): Operations {
  const onSubmission =
    (operation: 'submit' | 'lookup', work: typeof submitGiven) =>
    (submission: Submission, call?: CallOptions): Promise<PayoutOutcome> =>
      perform(
        context,
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
      assertNoCall(context, more);
      return prepareOne(request);
    },
    createPayout: (request: unknown, call?: CallOptions) => create(request, call),
    submit: onSubmission('submit', submitGiven),
    lookup: onSubmission('lookup', lookupStored),
    resolve: (submission: Submission, decision: Decision) =>
      perform(
        context,
        'resolve',
        async (mine) => {
          const bound = await boundSubmission(mine, submission);
          const checked = checkedDecision(mine, decision);
          const wrong = disagreementError(mine, bound);
          if (wrong !== null) throw wrong;
          return resolveStored(mine, bound, checked);
        },
        endingOf,
      ),
  };
}

/**
 * Refuses a value that is no submission, or is bound to another provider, before the store may take it.
 *
 * @returns The object itself if it was prepared here: then it is frozen. Of any other a frozen copy: what was checked is what is
 * sent.
 */
export async function boundSubmission(context: ProviderContext, submission: Submission): Promise<Submission> {
  if (!context.memory.prepared.has(submission)) return boundCopy(context, submission);
  assertBound(context, submission);
  return submission;
}

async function boundCopy(context: ProviderContext, submission: Submission): Promise<Submission> {
  const copy = parseSubmission(submission);
  assertBound(context, copy);
  if (copy.key === (await deriveKey(copy))) return copy;
  const message = 'submission.key is not the key of its namespace, account, reference and attempt: it was changed after it was prepared.';
  throw new PayoutError('invalid_request', message, { provider: context.identity.name });
}

/** The operations that every provider has besides. */
export function readOperations<P extends AnyPayoutProvider>(
  context: ProviderContext,
  spec: PayoutProviderSpec<P>,
  adapterOf: AdapterOf,
): Operations {
  return {
    retrieve: (id: string, given?: AnyCall) =>
      perform(context, 'retrieve', async (mine) => {
        const { call, options } = checkedCall({ context, schemas: spec.options, operation: 'retrieve', given, problems: idProblems(id) });
        return adapterOf(mine).retrieve(id, options as never, call);
      }),
    cancel: (id: string, given?: AnyCall) =>
      perform(context, 'cancel', async (mine) => {
        const { call, options } = checkedCall({ context, schemas: spec.options, operation: 'cancel', given, problems: idProblems(id) });
        return cancelAndConfirm({ context: mine, adapter: adapterOf(mine), id, options, call });
      }),
    parseWebhook: (input: WebhookInput, call?: CallOptions) =>
      perform(context, 'parseWebhook', async (mine) => parseWebhook(mine, spec.webhooks, input, checkedOptions(mine, call))),
  };
}

/** `list` and `listAll`, for a provider whose adapter has written `page`. */
export function listOperations<P extends AnyPayoutProvider>(
  context: ProviderContext,
  spec: PayoutProviderSpec<P>,
  adapterOf: AdapterOf,
): Operations {
  const bags = (asked: unknown) =>
    isPlainObject(asked) ? optionProblems(context.identity.id, spec.options, 'list', asked['providerOptions']) : [];
  const { createdFrom, createdTo } = spec.capabilities.filters;
  const filtersTime = createdFrom === 'provider' && createdTo === 'provider';
  const pageOf =
    (mine: ProviderContext, hears: OnUnreadable | undefined): ReadPage =>
    async (...asked) => {
      const adapter = adapterOf(mine) as ErasedOperations & { readonly page: ReadPage };
      const page = await adapter.page(...asked);
      pastUnreadable(mine, 'a payout of the list', page.unreadable ?? [], hears);
      return page;
    };
  return {
    list: (given?: ListPayoutsQuery<string, object>, options?: CallOptions & ReadingOptions) =>
      perform(context, 'list', async (mine) => {
        const asked = queryOf(context, given);
        const { call: heard, hears, problems } = withoutListener(options);
        const { call, problems: wrong } = readCall(heard);
        checkQuery(context, asked, [...bags(asked), ...problems, ...wrong]);
        const { providerOptions, ...query } = asked;
        const bag = optionsOf(context.identity.id, spec.options, 'list', providerOptions);
        return listPage({ context: mine, page: pageOf(mine, hears), query, options: bag, call });
      }),
    listAll: (given?: ListAllPayoutsQuery<string, object>, options?: CallOptions & ReadingOptions) => {
      const asked = queryOf(context, given);
      const { call: heard, hears, problems } = withoutListener(options);
      const { call, problems: wrong } = readCall(heard);
      checkAllQuery(context, asked, [...bags(asked), ...problems, ...wrong]);
      const { providerOptions, parallel = 1, ...query } = asked;
      const bag = optionsOf(context.identity.id, spec.options, 'list', providerOptions);
      // Each page is an operation of its own, because the caller decides how long a whole walk takes.
      const told: ReadPage = (...page) => perform(context, 'list', (mine) => pageOf(mine, hears)(...page));
      const listing = { context, page: context.telemetry.hasListener ? told : pageOf(context, hears), query, options: bag, call };
      return parallel === 1 || !filtersTime ? listEvery(listing) : listWindows(listing, parallel);
    },
  };
}

/** The other optional operations, as far as the adapter has them. */
export function changeOperations<P extends AnyPayoutProvider>(
  context: ProviderContext,
  spec: PayoutProviderSpec<P>,
  adapterOf: AdapterOf,
  written: readonly OptionalOperation[],
): Operations {
  const operations = {
    update: (id: string, change: UpdatePayout, given?: AnyCall) =>
      perform(context, 'update', async (mine) => {
        const { value, problems } = dataOf(change, 'change');
        const wrong = problems.length > 0 ? problems : changeProblems(value);
        const { call, options } = checkedCall({
          context,
          schemas: spec.options,
          operation: 'update',
          given,
          problems: [...idProblems(id), ...wrong],
        });
        return updateAndConfirm({ context: mine, adapter: adapterOf(mine), id, change: value as UpdatePayout, options, call });
      }),
    reverse: (id: string, change: ReversePayout = {}, given?: AnyCall) =>
      perform(context, 'reverse', async (mine) => {
        const { value, problems } = dataOf(change, 'change');
        const wrong = problems.length > 0 ? problems : reversalProblems(value);
        const { call, options } = checkedCall({
          context,
          schemas: spec.options,
          operation: 'reverse',
          given,
          problems: [...idProblems(id), ...wrong],
        });
        return reverseAndConfirm({ context: mine, adapter: adapterOf(mine), id, change: value as ReversePayout, options, call });
      }),
    balances: (given?: AnyCall & ReadingOptions) =>
      perform(context, 'balances', async (mine) => {
        const { call: heard, hears, problems } = withoutListener(given);
        const { call, options } = checkedCall({ context, schemas: spec.options, operation: 'balances', given: heard, problems });
        const read = await adapterOf(mine).balances?.(options as never, call);
        pastUnreadable(mine, 'a balance', read?.unreadable ?? [], hears);
        return read?.balances;
      }),
  };
  return Object.fromEntries(Object.entries(operations).filter(([operation]) => written.some((one) => one === operation)));
}
