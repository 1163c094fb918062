// What does not compile: the mistakes that a user makes with events.
import { describe, expectTypeOf, it } from 'vitest';
import {
  type AnyPayoutProvider,
  follow,
  type ThinEvent,
  type AppliedSnapshot,
  applySnapshot,
  type Payout,
  type PayoutEvent,
  type SnapshotEvent,
  webhookHandler,
} from '../index.ts';

declare const provider: AnyPayoutProvider;
declare const event: PayoutEvent;
declare const known: Payout | null;

describe('an event', () => {
  it('is a snapshot or a hint', () => {
    expectTypeOf(provider.parseWebhook).returns.resolves.toEqualTypeOf<readonly PayoutEvent[]>();
    if (event.payout !== null) {
      expectTypeOf(event).toEqualTypeOf<SnapshotEvent>();
      expectTypeOf(applySnapshot(known, event.payout)).toEqualTypeOf<AppliedSnapshot>();
    } else expectTypeOf(event).toEqualTypeOf<ThinEvent>();
    // @ts-expect-error -- a hint carries no payout
    applySnapshot(known, event.payout);
    // @ts-expect-error -- events are not to be changed
    event.payoutId = 'other';
  });
});

describe('a delivery', () => {
  it('is headers and the raw body, or a request', () => {
    const headers = { 'stripe-signature': 'x', 'x-twice': ['a', 'b'], absent: undefined };
    void (() => provider.parseWebhook({ headers, body: '{}' }));
    void (() => provider.parseWebhook({ headers: new Headers(), body: new Uint8Array() }, { signal: new AbortController().signal }));
    void (() => provider.parseWebhook(new Request('http://127.0.0.1/')));
    // @ts-expect-error -- a parsed body
    void (() => provider.parseWebhook({ headers, body: { id: 'evt_1' } }));
    // @ts-expect-error -- no body
    void (() => provider.parseWebhook({ headers }));
    // @ts-expect-error -- the body alone
    void (() => provider.parseWebhook('{}'));
  });
});

describe('a handler', () => {
  it('is a Fetch handler', () => {
    const handle = webhookHandler({ provider, onEvent: (told) => expectTypeOf(told).toEqualTypeOf<PayoutEvent>() });
    expectTypeOf(handle).toEqualTypeOf<(request: Request) => Promise<Response>>();
    // @ts-expect-error -- somebody must do something with an event
    void (() => webhookHandler({ provider }));
  });
});

describe('following', () => {
  it('yields observations', () => {
    expectTypeOf(follow).returns.toEqualTypeOf<AsyncIterableIterator<AppliedSnapshot>>();
    // @ts-expect-error -- an id is not enough: it says nothing of what is known
    void (() => follow(provider, 'po_1'));
  });
});
