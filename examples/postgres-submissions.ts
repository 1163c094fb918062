// A store of submissions in PostgreSQL, with pg, PGlite or whatever else has query(sql, values). docs/stores.md
import { type StoredSubmission, parseSubmission, type RecordedRefusal, type Resolution, type SubmissionStore } from '@disburse/core';

/** `json`, not `jsonb`: it gives back what it was given, character for character. */
export const TABLE = `
  create table payout_submissions (
    namespace  text        not null,
    reference  text        not null,
    attempt    integer     not null,
    submission json        not null,
    hold       text        not null default '',
    shared     boolean     not null default false,
    refused    json,
    resolution json,
    kept_at    timestamptz not null default now(),
    primary key (namespace, reference, attempt)
  )`;

interface Database {
  query<Row>(sql: string, values: unknown[]): Promise<{ rows: Row[] }>;
}

interface Row {
  readonly submission: unknown;
  readonly shared: boolean;
  readonly refused: RecordedRefusal | null;
  readonly resolution: Resolution | null;
}

const PLACE = '(namespace, reference, attempt)';
const INTO = 'insert into payout_submissions as kept (namespace, reference, attempt, submission';
const ROW = `${PLACE} = ($1, $2, $3)`;
const COLUMNS = 'submission, shared, refused, resolution';

/** The same call asks again, for its answer was lost. */
const OWN = `kept.refused is null and kept.hold <> '' and kept.hold = excluded.hold`;
/** Every send was refused, nobody holds it, and the same is asked for. */
const FREE = `kept.refused is not null and excluded.hold <> ''
  and kept.submission ->> 'fingerprint' = excluded.submission ->> 'fingerprint'`;

/** One statement: between a look and a write, somebody else would keep and pay. */
const KEEP = `${INTO}, hold) values ($1, $2, $3, $4, $5)
  on conflict ${PLACE} do update set
    hold    = case when kept.resolution is not null or (${OWN}) then kept.hold when ${FREE} then excluded.hold else '' end,
    shared  = kept.shared or not (kept.resolution is not null or (${OWN}) or (${FREE})),
    refused = null
  returning ${COLUMNS}, hold, submission::text = $4::text as same`;

/** The first word stays, except that a payout wins over a rejection. */
const SETTLE = `${INTO}, resolution) values ($1, $2, $3, $4, $5)
  on conflict ${PLACE} do update set resolution = excluded.resolution, refused = null, hold = ''
  where kept.resolution is null or (kept.resolution ->> 'payoutId' is null and excluded.resolution ->> 'payoutId' is not null)`;

/** Only for the hold, and only once: `same_attempt` leaves the row open to the next one, the others end it. */
const refuse = (column: 'refused' | 'resolution', other: 'refused' | 'resolution'): string =>
  `update payout_submissions set ${column} = coalesce(${column}, $5)
   where ${ROW} and hold = $4 and hold <> '' and ${other} is null returning 1`;
const REFUSE = {
  same_attempt: refuse('refused', 'resolution'),
  next_attempt: refuse('resolution', 'refused'),
  never: refuse('resolution', 'refused'),
};

const placeOf = (of: { namespace: string; reference: string; attempt: number }) => [of.namespace, of.reference, of.attempt];
const keptIn = ({ submission, shared, refused, resolution }: Row): StoredSubmission => ({
  submission: parseSubmission(submission),
  shared,
  refused,
  resolution,
});

/** @param db A pool, never a transaction of yours: what it rolls back was kept by nobody, and is paid again. */
export function postgresSubmissions(db: Database): SubmissionStore {
  return {
    putIfAbsent: async (submission, hold = '') => {
      const values = [...placeOf(submission), JSON.stringify(submission), hold];
      const [row] = (await db.query<Row & { hold: string; same: boolean }>(KEEP, values)).rows;
      if (row === undefined) throw new Error('The database did not answer the row that it keeps.');
      if (row.resolution !== null || row.shared || row.hold !== hold) return keptIn(row);
      // This call holds it. The very object: it stored it. Another one: it took over what was refused.
      return row.same ? { submission, resolution: null, shared: false } : { ...keptIn(row), alone: true };
    },
    refuse: async (submission, hold, refusal) => {
      const recorded = await db.query(REFUSE[refusal.retry], [...placeOf(submission), hold, JSON.stringify(refusal)]);
      return recorded.rows.length === 1;
    },
    setResolution: async (submission, resolution) => {
      await db.query(SETTLE, [...placeOf(submission), JSON.stringify(submission), JSON.stringify(resolution)]);
    },
    find: async (reference) => {
      const [row] = (await db.query<Row>(`select ${COLUMNS} from payout_submissions where ${ROW}`, placeOf(reference))).rows;
      return row === undefined ? null : keptIn(row);
    },
    open: async function* () {
      const oldest = `(submission ->> 'preparedAt')::timestamptz`;
      const { rows } = await db.query<Row>(`select ${COLUMNS} from payout_submissions where resolution is null order by ${oldest}`, []);
      yield* rows.map(keptIn);
    },
  };
}
