// A store of submissions in PostgreSQL, with pg, PGlite or whatever else has query(sql, values). docs/stores.md
import { type KeptSubmission, parseSubmission, type Settled, type SubmissionStore } from '@disburse/core';

/** `json`, not `jsonb`: it gives back what it was given, character for character. */
export const TABLE = `
  create table payout_submissions (
    namespace  text        not null,
    reference  text        not null,
    attempt    integer     not null,
    submission json        not null,
    shared     boolean     not null default false,
    settled    json,
    kept_at    timestamptz not null default now(),
    primary key (namespace, reference, attempt)
  )`;

interface Database {
  query<Row>(sql: string, values: unknown[]): Promise<{ rows: Row[] }>;
}

interface Row {
  readonly submission: unknown;
  readonly shared: boolean;
  readonly settled: Settled | null;
}

const ROW = 'namespace = $1 and reference = $2 and attempt = $3';
const placeOf = (of: { namespace: string; reference: string; attempt: number }) => [of.namespace, of.reference, of.attempt];
const keptIn = (row: Row): KeptSubmission => ({ ...row, submission: parseSubmission(row.submission) });

/** @param db A pool, never a transaction of yours: what it rolls back was kept by nobody, and is paid again. */
export function postgresSubmissions(db: Database): SubmissionStore {
  const insert = 'insert into payout_submissions (namespace, reference, attempt, submission) values ($1, $2, $3, $4)';
  return {
    keep: async (submission) => {
      const values = [...placeOf(submission), JSON.stringify(submission)];
      const stored = await db.query(`${insert} on conflict do nothing returning 1`, values);
      if (stored.rows.length === 1) return { submission, settled: null, shared: false }; // The very object: this call stored it.
      const update = `update payout_submissions set shared = true where ${ROW} returning submission, shared, settled`;
      const [row] = (await db.query<Row>(update, placeOf(submission))).rows;
      if (row === undefined) throw new Error('The submission was deleted while it was being kept.');
      return keptIn(row);
    },
    settle: async (submission, settled) => {
      await db.query(`${insert} on conflict do nothing`, [...placeOf(submission), JSON.stringify(submission)]);
      const open = `settled is null or (settled ->> 'payoutId' is null and $4::json ->> 'payoutId' is not null)`;
      await db.query(`update payout_submissions set settled = $4 where ${ROW} and (${open})`, [
        ...placeOf(submission),
        JSON.stringify(settled),
      ]);
    },
    find: async (reference) => {
      const select = `select submission, shared, settled from payout_submissions where ${ROW}`;
      const [row] = (await db.query<Row>(select, placeOf(reference))).rows;
      return row === undefined ? null : keptIn(row);
    },
  };
}
