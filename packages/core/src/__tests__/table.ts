import { type KeptSubmission, memorySubmissions, type Settled, type SubmissionStore } from '../submission.ts';

/** A store of an application's own: every answer is a copy, and every word is written down. */
export function table(changes: Partial<SubmissionStore> = {}): SubmissionStore & { readonly settled: Settled[] } {
  const memory = memorySubmissions();
  const settled: Settled[] = [];
  const copied = (row: KeptSubmission): KeptSubmission => JSON.parse(JSON.stringify({ ...row, shared: undefined }));
  return {
    settled,
    keep: async (submission) => copied(await memory.keep(submission)),
    settle: async (submission, how) => {
      settled.push(how);
      await memory.settle(submission, how);
    },
    find: async (place) => {
      const row = await memory.find(place);
      return row === null ? null : copied(row);
    },
    ...changes,
  };
}
