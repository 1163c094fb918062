/**
 * What the simulation and the kills play beyond what the library could stand when it was written, each by its name, so that one can
 * be left out while its rule is being built.
 *
 * `NEVER_TWICE_SWITCHES=gateways,-twoStores` turns one on and another off, for a look.
 */
export interface Switches {
  /** A gateway or a mesh answers in no form of the provider's, after the commit. Needs adapters that believe only the provider's own form. */
  readonly gateways: boolean;
  /** A create without `attempt` answers the highest one: it was refused for want of money, paid by a later attempt, and is asked for again. */
  readonly laterAttempts: boolean;
  /** Two providers of one account in one process, with different stores. */
  readonly twoStores: boolean;
  /** A store that works, and fails whenever something is noted: an ending, a refusal, a hold. */
  readonly deafStore: boolean;
  /** A durable store that has `refuse` and `open`, and restarts after a refusal. */
  readonly refuse: boolean;
}

const BY_DEFAULT: Switches = { gateways: true, laterAttempts: true, twoStores: true, deafStore: true, refuse: true };

function switched(words: string): Switches {
  const changes = words.split(',').filter((word) => word !== '');
  const unknown = changes.filter((word) => !Object.hasOwn(BY_DEFAULT, word.replace('-', '')));
  if (unknown.length > 0) throw new RangeError(`there is no switch ${unknown.join(', ')}: ${Object.keys(BY_DEFAULT).join(', ')}`);
  return { ...BY_DEFAULT, ...Object.fromEntries(changes.map((word) => [word.replace('-', ''), !word.startsWith('-')])) };
}

export const SWITCHES: Switches = switched(process.env['NEVER_TWICE_SWITCHES'] ?? '');
