// https://docs.stripe.com/api/treasury/outbound_payments/test_mode_fail (and _post, _return, _update; read 2026-11-20)
import { type CallOptions, type CommonSettings, isPayoutError, type Payout, PayoutError, type PayoutIssue } from '@disburse/core';
import { checkSettings, commonSettings, refuseProblems } from '@disburse/core/adapter';
import {
  accessProblems,
  encodeForm,
  type FormFields,
  liveOf,
  strictObject,
  type StripeAccess,
  stripeAccess,
} from '@disburse/stripe-adapter/internal';
import * as v from 'valibot';
import { connect } from './provider.ts';
import { toPayout } from './read-payment.ts';
import type { TreasuryReturnedDetails } from './wire.ts';

/** Settings of {@link createTreasuryTestHelpers}; they mean what they mean for the provider. */
export interface TreasuryTestHelperSettings
  extends
    Pick<StripeAccess, 'apiKey' | 'stripeAccount' | 'stripeContext' | 'apiVersion'>,
    Pick<CommonSettings, 'name' | 'baseUrl' | 'timeoutMs' | 'maxResends' | 'fetch' | 'runtime' | 'onTelemetry' | 'maxResponseBytes'> {}

/** The numbers that the banks are to have given. */
export type TreasuryTracking =
  | { readonly type: 'ach'; readonly ach: { readonly traceId: string } }
  | {
      readonly type: 'us_domestic_wire';
      readonly usDomesticWire?:
        | { readonly imad?: string | undefined; readonly omad?: string | undefined; readonly chips?: string | undefined }
        | undefined;
    };

/** What {@link createTreasuryTestHelpers} returns. Each moves one test payment and emits the webhook of it. */
export interface TreasuryTestHelpers {
  /** From `processing` to `posted`. @throws {PayoutError} `invalid_state` in any other state; `not_found`; and what any call throws. */
  post(id: string, call?: CallOptions): Promise<Payout>;
  /** From `processing` to `failed`. @throws {PayoutError} as {@link post} does. */
  fail(id: string, call?: CallOptions): Promise<Payout>;
  /**
   * From `processing` to `returned`, without `posted` in between.
   *
   * @param code Why. Default `declined`.
   * @throws {PayoutError} as {@link post} does.
   */
  return(id: string, code?: TreasuryReturnedDetails['code'], call?: CallOptions): Promise<Payout>;
  /** Sets the tracking numbers. @throws {PayoutError} `invalid_state` while it is cancelable, and once it is canceled or failed. */
  track(id: string, tracking: TreasuryTracking, call?: CallOptions): Promise<Payout>;
}

const Settings: v.GenericSchema<unknown, TreasuryTestHelperSettings> = v.strictObject({
  apiKey: v.pipe(
    stripeAccess.apiKey,
    v.check((key) => liveOf(key) === false, 'must be a test key (sk_test_ or rk_test_): these calls exist for test payments only'),
  ),
  stripeAccount: stripeAccess.stripeAccount,
  stripeContext: stripeAccess.stripeContext,
  apiVersion: stripeAccess.apiVersion,
  name: commonSettings.name,
  baseUrl: commonSettings.baseUrl,
  timeoutMs: commonSettings.timeoutMs,
  maxResends: commonSettings.maxResends,
  fetch: commonSettings.fetch,
  runtime: commonSettings.runtime,
  onTelemetry: commonSettings.onTelemetry,
  maxResponseBytes: commonSettings.maxResponseBytes,
});

const COLLECTION = '/v1/test_helpers/treasury/outbound_payments';

/**
 * Moves test payments to another state, as the banks would.
 *
 * @throws {PayoutError} `invalid_settings` for a key that is not a test key, before any request.
 * @see https://docs.stripe.com/api/treasury/outbound_payments/test_mode_post
 * @example
 * const helpers = createTreasuryTestHelpers({ apiKey: 'sk_test_...', stripeAccount: 'acct_...' });
 * await helpers.return('obp_...', 'account_closed');
 */
