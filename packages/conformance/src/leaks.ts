/** The depth to which an object is searched; nothing of ours is deeper. */
const DEEPEST = 8;

/**
 * Where one of the words stands in what somebody may print, log or store of a value: its text, its JSON, its own members, enumerable
 * or not, and those of its causes. `null` where none does.
 *
 * @param hidden Members that may hold them because nothing prints them by itself.
 */
export function leaksIn(value: unknown, words: readonly string[], hidden: readonly string[] = []): string | null {
  const tells = (text: string): boolean => words.some((word) => text.includes(word));
  const seen = new Set<object>();
  const search = (found: unknown, path: string, depth: number): string | null => {
    if (typeof found === 'string') return tells(found) ? path : null;
    if (typeof found !== 'object' || found === null || seen.has(found) || depth > DEEPEST) return null;
    seen.add(found);
    if (tells(textOf(found))) return `${path} as text`;
    for (const name of Object.getOwnPropertyNames(found)) {
      if (hidden.includes(name) && !Object.prototype.propertyIsEnumerable.call(found, name)) continue;
      const leak = tells(name) ? `${path} (a name)` : search(Reflect.get(found, name), `${path}.${name}`, depth + 1);
      if (leak !== null) return leak;
    }
    return found instanceof Map || found instanceof Set ? search([...found], path, depth + 1) : null;
  };
  return search(value, 'it', 0);
}

function textOf(value: object): string {
  const json = quietly(() => JSON.stringify(value));
  const text = value instanceof Error ? `${quietly(() => String(value))} ${value.stack ?? ''}` : '';
  return `${json} ${text}`;
}

function quietly(text: () => string | undefined): string {
  try {
    return text() ?? '';
  } catch {
    return ''; // It holds itself; its members are searched one by one.
  }
}
