// What each credential can reach (contract sections 7 and 10).
import { Refusal } from './errors.ts';
import type { MollieMode } from './objects.ts';

/** What an organization-level token may be allowed. */
export type MollieScope =
  | 'payouts.read'
  | 'payouts.write'
  | 'balances.read'
  | 'balance-reports.read'
  | 'settlements.read'
  | 'webhooks.read'
  | 'webhooks.write'
  | 'events.read';

/** Everything; what an advanced access token has by default. */
const ALL_SCOPES: readonly MollieScope[] = [
  'payouts.read',
  'payouts.write',
  'balances.read',
  'balance-reports.read',
  'settlements.read',
  'webhooks.read',
  'webhooks.write',
  'events.read',
];

/** A credential to accept. Its kind follows from its prefix: `test_` and `live_` are API keys, anything else is an organization-level token. */
export interface MollieCredential {
  readonly token: string;
  /** For organization-level tokens. Default all. */
  readonly scopes?: readonly MollieScope[] | undefined;
}

/** A credential that was accepted. */
export interface Access {
  /** The only mode of an API key; null where `testmode` decides. */
  readonly mode: MollieMode | null;
  readonly scopes: readonly MollieScope[];
}

/** The credentials of the organization, by token. */
export type Credentials = Map<string, Access>;

/** What a token gives access to. */
export function accessOf({ token, scopes = ALL_SCOPES }: MollieCredential): Access {
  if (token.startsWith('test_')) return { mode: 'test', scopes: [] };
  return token.startsWith('live_') ? { mode: 'live', scopes: [] } : { mode: null, scopes };
}

/** Who asks. @throws {Refusal} 401 */
export function authenticate(header: string | undefined, credentials: Credentials): Access {
  const [, token] = /^bearer (\S+)$/i.exec(header ?? '') ?? [];
  if (token === undefined) throw new Refusal(401, 'No credential was sent in the Authorization header.');
  const access = credentials.get(token);
  if (access === undefined) throw new Refusal(401, 'This credential is not known, or was revoked.');
  return access;
}

/** What an operation asks of a credential. */
export interface AccessRule {
  readonly scope: MollieScope;
  /** Whether API keys reach it. */
  readonly apiKeys: boolean;
}

/** @throws {Refusal} 403, or what the world answers to an API key */
export function authorize({ mode, scopes }: Access, { scope, apiKeys }: AccessRule, apiKeyStatus: number): void {
  if (mode === null) {
    if (!scopes.includes(scope)) throw new Refusal(403, `This token lacks the permission ${scope}.`);
  } else if (!apiKeys) throw new Refusal(apiKeyStatus, 'API keys cannot reach this resource.');
}
