// https://docs.stripe.com/api/payouts/create and https://docs.stripe.com/api/metadata (read 2026-11-20)
import type { Notice, PayoutIssue, Submission } from '@disburse/core';
import type { AdapterCreateRequest } from '@disburse/core/adapter';
import type { StripeCreateOptions } from './options.ts';

/** Stripe's limits, in characters unless the name says otherwise. */
const LIMITS = {
  description: 5000,
  destination: 5000,
  statementDescriptor: 22,
  metadataKeys: 50,
  metadataKey: 40,
  metadataValue: 500,
} as const;

/** US ACH maps the descriptor to the company entry description and cuts it silently. */
const ACH_DESCRIPTOR = 10;
/** An old Connect page and the rule for charges ban these; what holds for payouts is not documented. */
const DOUBTFUL = /[<>\\'"*]/;

const lengthOf = (text: string): number => Array.from(text).length;
/** A text has at least as many UTF-16 units as characters, and those need no counting. */
const isLonger = (text: string, most: number): boolean => text.length > most && lengthOf(text) > most;

/** What a create breaks of Stripe's limits: all of it. `keysOfOurs` are the metadata keys that core adds. */
export function createProblems(
  request: AdapterCreateRequest,
  options: StripeCreateOptions | undefined,
  keysOfOurs: number,
): readonly PayoutIssue[] {
  const { description, destination, statementDescriptor, metadata } = request;
  const both = destination !== undefined && options?.payoutMethod !== undefined;
  return [
    ...tooLong('description', description, LIMITS.description),
    ...tooLong('destination', destination, LIMITS.destination),
    ...(both ? [{ path: 'destination', message: 'cannot be given together with payoutMethod: both say where the money goes' }] : []),
    ...descriptorProblems(statementDescriptor),
    ...metadataProblems(metadata ?? {}, keysOfOurs),
  ];
}

function tooLong(path: string, text: string | undefined, most: number): PayoutIssue[] {
  if (text === undefined || !isLonger(text, most)) return [];
  return [{ path, message: `has ${lengthOf(text)} characters; Stripe allows ${most}` }];
}

function descriptorProblems(text: string | undefined): PayoutIssue[] {
  const path = 'statementDescriptor';
  if (text === undefined || !isLonger(text, LIMITS.statementDescriptor)) return [];
  const message = `has ${lengthOf(text)} characters; Stripe allows ${LIMITS.statementDescriptor} (US ACH shows only the first ${ACH_DESCRIPTOR})`;
  return [{ path, message }];
}

/** What metadata breaks of Stripe's limits. An empty value would remove the key; `null`, in a change, says so. */
export function metadataProblems(metadata: Readonly<Record<string, string | null>>, keysOfOurs = 0): readonly PayoutIssue[] {
  const keys = Object.keys(metadata);
  const most = LIMITS.metadataKeys - keysOfOurs;
  const ours = keysOfOurs === 0 ? '' : `, ${keysOfOurs} of them for this library's correlation`;
  const tooMany =
    keys.length <= most ? [] : [{ path: 'metadata', message: `has ${keys.length} keys; Stripe allows ${LIMITS.metadataKeys}${ours}` }];
  return [...tooMany, ...Object.entries(metadata).flatMap(([key, value]) => entryProblems(key, value))];
}

function entryProblems(key: string, value: string | null): PayoutIssue[] {
  const path = `metadata.${key}`;
  const issues: PayoutIssue[] = [];
  if (key === '') issues.push({ path, message: 'has an empty key' });
  if (isLonger(key, LIMITS.metadataKey))
    issues.push({ path, message: `has a key of ${lengthOf(key)} characters; Stripe allows ${LIMITS.metadataKey}` });
  if (/[[\]]/.test(key)) issues.push({ path, message: 'has a key with square brackets, which Stripe does not allow' });
  if (value === '') issues.push({ path, message: 'is empty, and Stripe cannot keep an empty value: leave the key out (null removes one)' });
  if (value !== null && isLonger(value, LIMITS.metadataValue)) {
    issues.push({ path, message: `has ${lengthOf(value)} characters; Stripe allows ${LIMITS.metadataValue}` });
  }
  return issues;
}

/** What is true of the descriptor that a submission carries, and no error. */
export function descriptorNotices(submission: Submission): readonly Notice[] {
  if (!submission.request.body.includes('statement_descriptor=')) return [];
  const sent = new URLSearchParams(submission.request.body);
  const descriptor = sent.get('statement_descriptor') ?? '';
  const notices: Notice[] = [];
  if (lengthOf(descriptor) > ACH_DESCRIPTOR && sent.get('currency') === 'usd') {
    const message = `statementDescriptor has ${lengthOf(descriptor)} characters; US ACH shows only the first ${ACH_DESCRIPTOR}.`;
    notices.push({ code: 'statement_descriptor_cut', message });
  }
  if (DOUBTFUL.test(descriptor)) {
    const message = 'statementDescriptor contains one of < > \\ \' " *, which banks or Stripe may refuse or drop.';
    notices.push({ code: 'statement_descriptor_characters', message });
  }
  return notices;
}
