// https://docs.mollie.com/reference/authentication and docs.mollie.com/changelog/fix-testmode-parameter-placement-in-create-payout (read 2026-11-20)
import type { PayoutIssue } from '@disburse/core';

/** What a token says about the mode, and what has to be said beside it. */
export interface Credential {
  readonly live: boolean;
  /** What `testmode` says; `null` for an API key, with which the parameter must never be sent. */
  readonly testmode: boolean | null;
}

type Operation = 'create' | 'retrieve' | 'list' | 'cancel' | 'balances';

/** Where each operation takes `testmode`: never both, and a wrong place is refused by Mollie with a 422. */
const TESTMODE_PLACE: Readonly<Record<Operation, 'body' | 'query'>> = {
  create: 'body',
  retrieve: 'query',
  list: 'query',
  cancel: 'query',
  balances: 'query',
};

const isAccessToken = (token: string): boolean => token.startsWith('access_');

/** The mode of settings without problems. */
export function credentialOf(settings: { readonly token: string; readonly testmode?: boolean | undefined }): Credential {
  if (!isAccessToken(settings.token)) return { live: settings.token.startsWith('live_'), testmode: null };
  // Said always: on an access token silence means live money.
  return { live: settings.testmode !== true, testmode: settings.testmode === true };
}

/** Settings that do not go together. */
export function credentialProblems(settings: {
  readonly token: string;
  readonly testmode?: boolean | undefined;
  readonly readBalances?: boolean | undefined;
}): PayoutIssue[] {
  const { token, testmode, readBalances } = settings;
  if (isAccessToken(token)) {
    if (testmode !== undefined) return [];
    return [
      {
        path: 'testmode',
        message:
          'is missing: an access_ token has no mode of its own, and without testmode Mollie would move live money. Say true or false.',
      },
    ];
  }
  const issues: PayoutIssue[] = [];
  if (testmode !== undefined) {
    issues.push({ path: 'testmode', message: 'an API key decides the mode by its prefix (test_, live_); remove testmode.' });
  }
  if (readBalances === true) {
    issues.push({
      path: 'readBalances',
      message: 'an API key cannot read balances; remove readBalances, or use an access_ token with balances.read.',
    });
  }
  return issues;
}

/** The member of a JSON body, for operations that take it there. */
export function testmodeInBody(credential: Credential, operation: Operation): { readonly testmode?: boolean } {
  return TESTMODE_PLACE[operation] === 'body' && credential.testmode !== null ? { testmode: credential.testmode } : {};
}

/** A path with its query, and `testmode=true` at its end where the operation takes it there. */
export function pathOf(
  credential: Credential,
  operation: Operation,
  path: string,
  query: readonly (readonly [string, string])[] = [],
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of query) parameters.append(name, value);
  if (TESTMODE_PLACE[operation] === 'query' && credential.testmode === true) parameters.append('testmode', 'true');
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
