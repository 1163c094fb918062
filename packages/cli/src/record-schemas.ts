// The schema of records.ts. It says the same twice on purpose: what the tests hold the output to must not be inferred from it.
import * as v from 'valibot';
import type { CommandName, JsonRecord, PayoutRecord, Results } from './records.ts';

const Text = v.string();
const MaybeText = v.nullable(Text);
const Words = v.array(Text);
const TextMap = v.record(Text, Text);
const Status = v.picklist(['pending', 'in_transit', 'paid', 'failed', 'canceled', 'returned', 'unrecognized']);
const ExitCodes = v.picklist([0, 2, 3, 4, 5]);
const Money = v.strictObject({ amount: Text, currency: Text });

const PayoutShape: v.GenericSchema<unknown, PayoutRecord> = v.strictObject({
  id: Text,
  provider: Text,
  name: Text,
  reference: MaybeText,
  money: v.nullable(Money),
  fee: v.nullable(Money),
  status: Status,
  providerStatus: Text,
  failure: v.nullable(
    v.strictObject({
      reason: v.picklist([
        'insufficient_funds',
        'account_closed',
        'account_not_found',
        'account_restricted',
        'invalid_account_details',
        'account_holder_mismatch',
        'currency_not_supported',
        'declined_by_bank',
        'debit_not_authorized',
        'destination_unsupported',
        'payouts_blocked',
        'expired',
        'processing_error',
        'other',
      ]),
      code: MaybeText,
      message: MaybeText,
    }),
  ),
  cancelable: v.boolean(),
  automatic: v.boolean(),
  destination: MaybeText,
  description: MaybeText,
  statementDescriptor: MaybeText,
  metadata: TextMap,
  createdAt: Text,
  expectedArrival: MaybeText,
  trackingReference: MaybeText,
  reverses: MaybeText,
  reversedBy: MaybeText,
  live: v.boolean(),
  raw: v.optional(v.unknown()),
  account: v.exactOptional(v.string()),
});

const ErrorShape = v.strictObject({
  code: Text,
  message: Text,
  provider: MaybeText,
  outcome: v.nullable(v.picklist(['rejected', 'unknown'])),
  httpStatus: v.nullable(v.number()),
  providerCode: MaybeText,
  providerMessage: MaybeText,
  requestId: MaybeText,
  retryAfterSeconds: v.nullable(v.number()),
  payoutId: MaybeText,
  issues: v.array(v.strictObject({ path: Text, message: Text, line: v.nullable(v.number()), column: v.nullable(v.number()) })),
});

const SubmissionShape = v.strictObject({
  file: MaybeText,
  name: Text,
  provider: Text,
  account: MaybeText,
  source: MaybeText,
  live: v.nullable(v.boolean()),
  reference: Text,
  attempt: v.number(),
  money: v.union([Money, v.literal('full_balance')]),
  key: Text,
  preparedAt: Text,
});

const Outcome = v.strictObject({
  outcome: v.picklist(['accepted', 'rejected', 'unknown']),
  payout: v.nullable(PayoutShape),
  replayed: v.boolean(),
  retry: v.nullable(v.picklist(['same_attempt', 'next_attempt', 'never'])),
  next: v.nullable(
    v.union([
      v.strictObject({ action: v.literal('submit'), notBefore: Text }),
      v.strictObject({ action: v.literal('review'), candidates: v.array(PayoutShape) }),
    ]),
  ),
  notices: v.array(v.strictObject({ code: Text, message: Text })),
  submission: v.nullable(SubmissionShape),
});

const DryRun = v.strictObject({
  request: v.strictObject({ method: Text, url: Text, headers: TextMap, body: Text }),
  hidden: Words,
  submission: SubmissionShape,
  kept: v.boolean(),
});

const Open = v.strictObject({
  submission: SubmissionShape,
  state: v.picklist(['may_exist', 'refused']),
  ageSeconds: v.number(),
  reason: MaybeText,
  next: v.union([v.strictObject({ action: v.literal('submit'), notBefore: Text }), v.strictObject({ action: v.literal('review') })]),
});
const Summary = v.strictObject({ accepted: v.number(), rejected: v.number(), unknown: v.number(), waiting: v.number() });

