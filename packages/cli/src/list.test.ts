// A list says that there is more, and can be opened in a spreadsheet without running what a stranger wrote.
import { describe, expect, it } from 'vitest';
import { disburse, type World, world } from './__tests__/bench.ts';
import { csvLines } from './csv.ts';
import type { Payout } from '@disburse/core';

/** A number that could be one of a bank account. */
const NUMBER = '000123456789';

async function paid(count: number): Promise<World> {
  const place = await world();
  for (let index = 1; index <= count; index += 1) {
    expect(await disburse(['create', `${index}.00`, 'USD', '--reference', `r${index}`], place)).toMatchObject({ code: 0 });
  }
  return place;
}

describe('a list that has more', () => {
  it('says how many are shown, and how to go on', async () => {
    const place = await paid(3);
    const first = await disburse(['list', '--limit', '2'], place);
    expect(first.stdout.trimEnd().split('\n')).toHaveLength(3);
    const said = /^next {3}2 payouts are shown, and there are more\. Add --cursor (\S+) for the next page, or --all for all of them\.\n$/;
    expect(first.stderr).toMatch(said);
    const [, cursor = ''] = said.exec(first.stderr) ?? [];
    const second = await disburse(['list', '--limit', '2', '--cursor', cursor], place);
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout.trimEnd().split('\n')).toHaveLength(2);
    const all = await disburse(['list', '--limit', '2', '--all'], place);
    expect([all.stdout.trimEnd().split('\n').length, all.stderr]).toEqual([4, '']);
  });

  it('says so of one payout, too', async () => {
    const place = await paid(2);
    expect((await disburse(['list', '--limit', '1'], place)).stderr).toContain('1 payout is shown, and there are more.');
  });

  it('is asked for once: the check of what was typed sends nothing', async () => {
    const place = await paid(1);
    const before = place.stripe.requests().length;
    expect(await disburse(['list'], place)).toMatchObject({ code: 0 });
    expect(place.stripe.requests().length - before).toBe(1);
  });
});

describe('--csv', () => {
  it('has a heading and a line for each payout, and says apart from them that there is more', async () => {
    const place = await paid(2);
    const end = await disburse(['list', '--csv', '--limit', '1'], place);
    const [head = '', row = '', ...rest] = end.stdout.split('\n');
    expect(head).toBe(
      'id,reference,status,amount,currency,fee,fee_currency,provider,adapter,account,mode,provider_status,created,expected,automatic,destination,description,statement_descriptor,trace,failure,failure_code,failure_message,reverses,reversed_by',
    );
    expect(row).toMatch(/^po_\w+,r2,pending,2\.00,USD,,,us,stripe,,test,pending,2026-11-23T09:00:00\.000Z,/);
    expect(rest).toEqual(['']);
    expect(end.stderr).toContain('there are more');
  });

  it('of no payout is the heading alone', async () => {
    const end = await disburse(['list', '--csv'], await world());
    expect(end.stdout).toMatch(/^id,reference,[\w,]+\n$/);
  });

  it('has no account number, no metadata, and no formula, whoever wrote them', async () => {
    const place = await world();
    const words = `=HYPERLINK("http://x";"y") for ${NUMBER}`;
    const create = ['create', '25.00', 'USD', '--reference', 'r1', '--description', words, '--metadata', `note=${NUMBER}`];
    expect(await disburse(create, place)).toMatchObject({ code: 0 });
    const { stdout } = await disburse(['list', '--csv'], place);
    expect(stdout).toContain(`"'=HYPERLINK(""http://x"";""y"") for (hidden)"`);
    expect(stdout).not.toContain(NUMBER);
  });

  it('goes with no other form', async () => {
    const end = await disburse(['list', '--csv', '--json'], await world());
    expect(end).toMatchObject({ code: 2, records: [{ error: { message: 'say --csv or --json, not both.' } }] });
  });

  const payout = (more: Partial<Payout>): Payout => ({
    id: 'po_1',
    provider: 'stripe',
    name: 'us',
    reference: null,
    money: { amount: '-5.00', currency: 'USD' },
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
    expectedArrival: null,
    trackingReference: null,
    reverses: null,
    reversedBy: null,
    live: true,
    raw: {},
    ...more,
  });

  it.each([
    ['a formula', '=1+1', "'=1+1"],
    ['a sum', '+1+1', "'+1+1"],
    ['a difference', '-1-1', "'-1-1"],
    ['a call', '@SUM(A1)', "'@SUM(A1)"],
    ['a wide sign', '\uff1d1', "'\uff1d1"],
    ['a quote', 'say "a"', '"say ""a"""'],
    ['the next cell', 'a,=1', '"a,=1"'],
    ['the next cell elsewhere', 'a;=1', '"a;=1"'],
    ['the next line', 'a\n=1', 'a =1'],
  ])('%s in a description is text', (_, description, cell) => {
    const [, line = '', ...rest] = csvLines([payout({ description })], 'acct_1');
    expect(line).toBe(`po_1,,paid,-5.00,USD,,,us,stripe,acct_1,live,paid,2026-11-23T09:00:00.000Z,,true,,${cell},,,,,,,`);
    expect(rest).toEqual([]);
  });
});
