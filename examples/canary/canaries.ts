// What must not be found where it does not belong, and everything that could be printed of a value.
import { inspect } from 'node:util';
import { onTestFinished, vi } from 'vitest';

/** Credentials: they may be nowhere, not even in a submission. */
export const CREDENTIALS = {
  stripeKey: 'sk_test_51CanaryStripeKey0123456789abcdef',
  treasuryKey: 'rk_test_51CanaryTreasuryKey0123456789abcdef',
  mollieToken: 'test_CanaryMollieToken0123456789abcdef',
  stripeWebhook: 'whsec_CanaryStripeWebhook0123456789abcdef',
  treasuryWebhook: 'whsec_CanaryTreasuryWebhook0123456789abcdef',
  mollieWebhook: 'CanaryMollieWebhook0123456789abcdef',
} as const;

/** An inline bank account: it may be in the submission that pays to it, in that submission's file in a store, and nowhere else. */
export const ACCOUNT = {
  accountNumber: '000987612345',
} as const;

/** What tells a person: besides the submission it may be in the payout, where the provider gives it back. */
export const PERSON = {
  routingNumber: '122105155',
  ipAddress: '198.51.100.23',
  holderName: 'Canary Holdername',
  email: 'canary@holder.test',
  description: 'CANARYDESC',
  metadata: 'canary-metadata-value',
} as const;

/** Which of the words stand in a text. */
export function foundIn(text: string, words: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(words).flatMap(([name, word]) => (text.includes(word) ? [name] : []));
}

/** All that anybody gets to see of a value who logs, prints, stores or sends it on, and of the causes of an error. */
export function printed(value: unknown): string {
  const texts = [inspect(value, { depth: 10 }), jsonOf(value), inspect(value, { depth: 10, compact: true, getters: true })];
  for (let error = value, depth = 0; error instanceof Error && depth < 10; error = error.cause, depth += 1) {
    texts.push(String(error), error.message, error.stack ?? '', inspect(error, { depth: 10 }), jsonOf(error));
  }
  return texts.join('\n');
}

/** The same with what is hidden from printing, too. */
export const everythingOf = (value: unknown): string =>
  `${printed(value)}\n${inspect(value, { depth: 10, showHidden: true, getters: true })}`;

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return ''; // It holds itself; `inspect` shows it.
  }
}

const WAYS = ['log', 'info', 'warn', 'error', 'debug', 'trace', 'dir', 'table'] as const;

/** Hears what is written from now on, to the console, to the streams behind it or as a warning of the process: a library writes nothing. */
export function listenedTo(): () => readonly string[] {
  const heard: string[] = [];
  const hear = (...words: readonly unknown[]): boolean => heard.push(printed(words)) > 0;
  const spies = [
    ...WAYS.map((way) => vi.spyOn(console, way).mockImplementation(hear)),
    vi.spyOn(process.stdout, 'write').mockImplementation(hear),
    vi.spyOn(process.stderr, 'write').mockImplementation(hear),
    vi.spyOn(process, 'emitWarning').mockImplementation(hear),
  ];
  const end = (): void => {
    for (const spy of spies) spy.mockRestore();
  };
  onTestFinished(end);
  return () => {
    end();
    return heard;
  };
}
