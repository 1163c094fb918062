import { isPayoutError } from '@disburse/core';
import { CliError } from './exit-code.ts';
import type { Provider } from './factories.ts';

/** `--account`, as every command has it that asks a provider. */
export const ACCOUNT = ['--account <id>', 'use this connected account; without it, the one of the configuration'] as const;

export interface AccountOption {
  readonly account?: string | undefined;
}

/**
 * The same provider for the connected account of `--account`.
 *
 * @throws {CliError} `usage` for a provider that has none, and for what can be none: its adapter names the setting, which nobody typed.
 */
export function ofAccount(provider: Provider, account: string | undefined): Provider {
  if (account === undefined) return provider;
  const copy = typedCopy(provider, account);
  if (copy !== null) return copy;
  throw new CliError('usage', `--account: ${provider.name} (${provider.id}) has no connected accounts.`, {
    advice: ['Leave it out, or name another provider with --provider.'],
  });
}

function typedCopy(provider: Provider, account: string): Provider | null {
  try {
    return copyFor(provider, account);
  } catch (error) {
    if (!isPayoutError(error) || error.issues.length === 0) throw error;
    throw new CliError('usage', `--account: ${error.issues.map(({ message }) => message).join('; ')}.`);
  }
}

/** A submission of a connected account goes to that account. */
export function boundTo(provider: Provider, account: string | null): Provider {
  return (account === null ? null : copyFor(provider, account)) ?? provider;
}

function copyFor(provider: Provider, account: string): Provider | null {
  if (!('forAccount' in provider) || typeof provider.forAccount !== 'function') return null;
  const copy: unknown = provider.forAccount(account);
  return copy as Provider;
}

/** What a command line needs beside the id of a payout. */
export function whose(name: string, account: string | null | undefined): string {
  return `--provider ${name}${account == null ? '' : ` --account ${account}`}`;
}
