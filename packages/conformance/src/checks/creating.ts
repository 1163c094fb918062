import { decodeSubmission, parseSubmission, type Submission, supports } from '@disburse/core';
import type { RequestFeature } from '@disburse/core/adapter';
import { type Check, NotApplicable } from '../check.ts';
import { must, same, the } from '../must.ts';
import { acceptedOf, errorOf, exist, rejectedOf } from '../harness.ts';

/** Inputs that no provider takes, each with what is wrong about it. */
const BAD_INPUTS: readonly (readonly [what: string, change: object])[] = [
  ['an empty reference', { reference: '' }],
  ['a reference with a space', { reference: 'a b' }],
  ['a reference of 121 characters', { reference: 'r'.repeat(121) }],
  ['no money', { money: undefined }],
  ['money as a number', { money: 10.5 }],
  ['an amount as a number', { money: { amount: 10, currency: 'EUR' } }],
  ["an attempt of the caller's own", { attempt: 1.5 }],
  ['an unknown field', { amountt: '1.00' }],
  ['metadata of ours', { metadata: { disburse_key: 'x' } }],
  ['options of an unknown provider', { providerOptions: { nobody: {} } }],
  ['an empty description', { description: '' }],
];

const feature = (
  name: RequestFeature,
  shows: string,
  holds: (payout: Readonly<Record<string, unknown>>, asked: Readonly<Record<string, unknown>>) => boolean,
): Check => ({
  id: `create/${name}`,
  promise: 'Promise 1',
  forgot: `capabilities.request.${name} is declared: the create must send it, and the payout must show it.`,
  run: async (harness) => {
    if (!harness.capabilities.request[name]) return new NotApplicable(`capabilities.request.${name} is false`);
    const asked = the(harness.world.features[name], `features.${name} in the world, although it is declared`);
    const payout = await harness.accepted(`with-${name}`, asked);
    must(holds({ ...payout }, asked), `${shows} is not what was asked for: ${JSON.stringify({ ...payout, raw: undefined })}`);
    exist(harness, 1, `after a create with ${name}`);
    return undefined;
  },
});

/** Each contradicts itself: nothing of it may be sent. */
function changesOf(submission: Submission): readonly Submission[] {
  const { request, money } = submission;
  const { headers, body, path } = request;
  const other =
    money === 'full_balance' ? { amount: '1.00', currency: 'EUR' } : { ...money, currency: money.currency === 'EUR' ? 'USD' : 'EUR' };
  return [
    { ...submission, money: other },
    { ...submission, source: `${submission.source ?? ''}x` },
    { ...submission, correlation: { ...submission.correlation, token: '00000000-0000-8000-8000-000000000000' } },
    { ...submission, request: { ...request, headers: { ...headers, 'x-on-behalf-of': 'acct_other' } } },
    { ...submission, request: { ...request, path: `${path}/other` } },
    { ...submission, request: { ...request, body: `${body} ` } },
  ];
}

