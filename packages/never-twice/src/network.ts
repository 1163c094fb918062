import type { Dice } from './dice.ts';
import type { Flight, Ledger } from './ledger.ts';
import type { Await, Machine } from './machine.ts';
import { createFault, type NetworkFault, otherFault, type Weather } from './network-faults.ts';
import type { Rail } from './rails.ts';
import type { TrueTime } from './time.ts';
import type { Trace } from './trace.ts';

/** What the line is made of. */
export interface Line {
  readonly time: TrueTime;
  readonly dice: Dice;
  readonly ledger: Ledger;
  readonly trace: Trace;
  /** How often something goes wrong with a request, and what; changed on the way, and when a run calms down. */
  trouble: number;
  weather: Weather;
  /** Called when a request was answered, so that what it made is seen at once. */
  readonly look: (landing?: Flight) => void;
}

/** The `fetch` of one process to one provider; `name`: who sends, where that is not all of the process. */
export function fetchOf(line: Line, machine: Machine, rail: Rail, name: string = machine.name): typeof globalThis.fetch {
  return async (input, init) => {
    const { method = 'GET', body } = init ?? {};
    const url = new URL(input instanceof Request ? input.url : input);
    const isCreate = method === 'POST' && url.pathname === rail.createPath;
    const fault = line.dice.chance(line.trouble)
      ? isCreate
        ? createFault(line.dice, line.weather, rail.errorOf)
        : otherFault(line.dice)
      : null;
    line.trace(machine.name, () => `-> ${method} ${url.pathname}${fault === null ? '' : `  [${fault.says}]`}`);
    const sent = { method, headers: init?.headers ?? {}, body: body ?? null };
    const arrive = isCreate
      ? departure(line, name, rail, sent, typeof body === 'string' ? body : '')
      : () => arrival(rail, url, sent, null);
    if (fault?.late !== undefined) return await late(line, machine, fault.late, () => arrive(url, null));
    return await machine.gate(awaitOf(method), told(line, machine, arrive(url, fault)));
  };
}

const awaitOf = (method: string): Await => (method === 'GET' || method === 'DELETE' ? method : 'POST');

interface SentRequest {
  readonly method: string;
  readonly headers: NonNullable<RequestInit['headers']>;
  readonly body: RequestInit['body'];
}

type Arrive = (url: URL, fault: NetworkFault | null) => Promise<Response>;

/** A create, from the moment at which the process let go of it. */
function departure(line: Line, name: string, rail: Rail, sent: SentRequest, body: string): Arrive {
  const flight = line.ledger.depart({
    rail: rail.name,
    reference: /job-\d+/.exec(body)?.[0] ?? '',
    key: new Headers(sent.headers).get('idempotency-key') ?? '',
    body,
    machine: name,
    sentAt: line.time.now(),
  });
  const landed = (): void => {
    line.look(flight);
    flight.there = false;
  };
  return (url, fault) => {
    flight.there = true;
    // Who hangs has done what it does by the end of this step.
    if (fault?.world?.some((one) => 'hang' in one) === true) line.time.at(line.time.now(), landed);
    return arrival(rail, url, sent, fault).then(
      (response) => {
        flight.answer = { status: response.status, marked: response.headers.get('idempotent-replayed') === 'true' };
        landed();
        return response;
      },
      (error: unknown) => {
        landed();
        throw error;
      },
    );
  };
}

function arrival(rail: Rail, url: URL, sent: SentRequest, fault: NetworkFault | null): Promise<Response> {
  if (fault?.world !== undefined) rail.faults.on({ method: sent.method, path: url.pathname }, fault.world, 1);
  return rail.fetch(url, sent as RequestInit);
}

function late(
  line: Line,
  machine: Machine,
  { ms, client }: NonNullable<NetworkFault['late']>,
  arrive: () => Promise<Response>,
): Promise<Response> {
  line.time.at(line.time.now() + ms, () => {
    line.trace('the line', `a late request of ${machine.name} arrives`);
    arrive().catch(() => undefined);
  });
  if (client === 'hang') return new Promise(() => undefined);
  return machine.gate('POST', Promise.reject(new TypeError('fetch failed')));
}

/** For the trace: what came back. */
async function told(line: Line, machine: Machine, answer: Promise<Response>): Promise<Response> {
  try {
    const response = await answer;
    const replay = response.headers.get('idempotent-replayed') === 'true' ? ' (replayed)' : '';
    line.trace(machine.name, () => `<- ${response.status}${replay}`);
    return response;
  } catch (error) {
    line.trace(machine.name, '<- connection lost');
    throw error;
  }
}
