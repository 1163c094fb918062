import type { Http } from '@disburse/core/adapter';

/** What a call that core does not know needs of the provider it goes through. */
export interface Client {
  readonly http: Http;
  readonly name: string;
}

/** Providers that createStripe made. Apart from them, so that neither they nor the calls have to know each other. */
const clients = new WeakMap<object, Client>();

/** Lets calls of its own, such as the ledger's, go through a provider. */
export function rememberClient(provider: object, client: Client): void {
  clients.set(provider, client);
}

/** The client of a provider; nothing where another function made it. */
export function clientOf(provider: object): Client | undefined {
  return clients.get(provider);
}
