import type { Submission } from './submission.ts';

/** The address that an adapter sends its creates to, and the headers that it may send with them. */
export interface CreateForm {
  readonly path: string;
  /** The names of all allowed headers, in lower case: those of the endpoint, and those of `encodeCreate`. */
  readonly headers: readonly string[];
}

/** Whether a request goes where an adapter's creates go, with no other headers than theirs. For `decodeCreate`. */
export function isCreate(request: Submission['request'], form: CreateForm): boolean {
  return request.path === form.path && Object.keys(request.headers).every((name) => form.headers.includes(name));
}

/**
 * Reads a JSON body only as `JSON.stringify` writes it; `undefined` for anything else. For `decodeCreate`.
 *
 * Two parsers may read two members of one name differently. Then a provider could pay another amount than was checked.
 */
export function exactJson(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return JSON.stringify(value) === body ? value : undefined;
  } catch {
    return undefined;
  }
}
