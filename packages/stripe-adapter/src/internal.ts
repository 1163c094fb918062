// For the other adapter of Stripe's; no promise to anybody else.
export type { CodeRow, Conclusion, MessageRow, SeenError, StatusRow } from './error-rows.ts';
export { type ErrorTables, stripeRefusals } from './errors.ts';
export { decodeForm, encodeForm, type FormFields, type FormValue, withQuery } from './form.ts';
export { formOf, type StripeForm } from './create.ts';
export { metadataProblems } from './limits.ts';
export { STRIPE_MONEY } from './money.ts';
export { expandEntry, ExpandOptions, listEntries, type StripeExpand } from './options.ts';
export {
  accessFor,
  accessProblems,
  accountOf,
  DEFAULT_API_VERSION,
  isReplay,
  KEY_RETENTION_MS,
  liveOf,
  mayResend,
  REQUEST_ID_HEADER,
  type StripeAccess,
  stripeAccess,
  stripeConnection,
  StripeId,
} from './protocol.ts';
export { createdParameter, listProblems, type PagePlace, placeOf, toPage } from './paging.ts';
export { currencyField, isoTime, metadataOf, REFERENCE_KEY, TOKEN_KEY, unreadable } from './read-payout.ts';
export { strictObject } from './strict.ts';
export { type StripeTime, type StripeTimeFilter, StripeTimeFilterSchema, type StripeTimeRange, timeParameter } from './times.ts';
export { type StripeEvents, stripeWebhooks } from './webhook.ts';
export { IdOf, lenient, Metadata, MinorUnits, PayoutId, UnixSeconds } from './wire.ts';
