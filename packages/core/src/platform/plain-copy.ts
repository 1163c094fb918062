import { isDeep } from './json.ts';
import { isPlainObject } from '../validation.ts';

/** Copies an input before anything is awaited. The caller may go on to change its object, and must not change what is paid. */
export function copyOf(given: unknown): Record<string, unknown> | null {
  if (!isPlainObject(given)) return null;
  try {
    const copy = plainCopy(given, 0) as Record<string, unknown>;
    return isDeep(copy) ? null : copy;
  } catch {
    return null; // The value is no data, such as a function, or is nested too deep to be copied.
  }
}

/** The deepest level that is copied. No request is deeper, and a value that holds itself ends here. */
const DEEPEST = 8;

/** Copies plain data as `structuredClone` does, without its serializer. Anything else is left to `structuredClone`. */
function plainCopy(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'function' || typeof value === 'symbol' ? structuredClone(value) : value;
  if (depth > DEEPEST || !isPlainObject(value) || Object.hasOwn(value, '__proto__')) return structuredClone(value);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) copy[key] = plainCopy(value[key], depth + 1);
  return copy;
}
