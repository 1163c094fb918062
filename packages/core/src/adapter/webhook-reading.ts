import type { AdapterEvent, WebhookReading } from './webhook.ts';

/** A delivery that is about one payout. */
export const oneEvent = (event: AdapterEvent): WebhookReading => ({ events: [event], diagnostics: [] });

/** A delivery that nothing is done with, and why. The message must hold no text of the sender's that was not checked. */
export const ignoredEvent = (code: string, message: string): WebhookReading => ({ events: [], diagnostics: [{ code, message }] });

/** What `read` makes of a payload; `null` where it cannot be read, so that the event still names its payout. */
export function readOrNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
