// A refusal that is told again, as a store keeps it: with its reason.
import { PayoutError, type PayoutOutcome, type RefusalReason, type Submission } from '@disburse/core';
import { expect, it } from 'vitest';
import type { Call } from './call.ts';
import { endWith } from './outcome.ts';
import type { Session } from './session.ts';

const AT = '2026-11-23T09:00:00.000Z';
const SHOWN = '2026-11-23T09:00:00Z';
const submission = {
  name: 'us',
  reference: 'r1',
  attempt: 1,
  namespace: '',
  money: { amount: '25.00', currency: 'USD' },
} as unknown as Submission;
const refusal: RefusalReason = {
  code: 'insufficient_funds',
  message: '[us] create was refused (HTTP 400, balance_insufficient): the balance has too little.',
  providerCode: 'balance_insufficient',
  requestId: 'req_1',
  at: AT,
  by: 'provider',
};

async function toldOf(reason: RefusalReason | undefined): Promise<readonly string[]> {
  const error = new PayoutError('insufficient_funds', 'attempt 1 of reference r1 was refused before, and nothing was sent now.', {
    provider: 'us',
  });
  const outcome: PayoutOutcome = { outcome: 'rejected', error, retry: 'next_attempt', submission, replayed: true, notices: [] };
  const call = { host: { cwd: '/' }, options: {}, paint: (_: unknown, text: string) => text } as unknown as Call<'create'>;
  const session = { folder: '/nowhere', now: () => Date.parse(AT) } as unknown as Session;
  const before = { submission, resolution: { rejected: true, retry: 'next_attempt', reason } } as const;
  const end = await endWith(call, session, outcome, { before });
  expect(end).toMatchObject({ exitCode: 3, text: ['rejected  25.00 USD, reference r1: it is on record as rejected'] });
  return end.told ?? [];
}

it.each<readonly [string, Partial<RefusalReason> | null, readonly string[]]>([
  ['by the provider', {}, [refusal.message, 'request req_1', `It was refused at ${SHOWN}. Nothing was sent now.`]],
  [
    'in a code that the sentence does not say',
    { message: 'the balance has too little.', requestId: null },
    ['[us] the balance has too little.', "the provider's code: balance_insufficient", `It was refused at ${SHOWN}. Nothing was sent now.`],
  ],
  [
    'by a lookup',
    { by: 'lookup', message: 'no payout exists.', providerCode: null, requestId: null },
    ['[us] no payout exists.', `Its absence was found at ${SHOWN}. Nothing was sent now.`],
  ],
  ['by a person', { by: 'person' }, [`Somebody recorded at ${SHOWN}, on their word, that no payout was made. Nothing was sent now.`]],
  [
    'by a store that tells no reason',
    null,
    ['A provider refused it before, or somebody resolved it as absent: the record does not tell which. Nothing was sent now.'],
  ],
])('%s', async (_, more, lines) => {
  expect(await toldOf(more === null ? undefined : { ...refusal, ...more })).toEqual(lines);
});
