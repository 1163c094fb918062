import { type StoredSubmission, memorySubmissions, type Resolution, type SubmissionStore } from '../stores/submission.ts';

/** A store of an application's own: every answer is a copy, and every word is written down. */
export function table(changes: Partial<SubmissionStore> = {}): SubmissionStore & { readonly resolution: Resolution[] } {
  const memory = memorySubmissions();
  const resolution: Resolution[] = [];
  const copied = (row: StoredSubmission): StoredSubmission => JSON.parse(JSON.stringify({ ...row, shared: undefined }));
  return {
    resolution,
    putIfAbsent: async (submission) => copied(await memory.putIfAbsent(submission)),
    setResolution: async (submission, how) => {
      resolution.push(how);
      await memory.setResolution(submission, how);
    },
    find: async (place) => {
      const row = await memory.find(place);
      return row === null ? null : copied(row);
    },
    ...changes,
  };
}
