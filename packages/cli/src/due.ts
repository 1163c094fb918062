import type { StoredSubmission } from '@disburse/core';
import { fileOf, submissionRecord } from './kept.ts';
import type { OpenRecord } from './records.ts';
import type { Session } from './session.ts';
import { inWords } from './words.ts';

/** What core keeps clear at both ends of a key's life (docs/safety.md). Submitting too early does no harm: nothing is sent then. */
const GUARD_MS = 11 * 60_000;

/** A submission that is not resolved, and what to do about it. */
export async function openRecord(session: Session, cwd: string, row: StoredSubmission): Promise<OpenRecord> {
  const { submission } = row;
  const now = session.now();
  return {
    submission: submissionRecord({ submission, file: await fileOf(session, cwd, submission) }),
    state: row.refused == null ? 'may_exist' : 'refused',
    ageSeconds: Math.max(0, Math.round((now - Date.parse(submission.preparedAt)) / 1000)),
    reason: row.refused == null ? null : inWords(row.refused.reason.message),
    next: nextOf(session, row, now),
  };
}

/** While its key lives it is sent again; between that and the time when no copy can arrive any more nothing can be found out. */
function nextOf(session: Session, { submission, refused }: StoredSubmission, now: number): OpenRecord['next'] {
  const { name, preparedAt } = submission;
  if (!session.usable.includes(name)) return { action: 'review' };
  const at = (time: number): OpenRecord['next'] => ({ action: 'submit', notBefore: new Date(time).toISOString() });
  if (refused != null) return at(now);
  const { key, lookup } = session.provider(name).capabilities;
  const ends = Date.parse(preparedAt) + key.retentionMs;
  if (now <= ends - GUARD_MS) return at(now);
  if (now <= ends + GUARD_MS) return at(ends + GUARD_MS + 1);
  return lookup === 'none' ? { action: 'review' } : at(now);
}

export function isDue({ next }: OpenRecord, now: number): boolean {
  return next.action === 'submit' && Date.parse(next.notBefore) <= now;
}
