import type { KnownForms } from '../known-options.ts';
import { createScript, type Script, type ScriptReader } from '../script.ts';

/**
 * `attempt`: this attempt gets nowhere, and the provider tries again. `answer`: it arrives, its answer does not, and the provider tries
 * again. `event`: it is never sent, not this time and not later.
 */
export interface LoseFault {
  readonly lose: 'attempt' | 'answer' | 'event';
}
/** So many more deliveries of the same event, each signed anew; `newId` makes them events of their own, about the same change. */
export interface DuplicateFault {
  readonly duplicate: number;
  readonly newId?: boolean | undefined;
}
/** So many virtual milliseconds late. */
export interface LateDeliveryFault {
  readonly delayMs: number;
}
/** Late by a random time below this, in virtual milliseconds: what happens within it arrives in any order, the same for the same seed. */
export interface ReorderFault {
  readonly reorderMs: number;
}
/** The body is changed after it was signed. */
export interface TamperFault {
  readonly tamper: (body: string) => string;
}
/** Signed by somebody who does not know the secret. */
export interface WrongSecretFault {
  readonly wrongSecret: true;
}
/** Sent without a signature. */
export interface UnsignedFault {
  readonly unsigned: true;
}
/** Signed so many virtual milliseconds ago, as a replay is; negative for the future. Only where the provider signs a time. */
export interface OldSignatureFault {
  readonly signedAgoMs: number;
}

/** One thing that goes wrong with one attempt to deliver an event. */
export type WebhookFault =
  | LoseFault
  | DuplicateFault
  | LateDeliveryFault
  | ReorderFault
  | TamperFault
  | WrongSecretFault
  | UnsignedFault
  | OldSignatureFault;

/** Which attempts a fault concerns; what is left out fits all of them. */
export interface WebhookFaultMatcher {
  /** The event's type: the whole of it, or a pattern. */
  readonly type?: string | RegExp | undefined;
  /** The id of an endpoint. */
  readonly endpoint?: string | undefined;
  /** 1 is the first. */
  readonly attempt?: number | undefined;
}

/** The fault script of a world's webhooks: what happens to attempts to deliver. */
export interface WebhookFaults extends Script<WebhookFault, WebhookFaultMatcher> {}

/** An attempt, as far as the script asks. */
export interface Attempt {
  readonly type: string;
  readonly endpoint: string;
  readonly attempt: number;
}

/** What happens to one attempt. */
export interface WebhookPlan {
  readonly lose: LoseFault['lose'] | null;
  readonly duplicates: number;
  readonly newId: boolean;
  readonly delayMs: number;
  readonly reorderMs: number;
  readonly tampers: readonly TamperFault['tamper'][];
  readonly signer: 'provider' | 'stranger' | 'nobody';
  readonly signedAgoMs: number;
}

/** Nothing goes wrong. */
export const SMOOTH: WebhookPlan = {
  lose: null,
  duplicates: 0,
  newId: false,
  delayMs: 0,
  reorderMs: 0,
  tampers: [],
  signer: 'provider',
  signedAgoMs: 0,
};

const FORMS: KnownForms = {
  lose: [],
  duplicate: ['newId'],
  delayMs: [],
  reorderMs: [],
  tamper: [],
  wrongSecret: [],
  unsigned: [],
  signedAgoMs: [],
};

/**
 * Creates an empty fault script.
 *
 * @param signsTime Whether the provider's signatures hold a time.
 */
export function createWebhookFaultScript(signsTime: boolean): ScriptReader<WebhookFault, WebhookFaultMatcher, Attempt, WebhookPlan> {
  return createScript({
    fits,
    matcher: { type: true, endpoint: true, attempt: true },
    forms: FORMS,
    planOf: (faults: readonly WebhookFault[]) => {
      if (!signsTime && faults.some((fault) => 'signedAgoMs' in fault)) {
        throw new TypeError('signedAgoMs: this provider signs no time, so that an old delivery looks like a new one.');
      }
      return faults.reduce(withFault, SMOOTH);
    },
  });
}

function withFault(plan: WebhookPlan, fault: WebhookFault): WebhookPlan {
  if ('lose' in fault) return { ...plan, lose: fault.lose };
  if ('duplicate' in fault) return { ...plan, duplicates: plan.duplicates + fault.duplicate, newId: fault.newId ?? plan.newId };
  if ('delayMs' in fault) return { ...plan, delayMs: plan.delayMs + fault.delayMs };
  if ('reorderMs' in fault) return { ...plan, reorderMs: Math.max(plan.reorderMs, fault.reorderMs) };
  if ('tamper' in fault) return { ...plan, tampers: [...plan.tampers, fault.tamper] };
  if ('wrongSecret' in fault) return { ...plan, signer: 'stranger' };
  if ('unsigned' in fault) return { ...plan, signer: 'nobody' };
  return { ...plan, signedAgoMs: fault.signedAgoMs };
}

function fits({ type, endpoint, attempt }: WebhookFaultMatcher, given: Attempt): boolean {
  if (typeof type === 'string' ? type !== given.type : type !== undefined && given.type.search(type) < 0) return false;
  if (endpoint !== undefined && endpoint !== given.endpoint) return false;
  return attempt === undefined || attempt === given.attempt;
}
