// NEVER-TWICE R19: a cancel, an update or a reversal whose answer was lost is read again before anything is said.
import { describe, expect, it } from 'vitest';
import { acmeWorld, answered, RENT, TEN } from '../__tests__/acme-world.ts';
import { cancelAndConfirm, reverseAndConfirm, updateAndConfirm } from './changes.ts';
import type { ProviderContext, ErasedOperations } from '../context/context.ts';
import { PayoutError } from '../errors.ts';
import { deriveReversalKey } from '../stores/idempotency.ts';
import type { Payout } from '../payout/payout.ts';

const { context } = acmeWorld();

const payoutOf = (of: Partial<Payout> = {}): Payout =>
  ({
    id: 'ac_1',
    provider: 'acme',
    name: 'acme',
    status: 'pending',
    providerStatus: 'pending',
    cancelable: true,
    money: TEN,
    metadata: {},
    reverses: null,
    reversedBy: null,
    ...of,
  }) as Payout;

type Answers = 'done' | 'done, answer lost' | 'not done, answer lost' | 'refused' | 'not sent' | 'done, unreadable';

/** A provider with a few payouts, which does or does not do what it is asked. */
function world(
  first: Partial<Payout>,
  answers: Answers | readonly Answers[],
  reads: 'read' | 'unread' = 'read',
  refusal: Partial<PayoutError> = {},
) {
  const payouts = new Map<string, Payout>([['ac_1', payoutOf(first)]]);
  const calls: string[] = [];
  const script = typeof answers === 'string' ? [answers] : [...answers];
  const lost = new PayoutError('provider_unavailable', 'the answer was lost.', { outcome: 'unknown' });
  const done = (what: string, change: () => Payout): Payout => {
    calls.push(what);
    const how = script.length > 1 ? script.shift() : script[0];
    if (how === 'refused') throw new PayoutError(refusal.code ?? 'invalid_state', 'refused.', { outcome: 'rejected' });
    if (how === 'not sent') throw new PayoutError('provider_unavailable', 'nothing was sent.', { outcome: 'rejected' });
    if (how === 'not done, answer lost') throw lost;
    const payout = change();
    payouts.set(payout.id, payout);
    if (how === 'done, answer lost') throw lost;
    if (how === 'done, unreadable') throw new PayoutError('unexpected_response', 'cannot be read.');
    return payout;
  };
  const known = (id: string): Payout => {
    const payout = payouts.get(id);
    if (payout === undefined) throw new PayoutError('not_found', 'no such payout.');
    return payout;
  };
  const adapter = {
    retrieve: async (id: string) => {
      calls.push(`retrieve ${id}`);
      if (reads === 'unread' && calls.length > 1) throw new PayoutError('provider_unavailable', 'no answer.');
      return known(id);
    },
    cancel: async (id: string) =>
      done(`cancel ${id}`, () => ({ ...known(id), status: 'canceled', providerStatus: 'canceled', cancelable: false })),
    update: async (id: string, { metadata }: { metadata: Record<string, string | null> }) =>
      done(`update ${id} ${JSON.stringify(metadata)}`, () => {
        const next = { ...known(id).metadata, ...metadata };
        const left = Object.entries(next).filter((entry): entry is [string, string] => entry[1] !== null);
        return { ...known(id), metadata: Object.fromEntries(left) };
      }),
    reverse: async (id: string, _change: unknown, key: string) =>
      done(`reverse ${id} ${key}`, () => {
        payouts.set(id, { ...known(id), reversedBy: 'ac_2' });
        return payoutOf({ id: 'ac_2', reverses: id });
      }),
  } as unknown as ErasedOperations;
  return { adapter, calls, payouts };
}

const told = async (work: Promise<Payout>): Promise<string> =>
  work.then(
    ({ id, status }) => `${id} ${status}`,
    (error: unknown) => (error instanceof PayoutError ? `${error.outcome} ${error.code}` : String(error)),
  );

