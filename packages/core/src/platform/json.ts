/** The most levels of nesting. No answer, event or submission that anybody sends on purpose is deeper. */
export const MOST_LEVELS = 64;
/** The most objects and lists in one text. The longest lists of providers have some thousands. */
export const MOST_OBJECTS = 250_000;

/** Parses a JSON text; `undefined` for a text that is no JSON, or {@link isBeyondBounds}. */
export function jsonIn(text: string): unknown {
  if (isBeyondBounds(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Brackets and braces differ in one bit: `[` and `{`, `]` and `}`. */
const SQUARE = 0x5b;
const SQUARE_OR_CURLY = 0x20;
const OPENS = 0x7b;
const CLOSES = 0x7d;

/**
 * Whether a text of JSON is nested deeper than {@link MOST_LEVELS} or holds more than {@link MOST_OBJECTS}. The text is not parsed.
 *
 * A parser stands still for a second over some megabytes of brackets, and code that walks the value afterwards overflows its stack.
 * As far as a text is JSON, the count here is the parser's. Behind that a parser reads no further.
 */
export function isBeyondBounds(text: string): boolean {
  const { length } = text;
  let level = 0;
  let objects = 0;
  for (let at = 0; at < length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    if (code < SQUARE) continue;
    if ((code | SQUARE_OR_CURLY) === CLOSES) level -= 1;
    if ((code | SQUARE_OR_CURLY) !== OPENS) continue;
    level += 1;
    objects += 1;
    if (level > MOST_LEVELS || objects > MOST_OBJECTS) return true;
  }
  return false;
}

/** The end of the string that begins here. Searching for its quote is many times faster than reading each character. */
function endOfString(text: string, from: number): number {
  const quote = text.indexOf('"', from + 1);
  if (quote === -1) return text.length;
  if (text.charCodeAt(quote - 1) !== BACKSLASH) return quote;
  let at = from + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
}

/** Whether a value in memory is nested deeper than {@link MOST_LEVELS}. A value that holds itself is. */
export function isDeep(value: unknown, levels: number = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeep(member, levels - 1));
}
