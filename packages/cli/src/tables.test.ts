// A table fits the terminal, says nothing empty, and leaves nothing out without a word.
import { describe, expect, it } from 'vitest';
import { PassThrough } from 'node:stream';
import { disburse, type World, world } from './__tests__/bench.ts';
import { facts, notBeforeText, type Paper, table, tableWidthOf, timeText } from './tables.ts';

const on = (width: number): Paper => ({ paint: (_, text) => text, width });
const COLUMNS = ['id', 'amount', { spare: 'created' }, 'failure'] as const;
const ROWS = [
  ['po_1', '25.00 USD', '2026-11-23', ''],
  ['po_2', '1.00 USD', '2026-11-24', ''],
];

describe('a table', () => {
  it('has no column without a value', () => {
    expect(table(COLUMNS, ROWS, on(Number.POSITIVE_INFINITY))).toEqual([
      'id    amount     created',
      'po_1  25.00 USD  2026-11-23',
      'po_2  1.00 USD   2026-11-24',
    ]);
  });

  it('of no rows keeps its heading', () => {
    expect(table(['a', 'b'], [], on(80))).toEqual(['a  b']);
  });

  it.each([
    ['as wide as it is, whole', 27, ['id    amount     created', 'po_1  25.00 USD  2026-11-23', 'po_2  1.00 USD   2026-11-24']],
    [
      'a column too narrow, without what it can spare',
      26,
      ['id    amount', 'po_1  25.00 USD', 'po_2  1.00 USD', '(not shown at this width: created)'],
    ],
    [
      'narrower than what it needs, a block for each row, with everything',
      14,
      [
        'id       po_1',
        'amount',
        '  25.00 USD',
        'created',
        '  2026-11-23',
        '',
        'id       po_2',
        'amount',
        '  1.00 USD',
        'created',
        '  2026-11-24',
      ],
    ],
  ])('on a terminal that is %s', (_, width, lines) => {
    expect(table(COLUMNS, ROWS, on(width))).toEqual(lines);
  });
});

it('a property that does not fit beside its name stands below it', () => {
  const pairs = [
    ['payout', 'po_1'],
    ['failure', 'the account is closed'],
    ['nothing', null],
  ] as const;
  expect(facts(pairs, on(80))).toEqual(['payout   po_1', 'failure  the account is closed']);
  expect(facts(pairs, on(20))).toEqual(['payout   po_1', 'failure', '  the account is', '  closed']);
  expect(facts([], on(80))).toEqual([]);
});

it.each([
  ['2026-11-23T09:00:00.123Z', '2026-11-23T09:00:00Z', '2026-11-23T09:00:01Z'],
  ['2026-11-23T09:00:00.000Z', '2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z'],
])('%s has no milliseconds, and is never too early', (time, shown, soonest) => {
  expect([timeText(time), notBeforeText(time)]).toEqual([shown, soonest]);
});

it.each([
  ['a terminal', true, 50, undefined, 50],
  ['a terminal that does not know', true, undefined, undefined, 80],
  ['a terminal without columns', true, 0, undefined, 80],
  ['a file', false, undefined, undefined, Number.POSITIVE_INFINITY],
  ['whatever COLUMNS says', false, undefined, '60', 60],
  ['a file, and COLUMNS is no number', false, undefined, 'wide', Number.POSITIVE_INFINITY],
])('the width of %s', (_, isTTY, columns, asked, width) => {
  const stdout = Object.assign(new PassThrough(), { isTTY, columns });
  expect(tableWidthOf({ stdout, env: { COLUMNS: asked } })).toBe(width);
});

describe('what a person reads', () => {
  /** Payouts of three providers, one that failed, and a submission that is open. */
  async function paid(): Promise<World> {
    const place = await world();
    const create = ['create', '25.00', 'USD', '--reference'];
    expect(await disburse([...create, 'seller-42-2026-11', '--metadata', 'order=42'], place)).toMatchObject({ code: 0 });
    expect(await disburse([...create, 'seller-43-2026-11'], place)).toMatchObject({ code: 0 });
    place.stripe.move(place.stripe.payouts()[0]?.id ?? '', 'fail', undefined);
    place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
    expect(await disburse([...create, 'seller-44-2026-11'], place)).toMatchObject({ code: 4 });
    return place;
  }

  // A word that is longer than a line, such as an id, is never broken.
  it.each([80, 50])('fits %i columns, and has no milliseconds', async (columns) => {
    const place = await paid();
    const id = place.stripe.payouts()[0]?.id ?? '';
    const wide = { ...place, env: { COLUMNS: String(columns) } };
    const lines: string[] = [];
    for (const args of [['list'], ['get', id], ['balances'], ['providers'], ['check'], ['open'], ['events']]) {
      const { code, stdout } = await disburse(args, wide);
      expect(code).toBe(0);
      lines.push(...stdout.split('\n'));
    }
    expect(lines.length).toBeGreaterThan(60);
    expect(lines.filter((line) => line.length > columns && line.trim().includes(' '))).toEqual([]);
    expect(lines.filter((line) => /:\d\d\.\d{3}Z/.test(line))).toEqual([]);
  });

  it('is wide where a program reads it, and JSON is whole at any width', async () => {
    const place = await paid();
    const narrow = { ...place, env: { COLUMNS: '50' } };
    expect((await disburse(['list'], place)).stdout).toMatch(/^id +status +amount +created +reference +failure\n/);
    expect((await disburse(['list', '--json'], narrow)).stdout).toBe((await disburse(['list', '--json'], place)).stdout);
    expect((await disburse(['list', '--json'], narrow)).stdout).toContain('.000Z');
  });
});

it('one payout: metadata of whoever made it, and none of disburse, which JSON has', async () => {
  const place = await world();
  const create = ['create', '25.00', 'USD', '--reference', 'r1', '--metadata', 'order=42'];
  const { stdout } = await disburse(create, place);
  expect(stdout).toMatch(/^metadata order +42$/m);
  expect(stdout).not.toContain('disburse_');
  expect((await disburse([...create, '--json'], place)).stdout).toContain('"disburse_reference":"r1"');
});
