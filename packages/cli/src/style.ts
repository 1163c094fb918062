import type { Finality, PayoutOutcome, PayoutStatus } from '@disburse/core';
import { styleText } from 'node:util';
import type { Output } from './host.ts';

type Format = Parameters<typeof styleText>[0];

/** Paints text for one stream: only where that is a terminal, and never with NO_COLOR. */
export type Paint = (format: Format, text: string) => string;

export function paintFor(stream: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  const colours = stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  return (format, text) => (colours ? styleText(format, text, { validateStream: false }) : text);
}

/** Replaces what could move the cursor, paint, or begin a line: text of a provider must not forge lines of ours. */
export function printable(text: string): string {
  return text.replaceAll(/\s/g, ' ').replaceAll(/\p{Cc}/gu, '\u{fffd}');
}

export const STATUS_COLOURS: Readonly<Record<PayoutStatus, Format>> = {
  pending: 'yellow',
  in_transit: 'cyan',
  paid: 'green',
  failed: 'red',
  canceled: 'gray',
  returned: 'red',
  unrecognized: 'magenta',
};

export const OUTCOME_COLOURS: Readonly<Record<PayoutOutcome['outcome'], Format>> = {
  accepted: ['bold', 'green'],
  rejected: ['bold', 'red'],
  unknown: ['bold', 'yellow'],
};

/** What a finality means, in words. */
export const FINALITY_WORDS: Readonly<Record<Finality, string>> = {
  open: 'still moving',
  provisional: 'reported as paid, and can still come back',
  final: 'never changes again',
};
