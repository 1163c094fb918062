import type { Submission } from './submission.ts';

/** Where an adapter sends its creates, and the headers that it may send with them. */
export interface CreateForm {
  readonly path: string;
  /** Every name, in lower case: those of the connection, and those of `encodeCreate`. */
  readonly headers: readonly string[];
}

/** Whether a request goes where an adapter's creates go, with no other headers than theirs. For `decodeCreate`. */
export function isCreate(request: Submission['request'], form: CreateForm): boolean {
  return request.path === form.path && Object.keys(request.headers).every((name) => form.headers.includes(name));
}

/**
 * A JSON body, read back only as `JSON.stringify` writes it; `undefined` for anything else. For `decodeCreate`.
 *
 * Two members of one name are read differently by two parsers, so that a provider could pay another amount than was checked.
 */
export function exactJson(body: string): unknown {
  try {
    const value: unknown = JSON.parse(body);
    return JSON.stringify(value) === body ? value : undefined;
  } catch {
    return undefined;
  }
}
