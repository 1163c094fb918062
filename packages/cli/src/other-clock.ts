// A program keeps the real time, and a simulator may not. Then a lookup searches the wrong stretch of time, and takes the key for
// older or younger than it is: that it finds nothing says nothing.
import { memorySubmissions, PayoutError, type PayoutOutcome, type Submission, type UnknownPayout } from '@disburse/core';
import { boundTo } from './account.ts';
import type { CallFacts } from './call.ts';
import type { Provider } from './factories.ts';
import { openSession, type Session } from './session.ts';
import { timeText } from './tables.ts';

type LookingCall = Pick<CallFacts, 'host' | 'options' | 'note' | 'signal' | 'secrets'>;

interface Asking {
  readonly call: LookingCall;
  readonly session: Session;
  readonly provider: Provider;
  readonly submission: Submission;
}

/**
 * What becomes of a submission that another clock than the simulator's prepared: it is not sent, and its absence is not believed.
 *
 * @returns `null` for every other one, and where the provider is a real one.
 */
export async function ofOtherClock(asking: Asking): Promise<PayoutOutcome | null> {
  const { call, session, provider, submission } = asking;
  if (session.clockShowed(Date.parse(submission.preparedAt))) return null;
  const isThere = (await lookedAt(asking)).outcome === 'accepted';
  return isThere ? provider.lookup(submission, { signal: call.signal }) : unknownFor(session, submission);
}

/** Reads, and records nothing: what is not found must not become a rejection. */
async function lookedAt({ call, submission }: Asking): Promise<PayoutOutcome> {
  const session = await openSession(call, { submissions: memorySubmissions() });
  return boundTo(session.provider(submission.name), submission.account).lookup(submission, { signal: call.signal });
}

function unknownFor(session: Session, submission: Submission): UnknownPayout {
  const { reference, preparedAt, name } = submission;
  const time = new Date(session.now()).toISOString();
  const message = `[${name}] ${reference} was prepared at ${timeText(preparedAt)}, which this simulator's clock has not shown (it shows ${timeText(time)}). A program that keeps the real time prepared it, or this simulator was started since. So not finding it here proves nothing, and nothing was sent now.`;
  const error = new PayoutError('invalid_state', message, { provider: name, outcome: 'unknown' });
  return { outcome: 'unknown', error, submission, next: { action: 'review', candidates: [] }, notices: [] };
}
