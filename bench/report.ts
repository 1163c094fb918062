import Table from 'cli-table3';
import type { BundleSize } from './build.ts';
import type { Measured } from './child.ts';
import { BUNDLE_TARGET, type Figure, type Measure, type Target } from './measures.ts';

/** One line of the report: a figure of one client, its median and its ratio to the client it is compared with. */
export interface Line {
  readonly measure: string;
  readonly client: string;
  readonly figure: string;
  readonly unit: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  readonly ratio: number;
  readonly against: string;
  readonly target: string | null;
  readonly met: boolean | null;
}

/** Every measurement of one measure, by client, one for each round. */
export type Rounds = ReadonlyMap<string, readonly Measured[]>;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** The lines of one measure, figure by figure. The ratio is of medians. */
export function linesOf(measure: Measure, rounds: Rounds): Line[] {
  return measure.figures.flatMap((figure) => {
    const valuesOf = (client: string): number[] => (rounds.get(client) ?? []).map(figure.of);
    const base = median(valuesOf(measure.against));
    return measure.clients.map((client) => lineOf(measure, client, figure, valuesOf(client), base));
  });
}

function lineOf(measure: Measure, client: string, figure: Figure, values: readonly number[], base: number): Line {
  const middle = median(values);
  const target = measure.targets.find((wanted) => wanted.client === client && wanted.figure === figure.name);
  return {
    measure: measure.name,
    client,
    figure: figure.name,
    unit: figure.unit,
    median: middle,
    least: Math.min(...values),
    most: Math.max(...values),
    against: measure.against,
    ...judged(middle / base, figure.better, target),
  };
}

function judged(ratio: number, better: Figure['better'], target: Target | undefined): Pick<Line, 'ratio' | 'target' | 'met'> {
  if (target === undefined) return { ratio, target: null, met: null };
  const met = better === 'less' ? ratio <= target.ratio : ratio >= target.ratio;
  return { ratio, target: `${better === 'less' ? '<=' : '>='} ${target.ratio}`, met };
}

/** The lines of the bundles' sizes. */
export function bundleLines(sizes: ReadonlyMap<string, BundleSize>): Line[] {
  const base = sizes.get('stripe')?.gzip ?? Number.NaN;
  return [...sizes].map(([client, { gzip }]) => ({
    measure: 'bundle size',
    client,
    figure: 'gzip',
    unit: 'kB',
    median: gzip / 1000,
    least: gzip / 1000,
    most: gzip / 1000,
    against: 'stripe',
    ...judged(gzip / base, 'less', client === BUNDLE_TARGET.client ? BUNDLE_TARGET : undefined),
  }));
}

const shown = (value: number): string => (value >= 1000 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3));

/** The lines as a table for people. */
export function tableOf(lines: readonly Line[]): string {
  const table = new Table({
    head: ['what', 'client', 'figure', 'median', 'least', 'most', 'ratio', 'target', ''],
    style: { head: [], border: [], compact: true },
    colAligns: ['left', 'left', 'left', 'right', 'right', 'right', 'right', 'right', 'left'],
  });
  let before = '';
  for (const line of lines) {
    const { measure, client, figure, unit, least, most, ratio, target, met } = line;
    const verdict = met === null ? '' : met ? 'met' : 'missed';
    const row = [client, `${figure}, ${unit}`, shown(line.median), shown(least), shown(most), ratio.toFixed(2), target ?? '', verdict];
    table.push([measure === before ? '' : measure, ...row]);
    before = measure;
  }
  return table.toString();
}