describe('cancel', () => {
  const LEFT = { status: 'paid', providerStatus: 'paid', cancelable: false } as const;
  const CANCELED = { status: 'canceled', providerStatus: 'canceled', cancelable: false } as const;

  it.each<readonly [Answers, Partial<Payout>, 'read' | 'unread', string]>([
    ['done', {}, 'read', 'ac_1 canceled'],
    ['done, answer lost', {}, 'read', 'ac_1 canceled'],
    ['done, answer lost', {}, 'unread', 'unknown provider_unavailable'],
    ['done, unreadable', {}, 'read', 'ac_1 canceled'],
    ['done, unreadable', {}, 'unread', 'unknown unexpected_response'],
    ['not done, answer lost', {}, 'read', 'unknown provider_unavailable'],
    ['not done, answer lost', LEFT, 'read', 'rejected invalid_state'],
    ['not done, answer lost', { status: 'in_transit', cancelable: false }, 'read', 'rejected invalid_state'],
    ['not done, answer lost', { status: 'pending', cancelable: false }, 'read', 'unknown provider_unavailable'],
    [
      'not done, answer lost',
      { status: 'unrecognized', providerStatus: 'canceling', cancelable: false },
      'read',
      'unknown provider_unavailable',
    ],
    ['refused', { status: 'pending', cancelable: false }, 'read', 'rejected invalid_state'],
    ['refused', LEFT, 'read', 'rejected invalid_state'],
    ['refused', CANCELED, 'read', 'ac_1 canceled'],
    ['refused', {}, 'read', 'rejected invalid_state'],
    ['refused', LEFT, 'unread', 'rejected invalid_state'],
    ['not sent', {}, 'read', 'rejected provider_unavailable'],
  ])('%s, of one that is %j and can be %s: %s', async (answers, first, reads, line) => {
    const { adapter, calls } = world(first, answers, reads);
    expect(await told(cancelAndConfirm({ context, adapter, id: 'ac_1', call: {} }))).toBe(line);
    expect(calls.filter((call) => call.startsWith('cancel'))).toHaveLength(1);
  });

  it.each(['authentication', 'permission', 'not_found', 'rate_limited'] as const)(
    'a refusal that says %s is told without a read',
    async (code) => {
      const { adapter, calls } = world({}, 'refused', 'read', { code });
      expect(await told(cancelAndConfirm({ context, adapter, id: 'ac_1', call: {} }))).toBe(`rejected ${code}`);
      expect(calls).toEqual(['cancel ac_1']);
    },
  );

  it('a success that does not say canceled is read again', async () => {
    const { adapter, payouts } = world({}, 'done');
    const vague = { ...adapter, cancel: async () => payoutOf() } as ErasedOperations;
    expect(await told(cancelAndConfirm({ context, adapter: vague, id: 'ac_1', call: {} }))).toBe('unknown invalid_state');
    payouts.set('ac_1', payoutOf(CANCELED));
    expect(await told(cancelAndConfirm({ context, adapter: vague, id: 'ac_1', call: {} }))).toBe('ac_1 canceled');
  });

  it('an answer about another payout says nothing about this one', async () => {
    const { adapter } = world({}, 'done');
    const other = { ...adapter, cancel: async () => payoutOf({ id: 'ac_9', status: 'canceled' }) } as unknown as ErasedOperations;
    expect(await told(cancelAndConfirm({ context, adapter: other, id: 'ac_1', call: {} }))).toBe('unknown unexpected_response');
  });

  it('whatever an adapter throws becomes an unknown', async () => {
    const { adapter } = world({}, 'done', 'unread');
    const stumbling = {
      ...adapter,
      retrieve: async () => Promise.reject(new TypeError('null')),
      cancel: async () => Promise.reject(new TypeError('undefined is not a function')),
    } as unknown as ErasedOperations;
    expect(await told(cancelAndConfirm({ context, adapter: stumbling, id: 'ac_1', call: {} }))).toBe('unknown unexpected_response');
  });

  it('over the wire: one request, one random key, and a second cancel answers the payout', async () => {
    const { acme, left, bank } = acmeWorld();
    await acme.createPayout(RENT);
    expect(await acme.cancel('ac_1')).toMatchObject({ status: 'canceled' });
    expect(await acme.cancel('ac_1')).toMatchObject({ status: 'canceled' });
    expect(bank.payouts).toMatchObject([{ status: 'canceled' }]);
    expect(left.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /payouts/ac_1/cancel',
      'POST /payouts/ac_1/cancel',
      'GET /payouts/ac_1',
    ]);
    bank.next({ lose: 'answer' }, { lose: 'answer' }, { lose: 'answer' });
    expect(await acme.cancel('ac_1')).toMatchObject({ status: 'canceled' });
  });

  it('over the wire: too late is invalid_state', async () => {
    const { acme, bank } = acmeWorld();
    await acme.createPayout(RENT);
    bank.payouts.forEach((payout) => (payout.status = 'paid'));
    await expect(acme.cancel('ac_1')).rejects.toMatchObject({ code: 'invalid_state', outcome: 'rejected', payoutId: 'ac_1' });
  });
});

