import type { Balance, Money, Payout } from '@disburse/core';
import Table from 'cli-table3';
import { stripVTControlCharacters } from 'node:util';
import type { Host, Output } from './host.ts';
import { type Paint, printable, STATUS_COLOURS } from './style.ts';
import { numberOf } from './typed.ts';

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;
const PLAIN = { chars: NO_LINES, style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 } };

/** A cell whose colours are ours; any other is text of somebody's, without any. */
export interface Painted {
  readonly painted: string;
}
type Cell = string | Painted;

/** What tables are printed on. */
export interface Paper {
  readonly paint: Paint;
  /** In columns; infinite where the output goes to a file or to a program. */
  readonly width: number;
}

/** A heading, and whether a terminal that is too narrow may go without its column. */
type Column = string | { readonly spare: string };

/**
 * Rows under a heading, without lines around them: it stays readable in a log. A column without any value is left out.
 *
 * Where the terminal is too narrow, the columns that are spare are left out, and the last line names them. Where that is not
 * enough, every row is a block: a line for each of its values.
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], paper: Paper): readonly string[] {
  const filled = columns
    .map((column, index) => ({ title: titleOf(column), spare: typeof column !== 'string', cells: rows.map((row) => row[index] ?? '') }))
    .filter(({ cells }) => rows.length === 0 || cells.some((cell) => cell !== ''));
  const whole = grid(filled, paper);
  if (fits(whole, paper)) return whole;
  const needed = filled.filter(({ spare }) => !spare);
  const narrow = grid(needed, paper);
  if (!fits(narrow, paper)) return blocks(filled, paper);
  const left = filled.filter(({ spare }) => spare).map(({ title }) => title);
  return [...narrow, paper.paint('dim', `(not shown at this width: ${left.join(', ')})`)];
}

/** A column that has something to show. */
interface Filled {
  readonly title: string;
  readonly cells: readonly Cell[];
}

const titleOf = (column: Column): string => (typeof column === 'string' ? column : column.spare);

function grid(columns: readonly Filled[], { paint }: Paper): readonly string[] {
  const printed = new Table({ head: columns.map(({ title }) => paint('dim', title)), ...PLAIN });
  printed.push(...(columns[0]?.cells ?? []).map((_, row) => columns.map(({ cells }) => printableCell(cells[row] ?? ''))));
  return trimmed(printed.toString());
}

function blocks(columns: readonly Filled[], paper: Paper): readonly string[] {
  const rows = (columns[0]?.cells ?? []).map((_, row) => columns.map(({ title, cells }) => [title, cells[row]] as const));
  return rows.flatMap((pairs, index) => [...(index === 0 ? [] : ['']), ...facts(pairs, paper)]);
}

const lengthOf = (line: string): number => stripVTControlCharacters(line).length;
const fits = (lines: readonly string[], { width }: Paper): boolean => lines.every((line) => lengthOf(line) <= width);

/**
 * One thing, a line for each of its properties; those without a value are left out.
 *
 * Where the terminal is too narrow for a value beside its name, it stands below the name, indented.
 */
export function facts(pairs: readonly (readonly [string, Cell | null | undefined])[], { paint, width }: Paper): readonly string[] {
  const told = pairs.flatMap(([name, value]) => (value == null || value === '' ? [] : [[paint('dim', printable(name)), value] as const]));
  const printed = new Table(PLAIN);
  printed.push(...told.map(([name, value]) => [name, printableCell(value)]));
  const lines = told.length === 0 ? [] : trimmed(printed.toString());
  return lines.flatMap((line, index) => {
    const [name, value] = told[index] ?? [line, ''];
    return lengthOf(line) <= width ? [line] : [name, ...below(value, width)];
  });
}

function below(value: Cell, width: number): readonly string[] {
  if (typeof value !== 'string') return [`  ${value.painted}`];
  return wrapped(value, width - 2).map((line, index) => (index === 0 ? `  ${line}` : line));
}

/** How wide running text is for a stream: some terminals say that they have no columns, and one line across a wide one is hard to read. */
export const widthOf = ({ columns }: Output): number => Math.min(columns === undefined || columns < 20 ? 80 : columns, 100);