/** What a create does when nothing goes wrong, and what it refuses. */
export const createChecks: readonly Check[] = [
  {
    id: 'create/accepted',
    promise: 'Promise 2',
    forgot: 'A 2xx that parses is accepted: one payout, the same that the provider has, with our reference where the lookup needs it.',
    run: async (harness) => {
      const outcome = acceptedOf(await harness.create('rent-2026-11'));
      exist(harness, 1, 'after one create');
      same(outcome.payout.id, harness.world.payouts()[0]?.id, 'the id');
      same([outcome.replayed, harness.creates.length], [false, 1], 'replayed, and the requests that create');
      if (harness.capabilities.lookup !== 'none') same(outcome.payout.reference, 'rent-2026-11', 'the reference');
    },
  },
  feature('destination', 'destination', (payout, asked) => payout['destination'] === asked['destination']),
  feature('statementDescriptor', 'statementDescriptor', (payout, asked) => payout['statementDescriptor'] === asked['statementDescriptor']),
  feature('metadata', 'metadata', (payout, asked) => {
    const found: unknown = payout['metadata'];
    return Object.entries(asked['metadata'] ?? {}).every(
      ([key, value]) => typeof found === 'object' && found !== null && Reflect.get(found, key) === value,
    );
  }),
  feature('fullBalance', 'money', () => true),
  {
    id: 'create/account',
    promise: 'NEVER-TWICE R3',
    forgot: 'capabilities.request.account is declared: a create that names a connected account is the create of forAccount(account).',
    run: async (harness) => {
      const { provider, capabilities, world, proxy } = harness;
      if (!capabilities.request.account) return new NotApplicable('capabilities.request.account is false');
      must(supports(provider, 'forAccount') && typeof provider.forAccount === 'function', 'there is no forAccount');
      const { account: named = 'acct_1' } = world.features.account ?? {};
      const account = (await provider.prepare(harness.request('bound'))).account ?? String(named); // One that is bound takes no other.
      const theirs = await provider.forAccount(account).prepare(harness.request('for-account'));
      const ours = await provider.prepare({ ...(harness.request('for-account') as object), account } as never);
      same({ ...ours, preparedAt: '' }, { ...theirs, preparedAt: '' }, 'a create that names an account, and the one of forAccount');
      same(ours.account, account, 'the account of the submission');
      must(proxy.requests.length === 0, 'prepare sent a request');
      return undefined;
    },
  },
  {
    id: 'create/read-back',
    promise: 'NEVER-TWICE R4',
    forgot: 'decodeCreate reads what encodeCreate wrote, all of it, and nothing else: a submission that was changed must not be sent.',
    run: async (harness) => {
      for (const [feature, asked] of [['none', {}], ...Object.entries(harness.world.features)] as const) {
        if (feature === 'account') continue; // It is bound elsewhere; create/account is about it.
        const submission = parseSubmission(JSON.stringify(await harness.provider.prepare(harness.request(`read-${feature}`, asked))));
        const { money, source, account, key, correlation } = submission;
        const read = the(await decodeSubmission(harness.provider, submission), `reading of a create with ${feature}`);
        const token = correlation.by === 'none' ? null : key;
        const { destination } = { destination: read.destination, ...asked };
        same(
          { ...read, live: null },
          { money, source, destination, account, live: null, token },
          `what decodeCreate reads of a create with ${feature}`,
        );
        for (const changed of changesOf(submission)) {
          const error = await errorOf(() => decodeSubmission(harness.provider, changed), 'reading a submission that was changed');
          same(error.code, 'invalid_request', 'the error of a submission that was changed');
        }
      }
    },
  },
  {
    id: 'create/bad-input',
    promise: 'Promise 2',
    forgot: 'What cannot be a payout is rejected before anything is sent or kept: `rejected`, `submission: null`, no exception.',
    run: async (harness) => {
      for (const [what, change] of BAD_INPUTS) {
        const outcome = rejectedOf(await harness.create('bad', change));
        must(outcome.submission === null && outcome.retry === 'never', `${what}: the outcome has a submission, or may be retried`);
        must(['invalid_request', 'unsupported'].includes(outcome.error.code), `${what} is ${outcome.error.code}`);
        await errorOf(() => harness.provider.prepare(harness.request('bad', change)), `prepare with ${what}`);
      }
      must(harness.proxy.requests.length === 0, 'a refused input was sent');
    },
  },
  {
    id: 'create/prepare-sends-nothing',
    promise: 'NEVER-TWICE R1',
    forgot: 'prepare only validates and builds bytes; a dry run is a prepare that is printed.',
    run: async (harness) => {
      const submission = await harness.provider.prepare(harness.request('dry-run'));
      must(harness.proxy.requests.length === 0, 'prepare sent a request');
      same(JSON.parse(JSON.stringify(submission)), submission, 'the submission after JSON');
      await harness.advance(3_600_000);
      const later = await harness.elsewhere().prepare(harness.request('dry-run'));
      same(later.request, submission.request, 'the bytes of the same create, an hour later in another process');
    },
  },
];
