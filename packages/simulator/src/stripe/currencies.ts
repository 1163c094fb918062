import { invalid, refused } from './errors.ts';

// https://docs.stripe.com/currencies (contract section 9). Three-decimal currencies stand there since 2022.
const SUPPORTED: readonly string[] = (
  'usd aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn bzd cad cdf chf clp cny cop crc cve czk ' +
  'djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd ' +
  'kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ' +
  'ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx uyu uzs vnd vuv wst xaf xcd xcg xof xpf ' +
  'yer zar zmw'
).split(' ');

/** Payout amounts, in the currency's smallest wire unit, must be multiples of this. What is not listed: 1. */
const STEPS: Readonly<Record<string, number>> = {
  isk: 100,
  ugx: 100, // Whole units only, but written with two decimals.
  huf: 100,
  twd: 100, // Payouts only: 1045 is refused, 1000 is fine.
  bhd: 10,
  jod: 10,
  kwd: 10,
  omr: 10,
  tnd: 10, // The third decimal must be 0.
};

/** @throws {Refusal} for a code that Stripe does not know, or that is not in lower case. */
export function checkCurrency(currency: string): void {
  if (SUPPORTED.includes(currency)) return;
  throw refused({
    message: `Invalid currency: ${currency}. Stripe currently supports these currencies: ${SUPPORTED.join(', ')}`,
    param: 'currency',
  });
}

/** @throws {Refusal} for an amount that cannot be paid out in this currency. Contract section 9 gives no text for it. */
export function checkStep(amount: number, currency: string): void {
  const step = Object.hasOwn(STEPS, currency) ? (STEPS[currency] ?? 1) : 1;
  if (amount % step === 0) return;
  throw invalid({ message: `Invalid amount: payouts in ${currency} must be a multiple of ${step}.`, param: 'amount' });
}
