// Mistakes of an adapter that does by itself what core does for all of them: the rules of NEVER-TWICE.
import { type CallOptions, type PayoutOutcome, PayoutError, type Runtime, type Submission, type SubmissionStore } from '@disburse/core';
import type { HarborParts, HarborProvider } from '../__tests__/harbor.ts';
import { around, aroundOutcome, failedInstead, inSpec, mustBeCaught } from '../__tests__/plant.ts';

const withoutCorrelation: Partial<HarborParts> = { settings: (settings) => ({ ...settings, correlation: 'none' }) };
const inTime = (change: (runtime: Runtime) => Partial<Runtime>): Partial<HarborParts> => ({
  settings: (settings) => {
    const runtime = settings.runtime as Runtime;
    return { ...settings, runtime: { ...runtime, ...change(runtime) } };
  },
});

/** Answers what is given, and remembers nothing. */
const FORGETFUL: SubmissionStore = {
  putIfAbsent: async (submission) => ({ submission, resolution: null, shared: false }),
  setResolution: async () => undefined,
  find: async () => null,
};

const lookups = (change: (outcome: PayoutOutcome) => PayoutOutcome): Partial<HarborParts> =>
  around((provider) => ({ lookup: async (submission: Submission) => change(await provider.lookup(submission)) }));

mustBeCaught('what core does', [
  [
    'what may exist is resolved by whatever comes',
    { ...aroundOutcome((outcome) => failedInstead(outcome, () => true)), ...withoutCorrelation },
    [
      'sticky/401',
      'sticky/429',
      'sticky/409-in-flight',
      'sticky/409-key-reused',
      'sticky/unmarked-refusal',
      'sticky/5xx',
      'sticky/marked-5xx',
      'sticky/stored-submission',
    ],
  ],
  [
    'a submission is sent whenever somebody asks',
    around((provider, { runtime }) => ({
      submit: (submission: Submission) => provider.submit({ ...submission, preparedAt: new Date(runtime?.now?.() ?? 0).toISOString() }),
    })),
    ['window/closed', 'window/not-open-yet', 'window/every-resend'],
  ],
  [
    'what is not found is absent',
    lookups((outcome) => failedInstead(outcome, () => true)),
    ['lookup/not-found-yet', 'lookup/candidate', 'lookup/clocks-disagree', 'lookup/unread-page'],
  ],
  [
    'nothing is ever absent',
    lookups((outcome) => {
      if (outcome.outcome !== 'rejected' || outcome.submission === null) return outcome;
      const { error, submission } = outcome;
      return { outcome: 'unknown', error, submission, next: { action: 'review', candidates: [] }, notices: [] };
    }),
    ['lookup/absent', 'lookup/token-of-another'],
  ],
  [
    'no store',
    { settings: (settings) => ({ ...settings, submissions: FORGETFUL }) },
    ['store/after-a-restart', 'store/lost-then-restart', 'store/other-request'],
  ],
  [
    'every call has a reference of its own',
    around((provider) => {
      let calls = 0;
      const own = (reference: string): string => `${reference}-${(calls += 1)}`;
      return {
        createPayout: (request: Parameters<HarborProvider['createPayout']>[0], call?: CallOptions) =>
          provider.createPayout({ ...request, reference: own(request.reference) }, call),
      };
    }),
    ['store/one-reference', 'store/other-request'],
  ],
  ['the namespace is left out of the key', { settings: (settings) => ({ ...settings, namespace: '' }) }, ['key/derived']],
  [
    'the account is left out of the key',
    around((provider) => ({
      prepare: async (...given: Parameters<HarborProvider['prepare']>) => ({ ...(await provider.prepare(...given)), account: 'acct_1' }),
    })),
    ['key/account-in-scope'],
  ],
  [
    'a submission of somebody else is taken',
    around((provider) => {
      const own = { name: provider.name, provider: provider.id, account: null, live: false };
      return {
        submit: (submission: Submission) => provider.submit({ ...submission, ...own }),
        lookup: (submission: Submission) => provider.lookup({ ...submission, ...own }),
      };
    }),
    ['key/submission-is-bound'],
  ],
  ['resends follow without a pause', inTime(() => ({ sleep: async () => undefined })), ['lost/resent-by-itself', 'refused/rate-limited']],
  ['the number of resends is fixed', { settings: (settings) => ({ ...settings, maxResends: 5 }) }, ['lost/bounded']],
  [
    'the deadline of a call is not heeded',
    around((provider) => ({ createPayout: (request: Parameters<HarborProvider['createPayout']>[0]) => provider.createPayout(request) })),
    ['lost/own-deadline'],
  ],
  [
    'what was never sent is unknown',
    aroundOutcome((outcome) =>
      outcome.outcome === 'rejected' && outcome.error.code === 'provider_unavailable' && outcome.submission !== null
        ? { ...outcome, outcome: 'unknown', next: { action: 'review', candidates: [] }, notices: [], submission: outcome.submission }
        : outcome,
    ),
    ['lost/nothing-sent'],
  ],
  [
    'a status of the past is told as of today',
    aroundOutcome((outcome) => (outcome.outcome === 'accepted' ? { ...outcome, notices: [] } : outcome)),
    ['replay/not-read-again'],
  ],
  [
    'a person may decide at any time',
    around((provider) => ({
      resolve: async (...[submission, decision]: Parameters<HarborProvider['resolve']>) => {
        if ('payoutId' in decision) return provider.resolve(submission, decision);
        return { outcome: 'rejected', error: new PayoutError('not_found', 'decided'), retry: 'next_attempt', submission };
      },
    })),
    ['resolve/by-a-person'],
  ],
  [
    'a full balance is declared, and nobody can show one',
    inSpec((spec) => ({ request: { ...spec.request, fullBalance: true } as never })),
    ['create/fullBalance'],
  ],
]);
