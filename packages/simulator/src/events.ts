/** What a provider tells of its world, in order. */
export interface EventLog<Event> {
  readonly all: readonly Event[];
  tell(event: Event): void;
  /** Calls the listener at every event from now on; the answer takes it back. */
  onEvent(listener: (event: Event) => void): () => void;
}

/** Creates an empty log. */
export function createEventLog<Event>(): EventLog<Event> {
  const all: Event[] = [];
  let listeners: readonly ((event: Event) => void)[] = [];
  return {
    all,
    tell: (event) => {
      all.push(event);
      for (const listener of listeners) listener(event);
    },
    onEvent: (listener) => {
      // A function of its own: the same listener may be given twice, and taken back once.
      const own = (event: Event): void => {
        listener(event);
      };
      listeners = [...listeners, own];
      return () => {
        listeners = listeners.filter((other) => other !== own);
      };
    },
  };
}
