// What core adds around an adapter's operations: their checks, and patience with an adapter that stumbles.
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN } from './__tests__/acme-bank.ts';
import { acmeWorld, answered, changed, RENT } from './__tests__/acme-world.ts';
import { manualTime } from './__tests__/manual-time.ts';
import type { AdapterOperations, PayoutProviderSpec } from './adapter/spec.ts';
import { definePayoutProvider, internalsOf } from './define-provider.ts';
import { defineMoneyProfile } from './money/money-profile.ts';
import type { Balance, Payout } from './payout/payout.ts';
import type { NoOptions } from './known-keys.ts';
import { type PayoutProvider, supports } from './adapter/provider.ts';

interface Ledger extends PayoutProvider<'ledger', Record<never, NoOptions>, 'list' | 'update' | 'reverse' | 'balances'> {}

const payout = { id: 'l_1', status: 'paid', metadata: { a: '1' }, reversedBy: null, reverses: null } as unknown as Payout;

/** A provider with every optional operation, whose world is a list of what it was asked. */
function ledger(extraMembers: Partial<AdapterOperations<Ledger>> = {}) {
  const asked: (readonly unknown[])[] = [];
  const told =
    <T>(operation: string, answer: T) =>
    async (...of: readonly unknown[]): Promise<T> => {
      asked.push([operation, ...of]);
      return answer;
    };
  const operations: ReturnType<PayoutProviderSpec<Ledger>['operations']> = {
    encodeCreate: () => ({ path: '/', headers: {}, body: '', source: null }),
    decodeCreate: () => null,
    readCreate: () => payout,
    retrieve: told('retrieve', payout),
    page: told('page', { payouts: [], nextCursor: null }),
    cancel: told('cancel', { ...payout, status: 'canceled' as const }),
    update: told('update', payout),
    reverse: told('reverse', { ...payout, id: 'l_2', reverses: 'l_1' }),
    balances: told('balances', { balances: [{ source: 'eur' }] as unknown as readonly Balance[] }),
    ...extraMembers,
  };
  return { provider: definePayoutProvider<Ledger>(specWith({}, operations)), asked, operations };
}

function specWith(capabilities: object, operations: object): PayoutProviderSpec<Ledger> {
  return {
    id: 'ledger',
    label: 'Ledger',
    settings: { runtime: manualTime() },
    endpoint: { baseUrl: 'https://ledger.test', headers: {}, credentials: {} },
    requestIdHeader: null,
    account: 'acct_1',
    source: null,
    live: null,
    money: defineMoneyProfile({ provider: 'Ledger', form: 'decimal_string', exponents: { EUR: 2 }, exponentElse: null }),
    amountInAnswer: 'exact',
    correlation: 'none',
    correlationTokenOf: () => null,
    options: {},
    request: { fullBalance: false, account: false, destination: false, statementDescriptor: false, metadata: false },
    capabilities: {
      states: {},
      key: { retentionMs: 1, storesRefusals: false },
      absence: 'by_list',
      filters: { status: 'core', createdFrom: 'core', createdTo: 'core', destination: 'core' },
      listLimit: 10,
      listFloor: null,
      sideEffects: [],
      ...capabilities,
    },
    problems: () => [],
    refusal: () => ({ code: 'other' as never, message: '', providerCode: null, providerMessage: null, outcome: 'unknown', resend: false }),
    isReplay: () => false,
    webhooks: {} as PayoutProviderSpec<Ledger>['webhooks'],
    extraMembers: {},
    operations: () => operations as ReturnType<PayoutProviderSpec<Ledger>['operations']>,
  };
}

describe('optional operations', () => {
  it('are listed where they are written, and called with what the caller gave', async () => {
    const { provider, asked } = ledger();
    expect(provider.capabilities.operations.slice(-3)).toEqual(['update', 'reverse', 'balances']);
    await provider.update('l_1', { metadata: { a: '2' } }, { timeoutMs: 5 });
    await provider.reverse('l_1', { metadata: { b: '1' } });
    expect(await provider.balances()).toEqual([{ source: 'eur' }]);
    expect(asked.map(([operation]) => operation)).toEqual(['update', 'retrieve', 'reverse', 'balances']);
    expect(asked[0]).toEqual(['update', 'l_1', { metadata: { a: '2' } }, undefined, { timeoutMs: 5 }]);
  });

  it('are checked before anything is asked', async () => {
    const { provider, asked } = ledger();
    await expect(provider.update('', { metadata: {} })).rejects.toMatchObject({ issues: [{ path: 'id' }, { path: 'metadata' }] });
    await expect(provider.reverse('l_1', { attempt: 0 })).rejects.toMatchObject({ issues: [{ path: 'attempt' }] });
    await expect(provider.balances({ timeoutMs: 0 })).rejects.toMatchObject({ issues: [{ path: 'timeoutMs' }] });
    await expect(provider.balances({ providerOptions: { ledger: { a: 1 } as never } })).rejects.toMatchObject({
      issues: [{ path: 'providerOptions.ledger.a' }],
    });
    expect(asked).toEqual([]);
  });
});