describe('update', () => {
  const change = { metadata: { a: '1', gone: null } };

  it.each<readonly [Answers, 'read' | 'unread', string]>([
    ['done', 'read', 'ac_1 pending'],
    ['done, answer lost', 'read', 'ac_1 pending'],
    ['done, unreadable', 'read', 'ac_1 pending'],
    ['not done, answer lost', 'read', 'unknown provider_unavailable'],
    ['refused', 'read', 'rejected invalid_state'],
    ['not sent', 'read', 'rejected provider_unavailable'],
  ])('%s (%s): %s', async (answers, reads, line) => {
    const { adapter, calls } = world({ metadata: { gone: 'x', kept: 'y' } }, answers, reads);
    expect(await told(updateAndConfirm({ context, adapter, id: 'ac_1', change, call: {} }))).toBe(line);
    expect(calls.filter((call) => call.startsWith('update'))).toHaveLength(1);
  });

  it('an answer that was lost, and a payout that cannot be read, stay unknown', async () => {
    const { adapter } = world({}, 'done, answer lost');
    const unread = { ...adapter, retrieve: async () => Promise.reject(new TypeError('null')) } as unknown as ErasedOperations;
    expect(await told(updateAndConfirm({ context, adapter: unread, id: 'ac_1', change, call: {} }))).toBe('unknown provider_unavailable');
  });

  it('an inherited name is not a key that is there', async () => {
    const { adapter } = world({}, 'not done, answer lost');
    const { constructor } = Object.prototype;
    expect(typeof constructor).toBe('function');
    expect(await told(updateAndConfirm({ context, adapter, id: 'ac_1', change: { metadata: { constructor: 'x' } }, call: {} }))).toBe(
      'unknown provider_unavailable',
    );
    expect(await told(updateAndConfirm({ context, adapter, id: 'ac_1', change: { metadata: { constructor: null } }, call: {} }))).toBe(
      'ac_1 pending',
    );
  });

  it('R17: removing all removes the caller’s keys and never ours', async () => {
    const ours = { disburse_key: 'k', disburse_reference: 'r', ' Disburse_Key': 'as some provider may write it' };
    const { adapter, calls, payouts } = world({ metadata: { a: '1', ...ours, b: '2' } }, 'done');
    await updateAndConfirm({ context, adapter, id: 'ac_1', change: { metadata: null }, call: {} });
    expect(calls).toEqual(['retrieve ac_1', 'update ac_1 {"a":null,"b":null}']);
    expect(payouts.get('ac_1')?.metadata).toEqual(ours);
  });

  it('removing all where nothing is the caller’s changes nothing', async () => {
    const { adapter, calls } = world({ metadata: { disburse_key: 'k' } }, 'done');
    expect(await told(updateAndConfirm({ context, adapter, id: 'ac_1', change: { metadata: null }, call: {} }))).toBe('ac_1 pending');
    expect(calls).toEqual(['retrieve ac_1', 'retrieve ac_1']);
  });
});

