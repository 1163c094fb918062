import * as v from 'valibot';
import { errorOfIssues, type PayoutIssue } from '../errors.ts';
import type { Runtime } from '../platform/runtime.ts';
import type { SubmissionStore } from '../stores/submission.ts';
import type { OnTelemetry } from '../telemetry/telemetry.ts';
import { isPlainObject, readBy } from '../validation.ts';

/** Settings that every adapter takes. */
export interface CommonSettings {
  /** Under which payouts, events and submissions of this provider are filed. @default the adapter's id */
  readonly name?: string | undefined;
  /** Must differ between programs that share a provider account and number their own references. @default '' */
  readonly namespace?: string | undefined;
  /**
   * Keeps one submission per reference.
   *
   * @default one store in memory for the whole process: it protects until the process ends, and no longer
   */
  readonly submissions?: SubmissionStore | undefined;
  /** `https:` only, except on loopback. @default the provider's own */
  readonly baseUrl?: string | undefined;
  /** For a whole call, resends and bodies included, in milliseconds: 1 to 600,000. @default 60000 */
  readonly timeoutMs?: number | undefined;
  /** How often a request may be sent again after trouble, 0 to 10; always the same bytes under the same key. @default 2 */
  readonly maxResends?: number | undefined;
  /** Sends requests instead of the built-in transport. What it throws counts as "maybe sent". */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Replaces time and randomness. Providers that are handed the same object share what this process remembers. */
  readonly runtime?: Partial<Runtime> | undefined;
  readonly onTelemetry?: OnTelemetry | undefined;
  /** An answer longer than this is cut off and counts as unread, in bytes: 1,024 to 1,073,741,824. @default 8388608 */
  readonly maxResponseBytes?: number | undefined;
}

export const DEFAULT_TIMEOUT_MS = 60_000;
export const DEFAULT_MAX_RESENDS = 2;
export const DEFAULT_MAX_RESPONSE_BYTES: number = 8 * 1024 * 1024;

const isFunction = (value: unknown): boolean => typeof value === 'function';

const isHttpsOrLoopback = (value: string): boolean => {
  if (!URL.canParse(value)) return false;
  const url = new URL(value);
  const loopback = url.hostname === 'localhost' || url.hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(url.hostname);
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return plain && (url.protocol === 'https:' || (url.protocol === 'http:' && loopback));
};

function integerBetween(least: number, most: number, unit = '') {
  const message = `must be a whole number${unit} from ${least} to ${most}`;
  return v.pipe(
    v.number(message),
    v.check((value) => Number.isSafeInteger(value) && value >= least && value <= most, message),
  );
}

/** Whether an object has these methods; class instances count, so inherited ones do. */
function hasMethods(value: unknown, required: readonly string[], optional: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string): boolean => typeof Reflect.get(value, name) === 'function';
  return required.every(has) && optional.every((name) => Reflect.get(value, name) === undefined || has(name));
}

/** A header value: visible ASCII, so that nothing can add a header of its own. */
export const HeaderText: v.GenericSchema<string> = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.regex(/^[\x21-\x7e]+$/, 'must be visible ASCII without spaces'),
);

/** Schema entries for {@link CommonSettings}, to be spread into an adapter's own strict schema. */
export const commonSettings: {
  readonly [K in keyof CommonSettings]-?: v.GenericSchema<CommonSettings[K]>;
} = {
  name: v.optional(v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,120}$/, 'must be 1 to 120 visible ASCII characters'))),
  namespace: v.optional(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{0,120}$/, 'must be at most 120 printable ASCII characters'))),
  submissions: v.optional(
    v.custom<SubmissionStore>(
      (value) => hasMethods(value, ['putIfAbsent', 'setResolution', 'find'], []),
      'must be a SubmissionStore: putIfAbsent(submission, hold), setResolution(submission, resolution) and find(reference)',
    ),
  ),
  baseUrl: v.optional(
    v.pipe(
      v.string(),
      v.check(isHttpsOrLoopback, 'must be an https address (http only on loopback) without credentials, query or fragment'),
    ),
  ),
  timeoutMs: v.optional(integerBetween(1, 600_000, ' of milliseconds')),
  maxResends: v.optional(integerBetween(0, 10)),
  fetch: v.optional(v.custom<typeof globalThis.fetch>(isFunction, 'must be a function')),
  runtime: v.optional(
    v.custom<Partial<Runtime>>(
      (value) => hasMethods(value, [], ['now', 'sleep', 'random']),
      'must be an object with any of now(), sleep(ms, signal) and random()',
    ),
  ),
  onTelemetry: v.optional(v.custom<OnTelemetry>(isFunction, 'must be a function')),
  maxResponseBytes: v.optional(integerBetween(1024, 1024 ** 3, ' of bytes')),
};

/**
 * Checks settings, all at once, in words that never repeat a value.
 *
 * @param id The adapter's id. The message says the configured name instead, where that can be printed.
 * @param rules Problems that no schema can see, computed from settings that the schema accepted.
 * @throws {PayoutError} `invalid_settings`, with every problem in `issues`.
 */
export function checkSettings<S extends object>(
  id: string,
  schema: v.GenericSchema<unknown, S>,
  settings: unknown,
  rules: (settings: S) => readonly PayoutIssue[] = () => [],
): S {
  const provider = nameIn(settings) ?? id;
  const read = readBy(schema, settings);
  if (!read.ok) throw errorOfIssues('invalid_settings', read.problems, { provider });
  const broken = rules(read.value);
  if (broken.length > 0) throw errorOfIssues('invalid_settings', broken, { provider });
  return read.value;
}

/** The configured name, for messages about settings that are not checked yet. */
function nameIn(settings: unknown): string | null {
  const name: unknown = isPlainObject(settings) ? settings['name'] : undefined;
  return typeof name === 'string' && /^[\x21-\x7e]{1,120}$/.test(name) ? name : null;
}

/** The setting of an adapter whose deliveries are signed: the secrets of the endpoint, several while one replaces the other. */
export const webhookSecrets: v.GenericSchema<readonly string[]> = v.pipe(
  v.array(v.pipe(v.string(), v.regex(/\S/, 'must not be empty'))),
  v.minLength(1, 'must hold at least one secret; leave it out where webhooks are not used'),
);
