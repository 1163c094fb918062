// https://docs.stripe.com/api/events/object and https://docs.stripe.com/api/v2/core/events/object (read 2026-11-20)
import { idOf, isObject, isSeconds, textOf } from './read-shape.ts';

/** What every event of Stripe's says of itself; `null` for what is none. */
export function readKind(raw: unknown): { readonly object: string; readonly type: string } | null {
  if (!isObject(raw)) return null;
  const { object, type } = raw;
  return typeof object === 'string' && typeof type === 'string' ? { object, type } : null;
}

/** What both kinds of event say. */
interface ReadFacts {
  readonly id: string;
  readonly type: string;
  readonly livemode: boolean;
}

/** What of a snapshot event is read, around its object. */
export interface ReadSnapshot extends ReadFacts {
  readonly created: number | null;
  readonly account: string | null;
  readonly context: string | null;
  readonly request: ReadRequest;
  readonly data: { readonly object: { readonly object: string; readonly id: string } };
}

/** What of a thin event is read. */
export interface ReadThin extends ReadFacts {
  readonly created: string | null;
  readonly context: string | null;
  readonly reason: { readonly request: ReadRequest } | null;
  readonly related_object: { readonly id: string };
}

type ReadRequest = { readonly idempotency_key: string | null } | null;

/** What of a snapshot event is read; `null` for what is none. https://docs.stripe.com/api/events/object */
export function readSnapshot(raw: unknown): ReadSnapshot | null {
  const facts = factsOf(raw);
  if (facts === null || !isObject(raw)) return null;
  const { created, account, context, request, data } = raw;
  const about = isObject(data) ? data['object'] : null;
  if (!isObject(about) || typeof about['object'] !== 'string') return null;
  const id = idOf(about['id']);
  if (id === null) return null;
  const { object } = about;
  return {
    ...facts,
    created: isSeconds(created) ? created : null,
    account: textOf(account),
    context: textOf(context),
    request: requestOf(request),
    data: { object: { object, id } },
  };
}

/** What of a thin event is read; `null` for what is none. https://docs.stripe.com/api/v2/core/events/object */
export function readThin(raw: unknown): ReadThin | null {
  const facts = factsOf(raw);
  if (facts === null || !isObject(raw)) return null;
  const { created, context, reason, related_object } = raw;
  const id = isObject(related_object) ? nameOf(related_object['id']) : null;
  if (id === null) return null;
  return {
    ...facts,
    created: textOf(created),
    context: textOf(context),
    reason: isObject(reason) ? { request: requestOf(reason['request']) } : null,
    related_object: { id },
  };
}

function factsOf(raw: unknown): ReadFacts | null {
  if (!isObject(raw)) return null;
  const { livemode } = raw;
  const id = nameOf(raw['id']);
  const type = nameOf(raw['type']);
  return id === null || type === null || typeof livemode !== 'boolean' ? null : { id, type, livemode };
}

const nameOf = (value: unknown): string | null => textOf(value) || null;
const requestOf = (value: unknown): ReadRequest => (isObject(value) ? { idempotency_key: textOf(value['idempotency_key']) } : null);
