import { isDeep } from './json.ts';
import { isPlainObject } from '../validation.ts';

/** A copy, made before anything is awaited: a caller may go on to change the object, and must not change what is paid. */
export function copyOf(given: unknown): Record<string, unknown> | null {
  if (!isPlainObject(given)) return null;
  try {
    const copy = plainCopy(given, 0) as Record<string, unknown>;
    return isDeep(copy) ? null : copy;
  } catch {
    return null; // A function or another thing that is no data, or what is nested too deep to be copied.
  }
}

/** Deeper than any request is; what goes on for ever ends here. */
const DEEPEST = 8;

/** What `structuredClone` makes of plain data, without its way through a serializer; anything else is left to it. */
function plainCopy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'function' || typeof value === 'symbol' ? structuredClone(value) : value;
  if (depth > DEEPEST || !isPlainObject(value) || Object.hasOwn(value, '__proto__')) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = plainCopy(value[key], depth + 1);
  return copy;
}
