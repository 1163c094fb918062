/** One row of a routing table; `:name` in the path is a parameter. */
export interface Route<Handler> {
  readonly method: string;
  readonly path: string;
  readonly handler: Handler;
}

/** A row that fits, and the values of its path parameters. */
export interface Match<Handler> {
  readonly route: Route<Handler>;
  readonly values: Readonly<Record<string, string>>;
}

/** The first row that fits method and path, or null. */
export function matchRoute<Handler>(routes: readonly Route<Handler>[], method: string, pathname: string): Match<Handler> | null {
  for (const route of routes) {
    const values = route.method === method ? matchPath(route.path, pathname) : null;
    if (values !== null) return { route, values };
  }
  return null;
}

function matchPath(pattern: string, pathname: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return null;
  const values: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return null;
    } else {
      const decoded = decodeSegment(value);
      if (decoded === '') return null;
      values[part.slice(1)] = decoded;
    }
  }
  return values;
}

function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
