import type { EventQueue } from '../event-queue.ts';
import type { EventLog } from '../events.ts';
import type { Ids } from '../random.ts';
import { seconds } from './calendar.ts';
import type { CurrentRequest, ProtocolAccount } from './protocol.ts';

/** One change of one object; webhooks are made from these. */
export interface ChangeEvent<Type extends string, Wire> {
  readonly id: string;
  readonly type: Type;
  /** The connected account, or null for the platform's own. */
  readonly account: string | null;
  /** Unix seconds. */
  readonly created: number;
  readonly livemode: boolean;
  /** The object as it was right after the change. */
  readonly payout: Wire;
  /** What the changed fields were before; null for its creation. */
  readonly previous: Partial<Wire> | null;
  /** The API request that caused the change, where one did. */
  readonly request: CurrentRequest | null;
}

/** An object as it is sent now. */
interface Sent<Wire> {
  wire: Wire;
}

/** The world that events are recorded in. */
interface EventWorld<Type extends string, Wire> {
  readonly queue: EventQueue;
  readonly ids: Ids;
  readonly livemode: boolean;
  readonly events: EventLog<ChangeEvent<Type, Wire>>;
  readonly request: CurrentRequest | null;
}

/** Changes an object and records the event. */
export function change<Type extends string, Wire extends object>(
  world: EventWorld<Type, Wire>,
  account: ProtocolAccount,
  object: Sent<Wire>,
  type: NoInfer<Type>,
  fields: Partial<NoInfer<Wire>>,
): void {
  const before = object.wire;
  object.wire = { ...before, ...fields };
  const changed = Object.entries(before).filter(([name]) => Object.hasOwn(fields, name));
  // The entries are the object's own, which the type of Object.fromEntries does not tell.
  record(world, account, object, type, Object.fromEntries(changed) as Partial<Wire>);
}

/** Records an event of an object. */
export function record<Type extends string, Wire extends object>(
  { events, ids, queue, livemode, request }: EventWorld<Type, Wire>,
  account: ProtocolAccount,
  { wire }: Sent<Wire>,
  type: NoInfer<Type>,
  previous: Partial<NoInfer<Wire>> | null,
): void {
  events.tell({
    id: ids('evt_'),
    type,
    account: account.connected ? account.id : null,
    created: seconds(queue.now()),
    livemode,
    payout: wire,
    previous,
    request,
  });
}
