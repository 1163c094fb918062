// A store of submissions in PostgreSQL, with pg, PGlite or whatever else has query(sql, values). docs/stores.md
import { type StoredSubmission, parseSubmission, type RecordedRefusal, type Resolution, type SubmissionStore } from '@disburse/core';

/** `json`, not `jsonb`: it returns the text as it was stored, character for character. */
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
    stored_at  timestamptz not null default now(),
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

const PRIMARY_KEY = '(namespace, reference, attempt)';
const INTO = 'insert into payout_submissions as stored (namespace, reference, attempt, submission';
const ROW = `${PRIMARY_KEY} = ($1, $2, $3)`;
const COLUMNS = 'submission, shared, refused, resolution';

/** The same call comes again, because its response was lost. */
const OWN = `stored.refused is null and stored.hold <> '' and stored.hold = excluded.hold`;
/** Every send was refused, nobody holds the row, and the request is the same. */
const FREE = `stored.refused is not null and excluded.hold <> ''
  and stored.submission ->> 'fingerprint' = excluded.submission ->> 'fingerprint'`;

/** One statement: between a read and a write, somebody else could store and pay. */
const PUT_IF_ABSENT = `${INTO}, hold) values ($1, $2, $3, $4, $5)
  on conflict ${PRIMARY_KEY} do update set
    hold    = case when stored.resolution is not null or (${OWN}) then stored.hold when ${FREE} then excluded.hold else '' end,
    shared  = stored.shared or not (stored.resolution is not null or (${OWN}) or (${FREE})),
    refused = null
  returning ${COLUMNS}, hold, submission::text = $4::text as same`;

/** The first resolution stays, except that a payout wins over a rejection. */
const SET_RESOLUTION = `${INTO}, resolution) values ($1, $2, $3, $4, $5)
  on conflict ${PRIMARY_KEY} do update set resolution = excluded.resolution, refused = null, hold = ''
  where stored.resolution is null or (stored.resolution ->> 'payoutId' is null and excluded.resolution ->> 'payoutId' is not null)`;

/** Only for the hold, and only once: `same_attempt` leaves the row open to the next call, the others end it. */
const refuse = (column: 'refused' | 'resolution', other: 'refused' | 'resolution'): string =>
  `update payout_submissions set ${column} = coalesce(${column}, $5)
   where ${ROW} and hold = $4 and hold <> '' and ${other} is null returning 1`;
const REFUSE = {
  same_attempt: refuse('refused', 'resolution'),
  next_attempt: refuse('resolution', 'refused'),
  never: refuse('resolution', 'refused'),
};

const primaryKeyOf = (of: { namespace: string; reference: string; attempt: number }) => [of.namespace, of.reference, of.attempt];
const storedIn = ({ submission, shared, refused, resolution }: Row): StoredSubmission => ({
  submission: parseSubmission(submission),
  shared,
  refused,
  resolution,
});

/** @param db A pool, never a transaction of yours: a row that it rolls back is deleted, and its reference can be paid again. */
export function postgresSubmissions(db: Database): SubmissionStore {
  return {
    putIfAbsent: async (submission, hold = '') => {
      const values = [...primaryKeyOf(submission), JSON.stringify(submission), hold];
      const [row] = (await db.query<Row & { hold: string; same: boolean }>(PUT_IF_ABSENT, values)).rows;
      if (row === undefined) throw new Error('The database did not return the row that it has stored.');
      if (row.resolution !== null || row.shared || row.hold !== hold) return storedIn(row);
      // This call holds the row. The same object: this call stored it. Another object: it took over what was refused.
      return row.same ? { submission, resolution: null, shared: false } : { ...storedIn(row), alone: true };
    },
    refuse: async (submission, hold, refusal) => {
      const recorded = await db.query(REFUSE[refusal.retry], [...primaryKeyOf(submission), hold, JSON.stringify(refusal)]);
      return recorded.rows.length === 1;
    },
    setResolution: async (submission, resolution) => {
      await db.query(SET_RESOLUTION, [...primaryKeyOf(submission), JSON.stringify(submission), JSON.stringify(resolution)]);
    },
    find: async (reference) => {
      const [row] = (await db.query<Row>(`select ${COLUMNS} from payout_submissions where ${ROW}`, primaryKeyOf(reference))).rows;
      return row === undefined ? null : storedIn(row);
    },
    open: async function* () {
      const oldest = `(submission ->> 'preparedAt')::timestamptz`;
      const { rows } = await db.query<Row>(`select ${COLUMNS} from payout_submissions where resolution is null order by ${oldest}`, []);
      yield* rows.map(storedIn);
    },
  };
}
