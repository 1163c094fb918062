// https://www.six-group.com/dam/download/financial-information/data-center/iso-currrency/lists/list-one.xml
// ISO 4217 list one as published 2024-06-25, with the amendments since: 176 (XCG for ANG), 178 (CUC out), 179 (XAD in),
// 180 (BGN out). Read 2026-11. Never derive digits from Intl or CLDR: they differ from ISO for HUF, COP, IDR and others.

/** Decimals of every currency that can be paid. A provider's own wire digits may differ: that is its money profile. */
export const ISO_4217_DIGITS: Readonly<Record<string, number>> = {
  AED: 2,
  AFN: 2,
  ALL: 2,
  AMD: 2,
  AOA: 2,
  ARS: 2,
  AUD: 2,
  AWG: 2,
  AZN: 2,
  BAM: 2,
  BBD: 2,
  BDT: 2,
  BMD: 2,
  BND: 2,
  BOB: 2,
  BOV: 2,
  BRL: 2,
  BSD: 2,
  BTN: 2,
  BWP: 2,
  BYN: 2,
  BZD: 2,
  CAD: 2,
  CDF: 2,
  CHE: 2,
  CHF: 2,
  CHW: 2,
  CNY: 2,
  COP: 2,
  COU: 2,
  CRC: 2,
  CUP: 2,
  CVE: 2,
  CZK: 2,
  DKK: 2,
  DOP: 2,
  DZD: 2,
  EGP: 2,
  ERN: 2,
  ETB: 2,
  EUR: 2,
  FJD: 2,
  FKP: 2,
  GBP: 2,
  GEL: 2,
  GHS: 2,
  GIP: 2,
  GMD: 2,
  GTQ: 2,
  GYD: 2,
  HKD: 2,
  HNL: 2,
  HTG: 2,
  HUF: 2,
  IDR: 2,
  ILS: 2,
  INR: 2,
  IRR: 2,
  JMD: 2,
  KES: 2,
  KGS: 2,
  KHR: 2,
  KPW: 2,
  KYD: 2,
  KZT: 2,
  LAK: 2,
  LBP: 2,
  LKR: 2,
  LRD: 2,
  LSL: 2,
  MAD: 2,
  MDL: 2,
  MGA: 2,
  MKD: 2,
  MMK: 2,
  MNT: 2,
  MOP: 2,
  MRU: 2,
  MUR: 2,
  MVR: 2,
  MWK: 2,
  MXN: 2,
  MXV: 2,
  MYR: 2,
  MZN: 2,
  NAD: 2,
  NGN: 2,
  NIO: 2,
  NOK: 2,
  NPR: 2,
  NZD: 2,
  PAB: 2,
  PEN: 2,
  PGK: 2,
  PHP: 2,
  PKR: 2,
  PLN: 2,
  QAR: 2,
  RON: 2,
  RSD: 2,
  RUB: 2,
  SAR: 2,
  SBD: 2,
  SCR: 2,
  SDG: 2,
  SEK: 2,
  SGD: 2,
  SHP: 2,
  SLE: 2,
  SOS: 2,
  SRD: 2,
  SSP: 2,
  STN: 2,
  SVC: 2,
  SYP: 2,
  SZL: 2,
  THB: 2,
  TJS: 2,
  TMT: 2,
  TOP: 2,
  TRY: 2,
  TTD: 2,
  TWD: 2,
  TZS: 2,
  UAH: 2,
  USD: 2,
  USN: 2,
  UYU: 2,
  UZS: 2,
  VED: 2,
  VES: 2,
  WST: 2,
  XAD: 2,
  XCD: 2,
  XCG: 2,
  YER: 2,
  ZAR: 2,
  ZMW: 2,
  ZWG: 2,

  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,

  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,

  CLF: 4,
  UYW: 4,
};

/**
 * Codes that left list one and that our providers still print. They are read, so that an old payout keeps its digits,
 * and no longer paid. Codes not listed here are read with the provider's own digits.
 */
export const WITHDRAWN: Readonly<Record<string, { readonly digits: number; readonly since: string; readonly successor: string }>> = {
  ANG: { digits: 2, since: '2025-03-31', successor: 'XCG' }, // amendment 176
  BGN: { digits: 2, since: '2026-01-01', successor: 'EUR' }, // amendment 180
  CUC: { digits: 2, since: '2021-06-30', successor: 'CUP' }, // amendment 178
};

/** Metals, units of account and test codes: list one gives them no minor unit ("N.A."), so no exact amount exists. */
export const NO_MINOR_UNIT: readonly string[] = ['XAG', 'XAU', 'XBA', 'XBB', 'XBC', 'XBD', 'XDR', 'XPD', 'XPT', 'XSU', 'XTS', 'XUA', 'XXX'];

/** Three ASCII letters in either case: what providers write, and all of it that may appear in a message. */
const CODE = /^[A-Za-z]{3}$/;

/** The upper-case code when `text` has the form of one, whether or not ISO knows it; else `null`. */
export function currencyCodeIn(text: unknown): string | null {
  return typeof text === 'string' && CODE.test(text) ? text.toUpperCase() : null;
}

/** Decimals of a currency that can be paid today; `null` for every other text. */
export function payableDigitsOf(currency: string): number | null {
  return Object.hasOwn(ISO_4217_DIGITS, currency) ? (ISO_4217_DIGITS[currency] ?? null) : null;
}

/** Decimals for reading: also of the codes that left the list. `null` where ISO says none. */
export function isoDigitsOf(currency: string): number | null {
  if (Object.hasOwn(WITHDRAWN, currency)) return WITHDRAWN[currency]?.digits ?? null;
  return payableDigitsOf(currency);
}

/** The rule that a currency breaks, or `null` when it can be paid. Echoes nothing but three letters. */
export function currencyProblem(currency: unknown): string | null {
  const expected = "three upper-case letters of ISO 4217, such as 'EUR'";
  if (currency === undefined) return `the currency is missing; give ${expected}.`;
  if (typeof currency !== 'string') return `the currency must be a string of ${expected}.`;
  if (payableDigitsOf(currency) !== null) return null;
  const code = currencyCodeIn(currency);
  if (code === null) return `the currency must be ${expected}.`;
  if (payableDigitsOf(code) !== null) return `currency codes are upper-case: write ${code}.`;
  const withdrawn = Object.hasOwn(WITHDRAWN, code) ? WITHDRAWN[code] : undefined;
  if (withdrawn !== undefined) return `${code} left ISO 4217 on ${withdrawn.since}; its successor is ${withdrawn.successor}.`;
  if (NO_MINOR_UNIT.includes(code)) return `${code} has no minor unit in ISO 4217, so it is not a currency that can be paid.`;
  return `${code} is not a currency of ISO 4217; give ${expected}.`;
}
