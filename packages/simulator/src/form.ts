/** A decoded form value: text, or what stood in brackets behind its name, in the order sent. */
export type FormValue = string | FormMap;

/** Names to values. `expand[]=a&expand[]=b` reads as `expand[0]=a&expand[1]=b`. */
export type FormMap = Map<string, FormValue>;

/**
 * Reads `application/x-www-form-urlencoded` with nested brackets. Never throws: a malformed percent sign stays as
 * it is, a name with unbalanced or with too many brackets stays one name, and of two values for one name the later one counts.
 */
export function parseForm(text: string): FormMap {
  const form: FormMap = new Map();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decode(equals < 0 ? pair : pair.slice(0, equals));
    put(form, pathOf(name), equals < 0 ? '' : decode(pair.slice(equals + 1)));
  }
  return form;
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** Deeper than any parameter, and not so deep that what walks the form overflows its stack. */
const MOST_LEVELS = 64;

/** `a[b][]` is `['a', 'b', '']`. */
function pathOf(name: string): readonly string[] {
  if (name.split('[', MOST_LEVELS + 1).length > MOST_LEVELS) return [name];
  const parts = /^([^[\]]+)((?:\[[^[\]]*\])+)$/.exec(name);
  if (parts === null) return [name];
  return [parts[1] ?? name, ...[...(parts[2] ?? '').matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1] ?? '')];
}

function put(form: FormMap, path: readonly string[], value: string): void {
  let map = form;
  for (const [depth, part] of path.entries()) {
    const name = part === '' && depth > 0 ? nextIndex(map) : part;
    if (depth === path.length - 1) {
      map.set(name, value);
      return;
    }
    const inner = map.get(name);
    const next: FormMap = inner instanceof Map ? inner : new Map();
    if (next !== inner) map.set(name, next);
    map = next;
  }
}

function nextIndex(map: FormMap): string {
  let index = map.size;
  while (map.has(String(index))) index += 1;
  return String(index);
}

/** The same text for the same parameters, whatever the order and the escaping in which they were sent. */
export function canonicalForm(form: FormMap): string {
  const plain = (value: FormValue): unknown =>
    typeof value === 'string'
      ? value
      : [...value].map(([name, inner]) => [name, plain(inner)] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify(plain(form));
}
