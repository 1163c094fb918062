import type { EventQueue } from './event-queue.ts';
import type { VirtualClock } from './clock.ts';
import type { EventLog } from './events.ts';
import type { RecordedRequest } from './exchange.ts';
import type { Faults } from './faults.ts';
import { simulatedFetch } from './fetch.ts';
import { assertKnown } from './known-options.ts';
import type { ListeningServer } from './server.node.ts';
import { createWorld, type Provider } from './world.ts';

/** What every simulated provider has, whatever it simulates. */
export interface SimulatedWorld<Event> {
  /** Answers any origin by its path. */
  readonly fetch: typeof globalThis.fetch;
  /** Serves the same world on 127.0.0.1 (Node only); port 0, the default, is a free one. */
  listen(options?: { readonly port?: number | undefined }): Promise<ListeningServer>;
  readonly clock: VirtualClock;
  /** Every request that was sent, also those that were lost on the way. */
  readonly requests: readonly RecordedRequest[];
  /** Every change of a payout that the provider tells, in order. */
  readonly events: readonly Event[];
  /** Calls the listener at every such change; the answer takes it back. */
  onEvent(listener: (event: Event) => void): () => void;
  readonly faults: Faults;
  /** From now on a new payout shows in lists only after so many milliseconds. */
  lagLists(ms: number): void;
}

/** What a world remembers, as far as all of them do. */
export interface WorldState<Event> {
  readonly clock: VirtualClock;
  readonly queue: EventQueue;
  readonly events: EventLog<Event>;
  listLagMs: number;
}

/** Puts a world together: the provider's rules over its state, and the controls that it has besides those of every world. */
export function assembleWorld<Event, Controls extends object>(
  state: WorldState<Event>,
  provider: Provider,
  controls: Controls,
): SimulatedWorld<Event> & Controls {
  const { clock, queue } = state;
  const { faults, receive, requests } = createWorld(clock, queue, provider);
  const world: SimulatedWorld<Event> = {
    fetch: simulatedFetch(receive, clock),
    // Loaded on demand: everything else runs where there is no node:http.
    listen: async (options = {}) => {
      assertKnown('listen', options, { port: true });
      return (await import('./server.node.ts')).listenOnLoopback(receive, clock, options.port);
    },
    clock,
    requests,
    get events() {
      queue.settle();
      return [...state.events.all];
    },
    onEvent: (listener) => state.events.onEvent(listener),
    faults,
    lagLists: (ms) => {
      state.listLagMs = ms;
    },
  };
  return joined(world, controls);
}

/** Both in one. Not spread: that would read the getters, once and for all. */
export function joined<One extends object, Other extends object>(one: One, other: Other): One & Other {
  return Object.defineProperties(one, Object.getOwnPropertyDescriptors(other)) as One & Other;
}