describe('reverse', () => {
  const reversed = (engineToUse: ProviderContext, { adapter }: ReturnType<typeof world>, attempt?: number): Promise<string> =>
    told(reverseAndConfirm({ context: engineToUse, adapter, id: 'ac_1', change: attempt === undefined ? {} : { attempt }, call: {} }));

  it.each<readonly [Answers, string]>([
    ['done', 'ac_2 pending'],
    ['done, answer lost', 'ac_2 pending'],
    ['done, unreadable', 'ac_2 pending'],
    ['not done, answer lost', 'unknown provider_unavailable'],
    ['refused', 'rejected invalid_state'],
    ['not sent', 'rejected provider_unavailable'],
  ])('%s: %s', async (answers, line) => {
    const its = world({ status: 'paid' }, answers);
    expect(await reversed(context, its)).toBe(line);
    expect(its.calls[0]).toBe('retrieve ac_1');
    expect(its.calls.filter((call) => call.startsWith('reverse'))).toHaveLength(1);
  });

  it('of one that is reversed already answers what reverses it, and sends nothing', async () => {
    const its = world({ status: 'paid', reversedBy: 'ac_2' }, 'done');
    its.payouts.set('ac_2', payoutOf({ id: 'ac_2', reverses: 'ac_1' }));
    expect(await reversed(context, its)).toBe('ac_2 pending');
    expect(its.calls).toEqual(['retrieve ac_1', 'retrieve ac_2']);
  });

  it('of one that cannot be read sends nothing', async () => {
    const its = world({}, 'done');
    its.payouts.clear();
    expect(await reversed(context, its)).toBe('null not_found');
    expect(its.calls).toEqual(['retrieve ac_1']);
  });

  it.each([
    [null, 1],
    ['acct_1', 1],
    ['acct_1', 2],
  ])('has a key derived from the account (%s), the payout and the attempt (%i)', async (account, attempt) => {
    const its = world({ status: 'paid' }, 'done');
    await reversed(context.with({ identity: { ...context.identity, account } }), its, attempt);
    expect(its.calls).toContain(`reverse ac_1 ${await deriveReversalKey({ account, payoutId: 'ac_1', attempt })}`);
  });

  it('again after an unknown it has the same key, and reverses once', async () => {
    const its = world({ status: 'paid' }, ['not done, answer lost', 'done']);
    expect(await reversed(context, its)).toBe('unknown provider_unavailable');
    expect(await reversed(context, its)).toBe('ac_2 pending');
    expect(await reversed(context, its)).toBe('ac_2 pending');
    const sent = its.calls.filter((call) => call.startsWith('reverse'));
    expect(new Set(sent).size).toBe(1);
    expect(sent).toHaveLength(2);
  });

  it('that is seen to be done, by a reversal that cannot be read, is unknown and names it', async () => {
    const its = world({ status: 'paid' }, 'done, answer lost');
    const unread = {
      ...its.adapter,
      retrieve: async (id: string) => {
        if (id === 'ac_2') throw new PayoutError('provider_unavailable', 'no answer.');
        return its.payouts.get(id);
      },
    } as unknown as ErasedOperations;
    await expect(reverseAndConfirm({ context, adapter: unread, id: 'ac_1', change: {}, call: {} })).rejects.toMatchObject({
      outcome: 'unknown',
      payoutId: 'ac_2',
    });
  });

  it('that is refused because somebody reversed it meanwhile answers that reversal', async () => {
    const its = world({ status: 'paid' }, 'refused');
    const raced = {
      ...its.adapter,
      reverse: async () => {
        its.payouts.set('ac_1', payoutOf({ status: 'paid', reversedBy: 'ac_2' }));
        its.payouts.set('ac_2', payoutOf({ id: 'ac_2', reverses: 'ac_1' }));
        throw new PayoutError('invalid_state', 'reversed already.', { outcome: 'rejected' });
      },
    } as unknown as ErasedOperations;
    expect(await told(reverseAndConfirm({ context, adapter: raced, id: 'ac_1', change: {}, call: {} }))).toBe('ac_2 pending');
  });

  it('answered with the payout itself has reversed nothing', async () => {
    const { adapter } = world({ status: 'paid' }, 'done');
    const same = { ...adapter, reverse: async () => payoutOf({ status: 'paid' }) } as unknown as ErasedOperations;
    expect(await told(reverseAndConfirm({ context, adapter: same, id: 'ac_1', change: {}, call: {} }))).toBe('unknown unexpected_response');
  });

  it('that answers another payout’s reversal is told as unknown, unless a read shows ours', async () => {
    const { adapter } = world({ status: 'paid' }, 'done');
    const other = { ...adapter, reverse: async () => payoutOf({ id: 'ac_8', reverses: 'ac_7' }) } as unknown as ErasedOperations;
    expect(await told(reverseAndConfirm({ context, adapter: other, id: 'ac_1', change: {}, call: {} }))).toBe(
      'unknown unexpected_response',
    );
  });
});

describe('an adapter that lacks it', () => {
  it.each(['update', 'reverse'] as const)('%s is unsupported, before anything is read', async (operation) => {
    const { adapter, calls } = world({}, 'done');
    const lacking = { ...adapter, [operation]: undefined } as unknown as ErasedOperations;
    const call =
      operation === 'update'
        ? updateAndConfirm({ context, adapter: lacking, id: 'ac_1', change: { metadata: { a: '1' } }, call: {} })
        : reverseAndConfirm({ context, adapter: lacking, id: 'ac_1', change: {}, call: {} });
    expect(await told(call)).toBe('rejected unsupported');
    expect(calls).toEqual([]);
  });
});

it('a cancel whose every answer is trouble is told with what was said last', async () => {
  const { acme, bank, onRead } = acmeWorld({ maxResends: 0 });
  await acme.createPayout(RENT);
  bank.next({ status: 503 });
  onRead(answered(500));
  await expect(acme.cancel('ac_1')).rejects.toMatchObject({ code: 'provider_unavailable', outcome: 'unknown', httpStatus: 503 });
});
