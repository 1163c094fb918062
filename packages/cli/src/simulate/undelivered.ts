import type { WebhookDelivery } from '@disburse/simulator';
import type { AdapterId } from '../factories.ts';

/** A delivery that its receiver did not take. */
export interface Undelivered extends Pick<WebhookDelivery, 'type' | 'status' | 'failure'> {
  readonly adapter: AdapterId;
}

/** What became of it, and what is mostly the cause of a 400. `now`: in the simulation, in milliseconds. */
export function undeliveredText({ adapter, type, status, failure }: Undelivered, now: number): string {
  const answer = status === null ? `was not answered: ${failure ?? 'nobody listens'}` : `was answered ${status}`;
  return `${adapter}  ${type} ${answer}; it is delivered again later${status === 400 ? `. ${causeOf400(adapter, now)}` : ''}`;
}

/** Mollie signs no time. */
function causeOf400(adapter: AdapterId, now: number): string {
  if (adapter === 'balance') return 'Its receiver may have another secret.';
  return `Its receiver may have another secret, or another clock: in here it is ${new Date(now).toISOString()}, and a signature counts for minutes only.`;
}
