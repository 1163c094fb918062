// https://docs.stripe.com/api/events/object and https://docs.stripe.com/api/v2/core/events/object (read 2026-11-20)
import * as v from 'valibot';
import { isObject, isSeconds, textOf } from './read-shape.ts';
import { IdOf, lenient, UnixSeconds } from './wire.ts';

const Request = v.object({ idempotency_key: lenient(v.string()) });
const Text = v.pipe(v.string(), v.minLength(1));

/** What of a snapshot event is read, around its object. */
export interface ReadSnapshot {
  readonly id: string;
  readonly type: string;
  readonly livemode: boolean;
  readonly created: number | null;
  readonly account: string | null;
  readonly request: { readonly idempotency_key: string | null } | null;
  readonly data: { readonly object: { readonly object: string; readonly id: string } };
}

/** https://docs.stripe.com/api/events/object */
export const SnapshotShape: v.GenericSchema<unknown, ReadSnapshot> = v.object({
  id: Text,
  type: Text,
  livemode: v.boolean(),
  created: lenient(UnixSeconds),
  account: lenient(v.string()),
  request: lenient(Request),
  data: v.object({ object: v.object({ object: v.string(), id: IdOf }) }),
});

/** What of a thin event is read. */
export interface ReadThin {
  readonly id: string;
  readonly type: string;
  readonly livemode: boolean;
  readonly created: string | null;
  readonly context: string | null;
  readonly reason: { readonly request: { readonly idempotency_key: string | null } | null } | null;
  readonly related_object: { readonly id: string };
}

/** https://docs.stripe.com/api/v2/core/events/object */
export const ThinShape: v.GenericSchema<unknown, ReadThin> = v.object({
  id: Text,
  type: Text,
  livemode: v.boolean(),
  created: lenient(v.string()),
  context: lenient(v.string()),
  reason: lenient(v.object({ request: lenient(Request) })),
  related_object: v.object({ id: Text }),
});

/** What every event of Stripe's says of itself; `null` for what is none. */
export function readKind(raw: unknown): { readonly object: string; readonly type: string } | null {
  if (!isObject(raw)) return null;
  const { object, type } = raw;
  return typeof object === 'string' && typeof type === 'string' ? { object, type } : null;
}

/** What `SnapshotShape` reads of a usual event, a few times as fast. `null` says only that it has to be looked at by the shape. */
export function readSnapshotShape(raw: unknown): ReadSnapshot | null {
  if (!isObject(raw)) return null;
  const { id, type, livemode, created, account, request, data } = raw;
  const about = isObject(data) ? data['object'] : null;
  if (typeof id !== 'string' || id === '' || typeof type !== 'string' || type === '' || typeof livemode !== 'boolean') return null;
  if (!isObject(about) || typeof about['object'] !== 'string' || typeof about['id'] !== 'string') return null;
  return {
    id,
    type,
    livemode,
    created: isSeconds(created) ? created : null,
    account: textOf(account),
    request: isObject(request) ? { idempotency_key: textOf(request['idempotency_key']) } : null,
    data: { object: { object: about['object'], id: about['id'] } },
  };
}
