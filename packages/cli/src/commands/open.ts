import type { Submission } from '@disburse/core';
import type { Command } from 'commander';
import type { Call, Ending } from '../call.ts';
import { isDue, openRecord } from '../due.ts';
import { EXIT } from '../exit-code.ts';
import { openRows } from '../kept.ts';
import { nameOf } from '../outcome.ts';
import type { Perform } from '../perform.ts';
import type { OpenRecord } from '../records.ts';
import { openSession, type Session } from '../session.ts';
import { moneyText, notBeforeText, table, widthOf, wrapped } from '../tables.ts';

export function addOpen(program: Command, perform: Perform): void {
  program
    .command('open')
    .description('List the submissions that need another step, the oldest first.')
    .addHelpText(
      'after',
      '\nThe payout of one may exist, or it was refused and may be sent again.\n\nExamples:\n  $ disburse open\n  $ disburse open --json',
    )
    .action(perform('open', 'reads', open));
}

async function open(call: Call<'open'>): Promise<Ending<'open'>> {
  const session = await openSession(call);
  const rows = await openRows(session);
  const records = await Promise.all(rows.map((row) => openRecord(session, call.host.cwd, row)));
  const now = session.now();
  const rowOf = (record: OpenRecord, index: number): readonly string[] => [
    record.submission.reference,
    moneyText(record.submission.money),
    record.submission.name,
    ageText(record.ageSeconds),
    record.state === 'refused' ? 'refused' : 'may exist',
    whyNotAsked(session, record.submission.name) ?? nextText(record, rows[index]?.submission, now),
  ];
  const due = records.filter((record) => isDue(record, now)).length;
  return {
    exitCode: EXIT.done,
    result: { submissions: records },
    text:
      records.length === 0
        ? ['Everything is resolved.']
        : [...table(['reference', 'amount', 'provider', 'age', 'state', 'next'], records.map(rowOf), call), ...reasonLines(call, records)],
    advice: due === 0 ? [] : [`disburse submit --all submits what is due (${due}): it cannot pay twice.`],
  };
}

/** Why each was refused, below the table: a sentence would make every row as wide as itself. Many are refused for the same reason. */
function reasonLines({ host, secrets }: Call<'open'>, records: readonly OpenRecord[]): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { reason, submission } of records) {
    if (reason !== null) reasons.set(reason, [...(reasons.get(reason) ?? []), submission.reference]);
  }
  const width = widthOf(host.stdout);
  // What is hidden is hidden before: half of it on a line would not be found.
  const lines = [...reasons].flatMap(([reason, references]) => wrapped(secrets.hideIn(`${references.join(', ')}: ${reason}`), width));
  return lines.length === 0 ? [] : ['', ...lines];
}

/** What to do first where a provider cannot be asked; `null` where it can. */
function whyNotAsked({ names, usable }: Session, name: string): string | null {
  if (!names.includes(name)) return `configure ${name} again, then submit`;
  return usable.includes(name) ? null : `set the variables of ${name} (disburse check names them), then submit`;
}

function nextText({ submission: { file }, next }: OpenRecord, submission: Submission | undefined, now: number): string {
  const name = nameOf(submission === undefined ? null : { submission, file });
  if (next.action === 'review') return `look at the provider, then disburse resolve ${name}`;
  return `disburse submit ${name}${Date.parse(next.notBefore) > now ? ` (from ${notBeforeText(next.notBefore)})` : ''}`;
}

const UNITS: readonly (readonly [string, number])[] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

function ageText(seconds: number): string {
  const [unit, size] = UNITS.find(([, least]) => seconds >= least) ?? [];
  if (unit === undefined || size === undefined) return 'under a minute';
  const count = Math.floor(seconds / size);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
