import { isPayoutError, type Money, type Payout, PayoutError, type PayoutStatus } from '@disburse/core';
import { HARBOR_PARTS } from '../__tests__/harbor.ts';
import { around, inOperations, inPayout, inSpec, money, mustBeCaught, refusing, table } from '../__tests__/plant.ts';

/** `json.id` of what has no members. */
function nothing(json: unknown): never {
  throw new TypeError(`Cannot read properties of ${typeof json}`);
}

/** What code does that trusts a member to be there. */
function neverReached(raw: unknown): never {
  throw new PayoutError('unexpected_response', `no text in ${typeof raw}`);
}

mustBeCaught('reading', [
  [
    'a status is guessed',
    table((raw) => (HARBOR_PARTS.status.read(raw) === 'unrecognized' ? 'pending' : HARBOR_PARTS.status.read(raw))),
    ['status/unseen-words', 'status/unseen-word-in-a-create', 'list/new-words'],
  ],
  [
    'an unknown status throws',
    table((raw) => {
      const status = HARBOR_PARTS.status.read(raw);
      if (status === 'unrecognized') throw new TypeError(`unknown status ${raw}`);
      return status;
    }),
    ['status/unseen-words', 'status/unseen-word-in-a-create', 'list/new-words'],
  ],
  [
    'a status is looked up in what every object inherits',
    table((raw) => (Reflect.get(HARBOR_PARTS.status.rows, raw) as PayoutStatus | undefined) ?? 'unrecognized'),
    ['status/unseen-words'],
  ],
  [
    'two words are mixed up',
    table((raw) => (raw === 'sent' ? 'paid' : HARBOR_PARTS.status.read(raw))),
    ['status/table', 'status/as-the-provider-moves-it'],
  ],
  [
    'a paid payout is remembered',
    around((provider) => {
      const known = new Map<string, Payout>();
      return {
        retrieve: async (id: string) => {
          const payout = known.get(id) ?? (await provider.retrieve(id));
          if (payout.status === 'paid') known.set(id, payout);
          return payout;
        },
      };
    }),
    ['status/paid-is-not-final'],
  ],
  [
    'what came back is shown as paid',
    inPayout(({ status, raw }) =>
      status === 'failed' && Reflect.get(raw as object, 'failure_code') === 'closed' ? { status: 'paid' } : {},
    ),
    ['status/paid-is-not-final'],
  ],
  [
    'a failure reason is made up',
    inPayout(({ failure }) => (failure === null ? {} : { failure: { ...failure, reason: 'bad_luck' } })),
    ['status/failure-reasons', 'read/complete'],
  ],
  [
    "the provider's own code is lost",
    inPayout(({ failure }) => (failure === null ? {} : { failure: { ...failure, code: null } })),
    ['status/failure-reasons'],
  ],
  [
    'the exponent is always two',
    { money: { ...HARBOR_PARTS.money, toWire: ({ amount }) => ({ ok: true, amount: String(Math.trunc(Number(amount) * 100)) }) } },
    ['money/sent-exactly', 'money/never-rounded'],
  ],
  [
    'an amount is rounded',
    money(({ toWire }) => ({
      toWire: (asked: Money) => toWire(asked.currency === 'KWD' ? { ...asked, amount: `${asked.amount.slice(0, -1)}0` } : asked),
    })),
    ['money/never-rounded'],
  ],
  [
    'amounts are floating point',
    money(() => ({ toWire: ({ amount }: Money) => ({ ok: true, amount: String(Number(amount) * 100) }) })),
    ['money/sent-exactly'],
  ],
  [
    'the currency stays lower case',
    inPayout((payout) => ({ money: payout.money === null ? null : { ...payout.money, currency: payout.money.currency.toLowerCase() } })),
    ['money/round-trip', 'money/read-exactly', 'create/accepted'],
  ],
  [
    'balances are in minor units',
    inOperations((written) => ({
      balances: async (...given) => ({
        balances: (await written.balances(...given)).balances.map((balance) => ({
          ...balance,
          available: { ...balance.available, amount: balance.available.amount.replace('.', '') },
        })),
      }),
    })),
    ['balances/exact'],
  ],
  [
    'one balance that cannot be read hides the others',
    inOperations((written) => ({
      balances: async (...given) => {
        const read = await written.balances(...given);
        if ((read.unreadable ?? []).length > 0)
          throw new PayoutError('unexpected_response', 'answered with something that cannot be read.');
        return read;
      },
    })),
    ['balances/unreadable-row'],
  ],
  ['createdAt is a local time', inPayout(({ createdAt }) => ({ createdAt: createdAt.replace('Z', '') })), ['read/times', 'read/complete']],
  [
    "createdAt is another zone's",
    inPayout(({ createdAt }) => ({ createdAt: new Date(Date.parse(createdAt) - 3_600_000).toISOString() })),
    ['read/times'],
  ],
  ['createdAt is a Date', inPayout(({ createdAt }) => ({ createdAt: new Date(createdAt) })), ['read/complete']],
  ['raw is what was understood of it', inPayout(({ id, status }) => ({ raw: { id, status } })), ['read/raw']],
  [
    'an optional member is required',
    inPayout(({ raw }) => ({
      description: (Reflect.get(raw as object, 'text') as string | null | { length: number }) === undefined ? neverReached(raw) : null,
    })),
    ['read/optional-members-missing'],
  ],
  [
    'the id goes into the path as it is',
    inOperations((_written, http, settings, parts) => ({
      retrieve: async (id, _, call) =>
        parts.toPayout(parts, settings.name ?? 'harbor', (await http.get(`/payouts/${id}`, call, 'retrieve')).json),
    })),
    ['read/path-is-escaped'],
  ],
  [
    "another payout's answer is read as ours",
    inSpec(() => ({ correlationTokenOf: () => null })),
    ['refused/wrong-token', 'lookup/finds-ours'],
  ],
  [
    'the answer is told as it was asked for',
    inOperations((written) => ({
      readCreate: (answer) => ({ ...written.readCreate(answer), money: { amount: '1.00', currency: 'EUR' } }),
    })),
    ['refused/wrong-amount', 'refused/wrong-currency'],
  ],
  [
    'money that cannot be read is told as none',
    {
      toPayout: (parts, name, json) => {
        try {
          return HARBOR_PARTS.toPayout(parts, name, json);
        } catch {
          const readable = { ...(json as object), amount: 1, currency: 'eur' };
          return { ...HARBOR_PARTS.toPayout(parts, name, readable), money: null, raw: json };
        }
      },
      ...inSpec(() => ({ withoutAmount: () => true })),
    },
    ['refused/unreadable-amount', 'refused/unreadable-currency'],
  ],
  ['the mode is not read', inPayout(() => ({ live: false })), ['refused/wrong-mode']],
  [
    'a lookup matches the bare reference',
    inSpec(() => ({ correlationTokenOf: ({ reference }: Payout) => reference })),
    ['lookup/finds-ours'],
  ],

  [
    'whatever is no object throws where it is read',
    { toPayout: (parts, name, json) => ({ ...HARBOR_PARTS.toPayout(parts, name, typeof json === 'object' ? json : nothing(json)) }) },
    ['read/unreadable'],
  ],
  [
    'what cannot be read is an empty payout',
    inOperations((written, _http, settings, parts) => ({
      retrieve: async (id, ...more) => {
        try {
          return await written.retrieve(id, ...more);
        } catch (error) {
          if (!isPayoutError(error) || error.code !== 'unexpected_response') throw error;
          const empty = { id, amount: 0, currency: 'eur', status: '', created: '', live: false };
          return parts.toPayout(parts, settings.name ?? 'harbor', empty);
        }
      },
    })),
    ['read/unreadable'],
  ],
  [
    'a member that is new makes a payout unreadable',
    inPayout(({ raw }) => ('member_of_tomorrow' in (raw as object) ? neverReached(raw) : {})),
    ['read/unknown-members', 'read/raw'],
  ],
  [
    'every payout has a failure',
    inPayout(() => ({ failure: { reason: 'other', code: null, message: null } })),
    ['status/no-failure-without-one', 'cancel/cancels'],
  ],
  [
    'what does not exist is a wrong request',
    refusing(({ status }, right) => (status === 404 ? { ...right, code: 'invalid_request' } : right)),
    ['read/not-found', 'cancel/not-found'],
  ],
]);
