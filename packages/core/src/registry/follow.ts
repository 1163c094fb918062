import { internalsOf } from '../define-provider.ts';
import { errorOfIssues, isPayoutError, type PayoutError, type PayoutIssue } from '../errors.ts';
import { type KnownKeys, unknownKeys } from '../known-keys.ts';
import { type AppliedSnapshot, applySnapshot } from '../payout/apply-snapshot.ts';
import type { Payout } from '../payout/payout.ts';
import type { AnyPayoutProvider } from '../adapter/provider.ts';
import { type Runtime, systemRuntime } from '../platform/runtime.ts';
import { finalityOf } from '../payout/status.ts';
import { kindOf } from '../validation.ts';

/** How {@link follow} reads. */
export interface FollowOptions {
  /** Whether this is enough. `paid` is not final: following it to the end can take for ever. @default once the status is final */
  readonly until?: ((payout: Payout) => boolean) | undefined;
  /** Ends the iteration without an error; a read in flight is aborted. */
  readonly signal?: AbortSignal | undefined;
  /**
   * The pause after the first read, and after every change, in milliseconds. It doubles while nothing changes; half of it is
   * jitter.
   *
   * @default 2000
   */
  readonly firstPauseMs?: number | undefined;
  /** The longest pause, in milliseconds. @default 900000, a quarter of an hour */
  readonly longestPauseMs?: number | undefined;
  /** How many reads in a row may fail; the next failure is thrown. @default 5 */
  readonly failedReads?: number | undefined;
}

const KNOWN: KnownKeys<FollowOptions> = { until: true, signal: true, firstPauseMs: true, longestPauseMs: true, failedReads: true };
const DEFAULTS = { firstPauseMs: 2_000, longestPauseMs: 900_000, failedReads: 5 } as const;

/**
 * Polls a payout and yields what changes, through the same transition table as events. Use it where webhooks cannot reach, or
 * beside them.
 *
 * A result that is `unchanged` in every detail, or `stale`, is not yielded; an `anomaly` once for each state that is one. The
 * iteration ends when the payout is final, or `until` says so, also right away. Time, jitter and telemetry are the provider's own.
 *
 * @param provider For a payout of a connected account, `provider.forAccount(account)`.
 * @param payout The known payout: it is read again at once.
 * @throws {PayoutError} At once `invalid_request`, for another provider's payout or an option that it does not know. While
 * iterating, the last error of reads that keep failing.
 * @example
 * for await (const { result, payout } of follow(provider, created)) console.log(result, payout.status);
 */
export function follow(provider: AnyPayoutProvider, payout: Payout, options: FollowOptions = {}): AsyncIterableIterator<AppliedSnapshot> {
  const problems = problemsOf(provider, payout, options);
  if (problems.length > 0) throw errorOfIssues('invalid_request', problems, { provider: provider.name });
  return followed(provider, payout, options);
}

async function* followed(provider: AnyPayoutProvider, payout: Payout, options: FollowOptions): AsyncGenerator<AppliedSnapshot, void> {
  const runtime = internalsOf(provider)?.context.runtime ?? systemRuntime;
  const { signal, failedReads = DEFAULTS.failedReads } = options;
  const until = (seen: Payout): boolean =>
    options.until === undefined ? finalityOf(seen.status) === 'final' : answerOf(provider, options.until(seen));
  let known = payout;
  let failures = 0;
  let quietReads = 0;
  let oddity = '';
  while (!until(known) && signal?.aborted !== true) {
    const read = await readQuietly(provider, known.id, signal);
    if (isAborted(signal)) return; // The signal was aborted during the read.
    if (isPayoutError(read)) {
      failures += 1;
      tellFailure(provider, known, read, failures);
      if (failures > failedReads) throw read;
    } else {
      failures = 0;
      const seen = applySnapshot(known, read);
      known = seen.payout;
      const odd = seen.result === 'anomaly' ? `${read.status} ${read.providerStatus}` : '';
      const news = odd === '' ? seen.changed.length > 0 : odd !== oddity;
      oddity = odd;
      if (news) yield seen;
      if (until(known)) return;
      quietReads = news ? 0 : quietReads + 1;
    }
    if (!(await sleepUnlessAborted(runtime, pauseOf(runtime, options, quietReads + failures, read), signal))) return;
  }
}

/** Whether `until` answers true. A promise would count as true, and `follow` would end silently, so it is refused. */
function answerOf(provider: AnyPayoutProvider, answer: unknown): boolean {
  if (typeof answer !== 'object' || answer === null) return Boolean(answer);
  const message = `must answer true or false, not ${kindOf(answer)}`;
  throw errorOfIssues('invalid_request', [{ path: 'until', message }], { provider: provider.name });
}

const isAborted = (signal: AbortSignal | undefined): boolean => signal?.aborted === true;

/** Reads the payout, or answers why it could not be read. An error that is not the library's own is a bug, and thrown. */
async function readQuietly(provider: AnyPayoutProvider, id: string, signal: AbortSignal | undefined): Promise<Payout | PayoutError> {
  try {
    return await provider.retrieve(id, { signal });
  } catch (error) {
    if (isPayoutError(error)) return error;
    throw error;
  }
}

function tellFailure(provider: AnyPayoutProvider, { id }: Payout, { code }: PayoutError, failures: number): void {
  const message = `${id} could not be read (${code}), ${failures} times in a row.`;
  internalsOf(provider)?.context.telemetry.emit({ type: 'diagnostic', code: 'follow_read_failed', message });
}

function pauseOf(runtime: Runtime, options: FollowOptions, quietReads: number, read: Payout | PayoutError): number {
  const { firstPauseMs = DEFAULTS.firstPauseMs, longestPauseMs = DEFAULTS.longestPauseMs } = options;
  const backoff = Math.min(firstPauseMs * 2 ** quietReads, longestPauseMs);
  const asked = isPayoutError(read) ? (read.retryAfterSeconds ?? 0) * 1000 : 0;
  return Math.max(asked, backoff * (0.5 + runtime.random() / 2));
}

/** Sleeps. Answers `false` when the pause was aborted. */
async function sleepUnlessAborted(runtime: Runtime, pauseMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await runtime.sleep(pauseMs, signal);
  } catch (error) {
    if (!isAborted(signal)) throw error;
  }
  return !isAborted(signal);
}

function problemsOf(provider: AnyPayoutProvider, payout: Payout, options: FollowOptions): PayoutIssue[] {
  const issues = unknownKeys(options, Object.keys(KNOWN), { timeoutMs: 'is the setting of the provider; `signal` ends it' });
  if (kindOf(options) !== 'an object') return issues;
  const { firstPauseMs = DEFAULTS.firstPauseMs, longestPauseMs = DEFAULTS.longestPauseMs, failedReads = DEFAULTS.failedReads } = options;
  if (options.until !== undefined && typeof options.until !== 'function') issues.push({ path: 'until', message: 'must be a function' });
  if (payout.provider !== provider.id || payout.name !== provider.name) {
    issues.push({ path: 'payout', message: `belongs to ${payout.name} (${payout.provider}), not to ${provider.name} (${provider.id})` });
  }
  for (const [path, value, least] of [
    ['firstPauseMs', firstPauseMs, 1],
    ['longestPauseMs', longestPauseMs, firstPauseMs],
    ['failedReads', failedReads, 0],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least) issues.push({ path, message: `must be a whole number from ${least}` });
  }
  return issues;
}