export function createTreasuryTestHelpers(settings: TreasuryTestHelperSettings): TreasuryTestHelpers {
  const { provider, http, name } = connect(checkSettings('stripe-treasury', Settings, settings, accessProblems));

  const move = async (id: string, action: string, parameters: FormFields, when: Precondition, call?: CallOptions): Promise<Payout> => {
    refuseProblems({ provider: name, problems: idProblems(id) });
    const path = `${COLLECTION}/${encodeURIComponent(id)}${action}`;
    try {
      const answer = await http.post(path, { body: encodeForm(parameters), headers: {}, key: null }, call, 'other');
      return toPayout(name, answer.json);
    } catch (thrown) {
      throw (await wrongState(thrown, id, when, call)) ?? thrown;
    }
  };

  /** What Stripe answers in the wrong state is not documented; what state it is in can be seen. */
  const wrongState = async (thrown: unknown, id: string, when: Precondition, call?: CallOptions): Promise<PayoutError | null> => {
    if (!isPayoutError(thrown) || thrown.code !== 'invalid_request') return null;
    const payout = await provider.retrieve(id, call).catch(() => null);
    if (payout === null || when.holds(payout)) return null;
    const message = `${id} is ${payout.providerStatus}${payout.cancelable ? ' and cancelable' : ''}; this needs a payment that is ${when.says}.`;
    return new PayoutError('invalid_state', message, { ...thrown.details(), payoutId: id });
  };

  return {
    post: async (id, call) => move(id, '/post', {}, PROCESSING, call),
    fail: async (id, call) => move(id, '/fail', {}, PROCESSING, call),
    return: async (id, code, call) => {
      refuseProblems({ provider: name, problems: [...idProblems(id), ...textProblems('code', code)] });
      return move(id, '/return', { returned_details: { code } }, PROCESSING, call);
    },
    track: async (id, tracking, call) => {
      refuseProblems({ provider: name, problems: [...idProblems(id), ...trackingProblems(tracking)] });
      return move(id, '', { tracking_details: trackingParameters(tracking) }, SUBMITTED, call);
    },
  };
}

// ---- Preconditions ---------------------------------------------------------------------------------------------------

interface Precondition {
  readonly says: string;
  readonly holds: (payout: Payout) => boolean;
}

const PROCESSING: Precondition = { says: 'processing', holds: ({ providerStatus }) => providerStatus === 'processing' };
const SUBMITTED: Precondition = {
  says: 'no longer cancelable, not canceled and not failed',
  holds: ({ cancelable, providerStatus }) => !cancelable && providerStatus !== 'canceled' && providerStatus !== 'failed',
};

// ---- Input -----------------------------------------------------------------------------------------------------------

const Tracking: v.GenericSchema<unknown, TreasuryTracking> = v.variant('type', [
  strictObject({ type: v.literal('ach'), ach: strictObject({ traceId: v.pipe(v.string(), v.minLength(1, 'must not be empty')) }) }),
  strictObject({
    type: v.literal('us_domestic_wire'),
    usDomesticWire: v.optional(strictObject({ imad: v.optional(v.string()), omad: v.optional(v.string()), chips: v.optional(v.string()) })),
  }),
]);

function trackingParameters(tracking: TreasuryTracking): FormFields {
  if (tracking.type === 'ach') return { type: 'ach', ach: { trace_id: tracking.ach.traceId } };
  const { imad, omad, chips } = tracking.usDomesticWire ?? {};
  return { type: 'us_domestic_wire', us_domestic_wire: { imad, omad, chips } };
}

function trackingProblems(tracking: unknown): readonly PayoutIssue[] {
  const { issues } = v.safeParse(Tracking, tracking);
  return (issues ?? []).map((issue) => ({
    path: ['tracking', v.getDotPath(issue) ?? ''].filter((part) => part !== '').join('.'),
    message: trackingMessage(issue),
  }));
}

/** The library's own messages repeat the value; ours never begin like them. */
function trackingMessage({ expected, message }: v.BaseIssue<unknown>): string {
  if (expected === 'never') return 'is not known here';
  return message.startsWith('Invalid ') ? `must be ${expected ?? 'different'}` : message;
}

function idProblems(id: unknown): readonly PayoutIssue[] {
  const fits = typeof id === 'string' && /^[\x21-\x7e]{1,500}$/.test(id) && id !== '.' && id !== '..';
  return fits ? [] : [{ path: 'id', message: "must be Stripe's id of an OutboundPayment: visible ASCII, not empty" }];
}

function textProblems(path: string, text: unknown): readonly PayoutIssue[] {
  return text === undefined || (typeof text === 'string' && text !== '') ? [] : [{ path, message: 'must be a string that is not empty' }];
}