/** How wide a table may be: as wide as the terminal, or as COLUMNS says. A file or a program takes any width. */
export function tableWidthOf({ stdout, env }: Pick<Host, 'stdout' | 'env'>): number {
  const asked = numberOf(env['COLUMNS'] ?? '');
  if (asked >= NARROWEST) return asked;
  if (stdout.isTTY !== true) return Number.POSITIVE_INFINITY;
  return stdout.columns !== undefined && stdout.columns >= NARROWEST ? stdout.columns : 80;
}

/** Some terminals say that they have no columns, or one. */
const NARROWEST = 20;

/** Text of somebody's in lines of a width; all but the first are indented. A word that is longer has a line of its own. */
export function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(/ +/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (longer.length <= width || line.trim() === '') line = longer;
    else {
      lines.push(line);
      line = `  ${word}`;
    }
  }
  return [...lines, line];
}

const trimmed = (text: string): readonly string[] => text.split('\n').map((line) => line.trimEnd());

const printableCell = (cell: Cell): string => (typeof cell === 'string' ? printable(cell) : cell.painted);

export function moneyText(money: Money | 'full_balance' | null): string {
  if (money === null) return 'not fixed yet';
  return money === 'full_balance' ? 'the full balance' : `${money.amount} ${money.currency}`;
}

/** A time for people: to the second. What is no time stays as it is. */
export const timeText = (time: string): string => time.replace(/(T\d\d:\d\d:\d\d)\.\d+/, '$1');

/** From when on something may be done: the first full second that is not too early. */
export const notBeforeText = (time: string): string => timeText(new Date(Math.ceil(Date.parse(time) / 1000) * 1000).toISOString());

/** The provider's code is often our own word for it. */
const failureText = ({ reason, code, message }: NonNullable<Payout['failure']>): string =>
  [...new Set([reason, code, message])].filter((part) => part !== null).join(': ');

/** Entries that find a payout again: a person knows it by its reference. */
const OF_DISBURSE = 'disburse_';

/** @param account The connected account that it was read of. */
export function payoutFacts(payout: Payout, paper: Paper, account?: string | null): readonly string[] {
  const { status, providerStatus, failure } = payout;
  const { paint } = paper;
  const own = status === providerStatus ? '' : ` (${printable(providerStatus)})`;
  return facts(
    [
      ['payout', payout.id],
      ['status', { painted: `${paint(STATUS_COLOURS[status], status)}${own}` }],
      ['failure', failure === null ? null : failureText(failure)],
      ['amount', moneyText(payout.money)],
      ['fee', payout.fee === null ? null : moneyText(payout.fee)],
      ['provider', `${payout.name} (${payout.provider}), ${payout.live ? 'live' : 'test'}`],
      ['account', account],
      ['reference', payout.reference],
      ['destination', payout.destination],
      ['description', payout.description],
      ['on the statement', payout.statementDescriptor],
      ['created', timeText(payout.createdAt)],
      ['expected', payout.expectedArrival === null ? null : timeText(payout.expectedArrival)],
      ['trace', payout.trackingReference],
      ['reverses', payout.reverses],
      ['reversed by', payout.reversedBy],
      ['made by', payout.automatic ? "the provider's schedule" : null],
      ...Object.entries(payout.metadata)
        .filter(([key]) => !key.startsWith(OF_DISBURSE))
        .map(([key, value]) => [`metadata ${key}`, value] as const),
    ],
    paper,
  );
}

export function payoutTable(payouts: readonly Payout[], paper: Paper): readonly string[] {
  const rows = payouts.map(({ id, status, money, createdAt, reference, failure, automatic }) => [
    id,
    { painted: paper.paint(STATUS_COLOURS[status], status) },
    moneyText(money),
    timeText(createdAt),
    reference ?? (automatic ? '(automatic)' : ''),
    failure?.reason ?? '',
  ]);
  return table(['id', 'status', 'amount', { spare: 'created' }, 'reference', 'failure'], rows, paper);
}

export function balanceTable(balances: readonly Balance[], paper: Paper): readonly string[] {
  const shown = (money: Money | null): string => (money === null ? '' : moneyText(money));
  const rows = balances.map(({ source, available, pending, reserved, instant }) => [
    source,
    shown(available),
    shown(pending),
    shown(reserved),
    shown(instant),
  ]);
  return table(['source', 'available', 'pending', 'reserved', 'instant'], rows, paper);
}
