import type { Finality, PayoutOutcome, PayoutStatus } from '@disburse/core';
import { styleText } from 'node:util';
import type { Output } from './host.ts';

type Format = Parameters<typeof styleText>[0];

/** Paints text for one stream: only where that is a terminal, and never with NO_COLOR. */
export type Paint = (format: Format, text: string) => string;

export function paintFor(stream: Output, env: Readonly<Record<string, string | undefined>>): Paint {
  const colours = hasColours(stream, env);
  return (format, text) => (colours ? styleText(format, text, { validateStream: false }) : text);
}

function hasColours(stream: Output, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

/**
 * What a person would not see, or would see somewhere else. These are control characters, those that turn the direction of
 * writing, those without a width, and halves of characters.
 */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Replaces what could move the cursor, paint, turn or hide text, or begin a line.
 *
 * Text of a provider must not forge lines of ours, nor read as another one than it is.
 */
export function printable(text: string): string {
  return text.replaceAll(/\s/g, ' ').replaceAll(UNSEEN, '\u{fffd}');
}

const ESCAPE = String.fromCharCode(27);
/** The colours of this command, and none that hides text. */
const COLOUR = new RegExp(`(${ESCAPE}\\[(?:1|2|22|31|32|33|35|36|39|90)m)`);

/** Makes lines fit for a stream, wherever their words came from: colours of ours stay where there are colours. */
export function linesFor(stream: Output, env: Readonly<Record<string, string | undefined>>): (line: string) => string {
  if (!hasColours(stream, env)) return printable;
  const clean = (line: string): string =>
    line
      .split(COLOUR)
      .map((part, index) => (index % 2 === 1 ? part : printable(part)))
      .join('');
  return clean;
}

/** JSON with everything escaped that a terminal would obey, or not show: it is the same value. */
export function visibleJson(json: string): string {
  const escaped = (found: string): string =>
    Array.from({ length: found.length }, (_, unit) => `\\u${found.charCodeAt(unit).toString(16).padStart(4, '0')}`).join('');
  return json.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, escaped);
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