const Operation = v.picklist([
  'createPayout',
  'prepare',
  'submit',
  'lookup',
  'resolve',
  'retrieve',
  'list',
  'listAll',
  'cancel',
  'parseWebhook',
  'update',
  'reverse',
  'balances',
]);
const By = v.picklist(['provider', 'core']);
const CapabilitiesShape = v.strictObject({
  operations: v.array(Operation),
  request: v.strictObject({
    fullBalance: v.boolean(),
    account: v.boolean(),
    destination: v.boolean(),
    statementDescriptor: v.boolean(),
    metadata: v.boolean(),
  }),
  states: v.strictObject({ cancel: v.exactOptional(v.array(Status)), reverse: v.exactOptional(v.array(Status)) }),
  key: v.strictObject({ retentionMs: v.number(), storesRefusals: v.boolean() }),
  absence: v.picklist(['by_list', 'never']),
  lookup: v.picklist(['metadata', 'description', 'none']),
  filters: v.strictObject({ status: By, createdFrom: By, createdTo: By, destination: By }),
  listLimit: v.number(),
  listFloor: MaybeText,
  sideEffects: Words,
});

const Event = v.strictObject({
  id: Text,
  type: Text,
  provider: Text,
  name: Text,
  payoutId: Text,
  payout: v.nullable(PayoutShape),
  occurredAt: Text,
  live: v.boolean(),
  account: MaybeText,
  idempotencyKey: MaybeText,
});

const Possible = v.strictObject({ possible: v.boolean(), reason: MaybeText, condition: MaybeText });
const OnePayout = v.strictObject({ payout: PayoutShape });

const RESULTS: { readonly [Name in CommandName]: v.GenericSchema<unknown, Results[Name]> } = {
  init: v.strictObject({
    file: Text,
    ignored: MaybeText,
    simulated: v.boolean(),
    providers: v.array(v.strictObject({ name: Text, adapter: Text })),
  }),
  providers: v.strictObject({
    config: Text,
    default: MaybeText,
    providers: v.array(v.strictObject({ name: Text, adapter: Text, capabilities: CapabilitiesShape })),
  }),
  check: v.strictObject({
    config: Text,
    providers: v.array(
      v.strictObject({
        name: Text,
        adapter: Text,
        ok: v.boolean(),
        read: v.picklist(['balances', 'list']),
        error: v.nullable(ErrorShape),
      }),
    ),
  }),
  create: v.union([Outcome, DryRun]),
  submit: v.union([Outcome, Summary]),
  lookup: Outcome,
  resolve: Outcome,
  open: v.strictObject({ submissions: v.array(Open) }),
  get: OnePayout,
  cancel: OnePayout,
  update: OnePayout,
  reverse: OnePayout,
  list: v.strictObject({ payouts: v.array(PayoutShape), nextCursor: MaybeText }),
  balances: v.strictObject({
    balances: v.array(
      v.strictObject({
        source: Text,
        available: Money,
        pending: v.nullable(Money),
        reserved: v.nullable(Money),
        instant: v.nullable(Money),
      }),
    ),
  }),
  follow: v.strictObject({
    observation: v.picklist(['first', 'advanced', 'reversed', 'unchanged', 'stale', 'anomaly', 'end']),
    at: Text,
    from: MaybeText,
    payout: PayoutShape,
  }),
  explain: v.strictObject({
    payout: PayoutShape,
    finality: v.picklist(['open', 'provisional', 'final']),
    returns: v.strictObject({ text: Text, source: Text }),
    cancel: Possible,
    reverse: Possible,
    submission: v.nullable(SubmissionShape),
    recorded: v.nullable(v.picklist(['accepted', 'unresolved', 'rejected'])),
    facts: Words,
  }),
  listen: v.union([
    v.strictObject({ listening: Text }),
    v.strictObject({ event: Event }),
    v.strictObject({ refused: Text }),
    v.strictObject({ ignored: Text }),
  ]),
  events: v.strictObject({
    providers: v.array(v.strictObject({ adapter: Text, types: v.array(v.strictObject({ type: Text, meaning: Text })), source: Text })),
  }),
  'events send': v.strictObject({ url: Text, type: Text, id: Text, status: v.number() }),
  simulate: v.union([
    v.strictObject({ ready: v.strictObject({ file: Text, now: Text, providers: TextMap }) }),
    v.strictObject({ line: Text, answer: Words }),
    v.strictObject({ undelivered: v.strictObject({ adapter: Text, type: Text, status: v.nullable(v.number()), failure: MaybeText }) }),
  ]),
};

const recordOf = (name: CommandName) =>
  v.strictObject({
    disburse: v.literal(1),
    command: v.literal(name),
    exitCode: v.nullable(ExitCodes),
    result: v.nullable(RESULTS[name]),
    error: v.nullable(ErrorShape),
    advice: Words,
  });

const NoCommand = v.strictObject({
  disburse: v.literal(1),
  command: v.null(),
  exitCode: ExitCodes,
  result: v.null(),
  error: ErrorShape,
  advice: Words,
});

/** The schema of every line that `--json` prints on standard output. */
export const JsonRecordSchema: v.GenericSchema<unknown, JsonRecord> = v.union([
  ...(Object.keys(RESULTS) as CommandName[]).map(recordOf),
  NoCommand,
]);
