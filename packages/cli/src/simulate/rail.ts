import type { Money } from '@disburse/core';
import type { Faults, ListeningServer, RecordedRequest, WebhookDelivery } from '@disburse/simulator';
import type { AdapterId } from '../factories.ts';

/** What happens to a payout when somebody says so. */
export type Move = 'pay' | 'fail' | 'return' | 'bounce';

/** A payout, as the console shows it. */
export interface RailPayout {
  readonly id: string;
  /** The provider's own word. */
  readonly status: string;
  /** `null` while it is not fixed. */
  readonly money: Money | null;
  readonly reference: string | null;
  /** What it is paid to, where the provider tells. */
  readonly destination: string | null;
  /** The connected account that it belongs to; left out for the provider's own. */
  readonly account?: string | undefined;
}

/** An account or a balance, as the console shows it. */
export interface RailAccount {
  /** What a program has to know to pay out of it: the account's id first. */
  readonly ids: readonly string[];
  /** What is available: a text for each currency, and for each kind of money. */
  readonly available: readonly string[];
}

/** A bank account that takes no payouts any more, because one to it failed. */
export interface BrokenBank {
  readonly id: string;
  /** Whose it is. */
  readonly account: string;
}

/** Money that came in, or why none did. */
export type Funded = { readonly ok: true; readonly id: string; readonly available: string } | { readonly ok: false; readonly why: string };

/** One simulated provider, as the console sees it. */
export interface Rail {
  readonly adapter: AdapterId;
  readonly server: ListeningServer;
  readonly faults: Faults;
  payouts(): readonly RailPayout[];
  /** Every account and balance that money can be put into. */
  accounts(): readonly RailAccount[];
  /** Lets a connected account exist; left out where the provider has none. @returns What a program has to know to pay out of it. */
  readonly connect?: ((account: string) => readonly string[]) | undefined;
  /**
   * Puts money into an account or a balance.
   *
   * @param id One of the ids of {@link accounts}; `undefined` for the provider's own.
   */
  fund(money: Money, id: string | undefined): Funded;
  /** Bank accounts that take no payouts. */
  broken(): readonly BrokenBank[];
  /** Lets a bank account take payouts again. */
  repair(bank: BrokenBank): void;
  /** What was asked of it so far. */
  requests(): readonly RecordedRequest[];
  /** @returns The provider's own word for where it is now. @throws {Error} for a step that the provider does not know. */
  move(id: string, move: Move, code: string | undefined): string;
  /**
   * Events from now on go there.
   *
   * @returns Ends that.
   * @throws {Error} where the provider does not take the address.
   */
  deliverTo(url: string, onDelivery?: (delivery: WebhookDelivery) => void): Promise<() => void>;
}

/** A payout that is not paid cannot come back. @throws {Error} */
export function assertIs(id: string, status: string | undefined, wanted: string): void {
  if (status !== wanted)
    throw new Error(`${id} is ${status ?? 'nowhere'}, and only what is ${wanted} can come back: advance the time, or pay it.`);
}

/** The provider's own account is not said. */
export function connectedAccount(account: string, own: string): Pick<RailPayout, 'account'> {
  return account === own ? {} : { account };
}
