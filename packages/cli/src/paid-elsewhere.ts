// A program may have paid a reference with a store of its own. Once the provider has forgotten the key, only its list still tells.
import {
  type Attempt,
  isPayoutError,
  nextAttempt,
  type Notice,
  type Payout,
  PayoutError,
  type PayoutOperations,
  type PayoutOutcome,
  sameMoney,
  type Submission,
  supports,
} from '@disburse/core';
import { deriveKey } from '@disburse/core/adapter';
import type { CallFacts } from './call.ts';
import { CliError, EXIT } from './exit-code.ts';
import type { Provider } from './factories.ts';
import { paidAdvice } from './outcome.ts';
import { withProgress } from './progress.ts';
import type { Session } from './session.ts';
import { moneyText } from './tables.ts';

/** A month of payouts can be read while somebody waits; a reference that names its month is not paid again in it. */
const LOOK_BACK_MS = 31 * 24 * 60 * 60_000;
/** Another store may have seen refusals, and gone on to later attempts. */
const ATTEMPTS = 10;

/** A provider that can list its payouts. */
type Listing = Provider & Pick<PayoutOperations<string, object, never>, 'listAll'>;

interface Looking {
  readonly call: Pick<CallFacts, 'host' | 'options' | 'signal'>;
  readonly session: Session;
  readonly provider: Provider;
  /** Prepared, not kept and not sent. */
  readonly submission: Submission;
  /** The same request, as another attempt. */
  prepare(attempt: Attempt): Promise<Submission>;
}

/**
 * Before the first send of an attempt that the store does not know: whether the provider shows it as paid. If so, it is recorded.
 *
 * @returns `null` where nothing was found, or payouts carry nothing to find them by.
 * @throws {PayoutError} Where the list could not be read: nothing was sent, and nothing may be.
 * @throws {CliError} `unresolved` where another amount was paid.
 */
export async function paidElsewhere(looking: Looking): Promise<PayoutOutcome | null> {
  const { submission, session } = looking;
  if (submission.correlation.by === 'none' || !supports(looking.provider, 'list')) return null;
  const tokens = await tokensOf(submission);
  const payout = await found(looking, looking.provider, [...tokens.keys()]);
  if (payout === null || (await isKeptByNow(session, submission))) return null;
  const attempt = tokens.get(tokenIn(payout, [...tokens.keys()]) ?? '') ?? submission.attempt;
  if (!isOver(submission.money, payout)) throw otherMoney(submission, payout);
  const its = attempt === submission.attempt ? submission : await looking.prepare(attemptAfter(submission, attempt - 1));
  const notices = [FOUND, ...(await recorded(session, its, payout))];
  return { outcome: 'accepted', payout, replayed: true, submission: its, notices };
}

/** Another process paid it with this very store, since the store was read: core tells what came of that. */
async function isKeptByNow({ store }: Session, submission: Submission): Promise<boolean> {
  try {
    return (await store.find(submission)) !== null;
  } catch {
    return true; // Core reads it again before it sends anything, and says what it means that it cannot.
  }
}

const FOUND: Notice = {
  code: 'paid_elsewhere',
  message: 'A program paid this reference before, with another store of submissions. Nothing was sent now, and it is recorded here.',
};

/** Of this attempt, those before it and some after it: what another store knows of them is not known here. */
async function tokensOf({ namespace, account, reference, attempt: asked }: Submission): Promise<ReadonlyMap<string, number>> {
  const attempts = Array.from({ length: asked - 1 + ATTEMPTS }, (_, index) => index + 1);
  const keyed = attempts.map(async (attempt) => [await deriveKey({ namespace, account, reference, attempt }), attempt] as const);
  return new Map(await Promise.all(keyed));
}

async function found(looking: Looking, listing: Listing, tokens: readonly string[]): Promise<Payout | null> {
  const { call, provider, submission } = looking;
  try {
    return await withProgress(call, `Looking for ${submission.reference} at ${provider.name}`, search(looking, listing, tokens));
  } catch (error) {
    if (!isPayoutError(error)) throw error;
    if (call.signal.aborted) throw new CliError('interrupted', 'Interrupted before anything was sent.');
    if (error.code === 'authentication') return null; // A create is refused for the same reason, and then certainly.
    const message = `whether ${submission.reference} was paid before could not be read, so nothing was sent. ${error.message}`;
    throw new PayoutError(error.code, message, { ...error.details(), outcome: null });
  }
}

async function search({ call, session }: Looking, listing: Listing, tokens: readonly string[]): Promise<Payout | null> {
  const createdFrom = new Date(session.now() - LOOK_BACK_MS).toISOString();
  for await (const payout of listing.listAll({ createdFrom }, { signal: call.signal })) {
    if (tokenIn(payout, tokens) !== null) return payout;
  }
  return null;
}

/** A token is a hash of 122 bits: where it stands in a payout of the account, it is no accident. */
function tokenIn({ metadata, description }: Payout, tokens: readonly string[]): string | null {
  const values = Object.values(metadata);
  return tokens.find((token) => values.includes(token) || description?.includes(token) === true) ?? null;
}

function isOver(asked: Submission['money'], { money }: Payout): boolean {
  return asked === 'full_balance' || (money !== null && sameMoney(asked, money));
}

function otherMoney(submission: Submission, { id, money }: Payout): CliError {
  const { reference } = submission;
  const message = `${reference} was paid before, with another store of submissions: ${id} over ${moneyText(money)}. ${moneyText(submission.money)} was not sent.`;
  return new CliError('unresolved', message, { exitCode: EXIT.unknown, advice: paidAdvice(submission, id) });
}

function attemptAfter(submission: Submission, attempt: number): Attempt {
  return nextAttempt({ outcome: 'rejected', retry: 'next_attempt', submission: { ...submission, attempt } });
}

async function recorded({ store }: Session, submission: Submission, { id }: Payout): Promise<readonly Notice[]> {
  try {
    await store.setResolution(submission, { payoutId: id });
    return [];
  } catch {
    return [{ code: 'not_recorded', message: 'The folder of submissions could not record it; the next create looks again.' }];
  }
}
