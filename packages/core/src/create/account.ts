import type { PayoutProviderSpec } from '../adapter/spec.ts';
import { copyOf } from '../platform/plain-copy.ts';
import { isPayoutError, type PayoutIssue } from '../errors.ts';
import type { Route } from './arrival.ts';
import type { AnyPayoutProvider, ForAccount } from '../adapter/provider.ts';
import { kindOf } from '../validation.ts';

/** A create for a connected account, as `provider.forAccount(account)` takes it. */
export interface ForOneAccount {
  readonly account: string;
  /** The provider that is bound to it; `null` for the one that was asked, which is bound to it already. */
  readonly provider: AnyPayoutProvider | null;
  /** The request without `account`. The account is part of the key, not of the fingerprint. */
  readonly request: Readonly<Record<string, unknown>>;
}

/** Reads `account` of a create, once. `null` where the create names none, or one that the checks of a create refuse. */
export function forOneAccount<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, given: unknown): ForOneAccount | null {
  const input = namesAccount(given) ? copyOf(given) : null;
  if (input === null) return null;
  const { account, ...request } = input;
  if (!takesAccounts(spec) || typeof account !== 'string' || formProblems(spec.account, account).length > 0) return null;
  if (spec.account === account) return { account, provider: null, request };
  const bound = boundTo(spec, account);
  return 'issues' in bound ? null : { account, provider: bound.provider, request };
}

function namesAccount(given: unknown): boolean {
  try {
    return typeof given === 'object' && given !== null && Object.hasOwn(given, 'account');
  } catch {
    return false; // The input may be a proxy that throws. The checks of a create refuse it.
  }
}

/** Every problem of an `account`: its form, the account that the provider is bound to, and what the adapter knows of it. */
export function accountProblems<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, account: unknown): readonly PayoutIssue[] {
  if (account === undefined || !takesAccounts(spec)) return NONE; // Without accounts, `unsupported` is the only problem.
  const issues = formProblems(spec.account, account);
  if (issues.length > 0 || spec.account === account || typeof account !== 'string') return issues;
  const bound = boundTo(spec, account);
  return 'issues' in bound ? bound.issues : NONE;
}

const NONE: readonly PayoutIssue[] = [];

function formProblems(bound: string | null, account: unknown): readonly PayoutIssue[] {
  const path = 'account';
  if (typeof account !== 'string') return [{ path, message: `must be a string, not ${kindOf(account)}: the id of a connected account` }];
  if (!/^[\x21-\x7e]{1,255}$/.test(account)) {
    return [{ path, message: 'must be the id of a connected account: 1 to 255 visible ASCII characters, without spaces' }];
  }
  if (bound === null || bound === account) return NONE;
  const message = 'is not the account that this provider is bound to: leave it out, or ask a provider that is bound to none';
  return [{ path, message }];
}

type Bound = { readonly provider: AnyPayoutProvider } | { readonly issues: readonly PayoutIssue[] };

/** An adapter may know more about its accounts, and refuse one. */
function boundTo<P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>, account: string): Bound {
  const path = 'account';
  try {
    // The type promises `forAccount` where `request.account` is true.
    return { provider: (spec.extraMembers as unknown as ForAccount<AnyPayoutProvider>).forAccount(account) };
  } catch (error) {
    const issues = isPayoutError(error) ? error.issues.map(({ message }) => ({ path, message })) : [];
    return { issues: issues.length > 0 ? issues : [{ path, message: `is refused by the adapter of ${spec.label}` }] };
  }
}

const takesAccounts = <P extends AnyPayoutProvider>(spec: PayoutProviderSpec<P>): boolean => spec.request.account;

/** The route of a create that names an account. A submission stored for another account is a conflict, wherever it was made. */
export const routeFor = (route: Route | undefined, account: string): Route | undefined =>
  route === undefined ? undefined : (submission) => route(submission, account);
