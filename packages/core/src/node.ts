// @disburse/core/node: what needs Node's file system.
import { errorOfIssues } from './errors.ts';
import { fileSubmissionsOver } from './stores/file-submissions.ts';
import { assertKnown } from './known-keys.ts';
import { nodeFiles } from './stores/node-files.ts';
import type { NoOptions } from './known-keys.ts';
import type { SubmissionStore } from './stores/submission.ts';
import { kindOf } from './validation.ts';

export { type ConfigFile, loadConfig, readConfigFile } from './registry/config-file.ts';
export { type ConfigProblem, type ConfigText, readConfigText, withoutMark } from './registry/config-text.ts';

/**
 * A store in a folder: survives restarts and crashes, and serves any number of processes on one machine.
 *
 * The folder is created at the first use, for its owner only. It grows by one small file for each reference and one more
 * for whatever happens to that; they hold plain JSON and are never changed. They can hold account numbers, so keep the folder as you
 * keep those. A file that is removed is a payout that can be made again.
 *
 * On Windows names can be lost with the power (a folder cannot be flushed there) and the mode bits mean nothing.
 *
 * @param folder On a local file system with hard links; relative to the working directory of this moment.
 * @param options None yet.
 * @returns A store whose calls throw a {@link PayoutError} when the folder cannot be used (`provider_unavailable`) or a file in
 * it cannot be understood (`unresolved`). A create is then `unknown`, and nothing is sent.
 * @throws {PayoutError} `invalid_settings` for a folder without a name, and for any option.
 * @see docs/stores.md
 * @example
 * createStripe({ apiKey, submissions: fileSubmissions('/var/lib/payroll/submissions') });
 */
export function fileSubmissions(folder: string, options: NoOptions = {}): SubmissionStore {
  assertKnown('fileSubmissions', options, {}, 'invalid_settings');
  if (typeof folder === 'string' && folder !== '' && !folder.includes('\0')) return fileSubmissionsOver(nodeFiles, folder);
  const message = typeof folder === 'string' ? 'must name a folder' : `must be the path of a folder, not ${kindOf(folder)}`;
  throw errorOfIssues('invalid_settings', [{ path: 'folder', message }], { provider: 'fileSubmissions' });
}
