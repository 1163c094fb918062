/** What happened in a run, line by line, for a person to read. */
export interface Trace {
  (who: string, what: string | (() => string)): void;
  readonly lines: readonly string[];
}

/** @param now True time in milliseconds; `null` writes nothing, and costs nothing. */
export function newTrace(start: number, now: (() => number) | null): Trace {
  const lines: string[] = [];
  const write = (who: string, what: string | (() => string)): void => {
    if (now === null) return;
    lines.push(`${since(now() - start)}  ${who.padEnd(10)} ${typeof what === 'string' ? what : what()}`);
  };
  return Object.assign(write, { lines });
}

/** `1d 02:03:04.005` */
function since(ms: number): string {
  const days = Math.floor(ms / 86_400_000);
  return `${days}d ${new Date(ms % 86_400_000).toISOString().slice(11, 23)}`;
}
