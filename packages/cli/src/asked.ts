// What is kept for a reference, and what was asked for now: told beside each other wherever they differ.
import type { Submission } from '@disburse/core';
import { moneyText } from './tables.ts';

type Payment = Pick<Submission, 'money' | 'name' | 'account' | 'destination'>;

/** Of each member how it reads in a sentence. */
const MEMBERS: readonly (readonly [(payment: Payment) => string | null, (value: string | null) => string])[] = [
  [({ name }) => name, (name) => `through ${name ?? ''}`],
  [({ account }) => account, (account) => (account === null ? 'on no connected account' : `on account ${account}`)],
  [({ destination = null }) => destination, (destination) => (destination === null ? 'to the default destination' : `to ${destination}`)],
];

/** The amount of each, and every other member in which they differ. */
export function storedAndAsked(kept: Payment, asked: Payment): readonly [string, string] {
  const differing = MEMBERS.filter(([read]) => read(kept) !== read(asked));
  const told = (payment: Payment): string => [moneyText(payment.money), ...differing.map(([read, say]) => say(read(payment)))].join(' ');
  return [told(kept), told(asked)];
}