describe('what proves that a payout is absent', () => {
  const { page: _page, ...withoutPage } = ledger().operations;
  const defined = (capabilities: object, operations: object) => () => definePayoutProvider(specWith(capabilities, operations) as never);

  it.each<readonly [string, object, object]>([
    ['by a list, and none is written', { absence: 'by_list' }, withoutPage],
    ['is not said', { absence: undefined }, ledger().operations],
    ['is another word', { absence: 'by_mail' }, ledger().operations],
  ])('%s: the adapter is refused when it is loaded', (_, capabilities, operations) => {
    expect(defined(capabilities, operations)).toThrow(
      expect.objectContaining({ code: 'invalid_settings', message: expect.stringContaining('capabilities.absence') as string }),
    );
  });

  it('nothing: then there may be no list, and what is called refuses', async () => {
    const provider = defined({ absence: 'never' }, withoutPage)();
    expect(provider.capabilities).toMatchObject({
      absence: 'never',
      operations: expect.not.arrayContaining(['list', 'listAll']) as string[],
    });
    expect([supports(provider, 'list'), supports(provider, 'listAll')]).toEqual([false, false]);
    expect(Object.keys(provider)).not.toEqual(expect.arrayContaining(['list']));
    const refused = expect.objectContaining({ code: 'unsupported', outcome: 'rejected' });
    const stubs = provider as unknown as Ledger;
    await expect(stubs.list()).rejects.toEqual(refused);
    expect(() => stubs.listAll(), 'whoever iterates hears it: a promise that rejects would be nobody’s').toThrow(refused);
  });
});

describe('balances that cannot be read', () => {
  const row = { id: 'usdc', position: 2, message: 'answered with something that is no balance (currency usdc).' };
  const { provider } = ledger({ balances: async () => ({ balances: [{ source: 'eur' } as unknown as Balance], unreadable: [row] }) });

  it('are an error that names them', async () =>
    expect(provider.balances()).rejects.toMatchObject({
      code: 'unexpected_response',
      message: expect.stringContaining('a balance cannot be read: row 2 (usdc)') as string,
    }));
  it('or are heard of, and left out', async () => {
    const heard: unknown[] = [];
    expect(await provider.balances({ onUnreadable: (unread) => void heard.push(unread) })).toEqual([{ source: 'eur' }]);
    expect(heard).toEqual([row]);
    await expect(provider.balances({ onUnreadable: 1, timeoutMs: 0 } as never)).rejects.toMatchObject({
      issues: [{ path: 'onUnreadable' }, { path: 'timeoutMs' }],
    });
  });
});

describe('an adapter that stumbles', () => {
  it('over a token loses no payout', async () => {
    const { acme, onCreate } = acmeWorld();
    // metadata: {} in Acme's reading; the getter throws in its tokenOf.
    onCreate(changed((answer) => ({ ...answer, token: null })));
    expect(await acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted', notices: [{ code: 'token_missing' }] });
    const { context } = acmeWorld();
    expect(context.rules.correlationTokenOf({} as Payout), 'no metadata at all').toBeNull();
  });

  it('takes the credential out of what a provider repeats', () => {
    const { context } = acmeWorld();
    expect(context.redact(`you sent Bearer ${ACME_TOKEN}, ${ACME_TOKEN}!`)).toBe('you sent Bearer [redacted], [redacted]!');
  });
});

describe('a create that is refused at once', () => {
  it('is thrown where the store cannot say whether its reference was submitted before: "rejected" could be a lie', async () => {
    const find = async (): Promise<never> => {
      throw new Error('down');
    };
    const { acme, left } = acmeWorld({ submissions: { putIfAbsent: find, setResolution: find, find } });
    await expect(acme.createPayout({ ...RENT, money: null as never })).rejects.toMatchObject({
      code: 'invalid_request',
      outcome: null,
      message: expect.stringContaining('This call sent nothing'),
    });
    expect(left).toEqual([]);
  });

  it('says where its reference was paid before', async () => {
    const { acme } = acmeWorld();
    await acme.createPayout(RENT);
    expect(await acme.createPayout({ ...RENT, money: null as never })).toMatchObject({
      outcome: 'unknown',
      error: {
        message: expect.stringMatching(/full_balance'\. This call sent nothing, but its reference was accepted before, as ac_1\.$/),
      },
    });
  });

  it('is unknown where its reference was submitted before', async () => {
    const { acme, onCreate } = acmeWorld({ maxResends: 0 });
    onCreate(answered(503));
    await acme.createPayout(RENT);
    expect(await acme.createPayout({ ...RENT, money: null as never })).toMatchObject({ outcome: 'unknown', submission: RENT });
    expect(await acme.createPayout({ ...RENT, attempt: 'x' as never })).toMatchObject({ outcome: 'unknown', submission: RENT });
  });
});

it('knows its own providers from the inside, and no others', () => {
  const { acme } = acmeWorld();
  expect(internalsOf(acme)?.context.identity.id).toBe('acme');
  expect(internalsOf({ ...acme })).toBeNull();
});
