// What explain says may still happen: nothing that the provider refuses.
import { simulateStripe } from '@disburse/simulator';
import type { Payout } from '@disburse/core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, type Finished, folder, world } from './__tests__/bench.ts';
import type { OutcomeRecord, Results } from './records.ts';
import { reversalRefused } from './reversals.ts';

const explained = ({ records }: Finished): Results['explain'] => records[0]?.result as Results['explain'];
const idOf = ({ records }: Finished): string => (records[0]?.result as OutcomeRecord | undefined)?.payout?.id ?? '';

describe('a reversal', () => {
  it.each([
    ['us', 'USD', 'stripe', 'read of none: name it with --account'],
    ['parties', 'USD', 'treasury', 'has no reverse'],
    ['eu', 'EUR', 'mollie', 'has no reverse'],
  ] as const)('of a paid payout of %s is not promised, because it is refused', async (name, currency, rail, why) => {
    const place = await world();
    const id = idOf(await disburse(['create', '25.00', currency, '--reference', 'r1', '--provider', name, '--json'], place));
    place[rail].move(id, 'pay', undefined);
    expect((await disburse(['reverse', id, '--provider', name, '--yes'], place)).code).not.toBe(0);
    const record = explained(await disburse(['explain', id, '--provider', name, '--json'], place));
    expect(record.reverse).toMatchObject({ possible: false, reason: expect.stringContaining(why) as string, condition: null });
    const { stdout } = await disburse(['explain', id, '--provider', name], place);
    expect(stdout).toContain('It cannot be reversed. ');
    expect(stdout).not.toContain('disburse reverse');
  });

  it('of a payout of a connected account may be possible, and what it needs is said', async () => {
    const stripe = simulateStripe();
    stripe.account('acct_1').addBankAccount({ currency: 'usd' });
    stripe.account('acct_1').fund({ amount: 10_000, currency: 'usd' });
    const server = await stripe.listen();
    onTestFinished(() => server.close());
    const cwd = await folder();
    const us = { adapter: 'stripe', apiKey: { env: 'KEY' }, baseUrl: server.url, maxResends: 0 };
    await writeFile(join(cwd, 'disburse.config.json'), JSON.stringify({ providers: { us } }));
    const place = { cwd, env: { KEY: stripe.apiKey } };
    const account = ['--account', 'acct_1'];
    const id = idOf(await disburse(['create', '25.00', 'USD', '--reference', 'r1', ...account, '--json'], place));
    await stripe.clock.advance(3 * 86_400_000);
    const { stdout } = await disburse(['explain', id, ...account], place);
    expect(stdout).toContain(`It may be possible to reverse it: disburse reverse ${id} --provider us --account acct_1`);
    expect(stdout).toContain('Stripe reverses only payouts to bank accounts in the US and Canada.');
    expect(await disburse(['reverse', id, ...account, '--yes'], place)).toMatchObject({ code: 0 });
  });

  const NOW = Date.parse('2026-11-30T00:00:00Z');
  const payout = (more: Partial<Payout>): Payout => ({
    id: 'po_1',
    provider: 'stripe',
    name: 'us',
    reference: null,
    money: { amount: '5.00', currency: 'USD' },
    fee: null,
    status: 'paid',
    providerStatus: 'paid',
    failure: null,
    cancelable: false,
    automatic: true,
    destination: null,
    description: null,
    statementDescriptor: null,
    metadata: {},
    createdAt: '2026-11-23T09:00:00.000Z',
    expectedArrival: '2026-11-25',
    trackingReference: null,
    reverses: null,
    reversedBy: null,
    live: true,
    raw: { type: 'bank_account', method: 'standard' },
    ...more,
  });

  it.each<readonly [string, Partial<Payout>, string | null, RegExp | null]>([
    ['of a connected account', {}, 'acct_1', null],
    ['of no connected account', {}, null, /only payouts of connected accounts/],
    ['to a card', { raw: { type: 'card', method: 'standard' } }, 'acct_1', /only payouts to bank accounts/],
    ['that was instant', { raw: { type: 'bank_account', method: 'instant' } }, 'acct_1', /does not reverse instant payouts/],
    ['that is a debit', { money: { amount: '-5.00', currency: 'USD' } }, 'acct_1', /does not reverse a debit/],
    ['that arrived 90 days ago', { expectedArrival: '2026-09-01' }, 'acct_1', /less than 90 days ago/],
    ['that arrived 89 days ago', { expectedArrival: '2026-09-02' }, 'acct_1', null],
    ['that does not tell when it arrives', { expectedArrival: null }, 'acct_1', null],
    ['of another form than was read before', { raw: null }, 'acct_1', null],
  ])('of a payout %s', (_, more, account, why) => {
    const reason = reversalRefused(payout(more), account, NOW);
    if (why === null) expect(reason).toBeNull();
    else expect(reason).toMatch(why);
  });
});

it('a cancel is promised only as long as the payout is pending', async () => {
  const place = await world();
  const id = idOf(await disburse(['create', '25.00', 'USD', '--reference', 'r1', '--json'], place));
  const record = explained(await disburse(['explain', id, '--json'], place));
  expect(record.cancel).toMatchObject({ possible: true, condition: expect.stringContaining('as long as it is pending') as string });
});
