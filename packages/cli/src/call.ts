import type { PayoutError } from '@disburse/core';
import type { CliError, ExitCode } from './exit-code.ts';
import type { SecretValues } from './hide.ts';
import type { Host } from './host.ts';
import type { CommandName, Results } from './records.ts';
import type { Paint } from './style.ts';

/** Options that every command takes. */
export interface GlobalOptions {
  readonly config?: string | undefined;
  readonly provider?: string | undefined;
  readonly json?: boolean | undefined;
  readonly trace?: boolean | undefined;
  readonly raw?: boolean | undefined;
}

/** How a command ended, or one step of a command that goes on. */
export interface Ending<Name extends CommandName> {
  readonly exitCode: ExitCode;
  readonly result: Results[Name] | null;
  /** For people, a line each. */
  readonly text: readonly string[];
  readonly error?: PayoutError | CliError | null | undefined;
  /** For people in place of the error, which `--json` has all the same. */
  readonly told?: readonly string[] | null | undefined;
  readonly advice?: readonly string[] | undefined;
}

/** One call of a command. */
export interface Call<Name extends CommandName = CommandName, Options extends object = object> {
  readonly host: Host;
  readonly command: Name;
  /** What was typed beside the options. */
  readonly args: readonly string[];
  readonly options: Options & GlobalOptions;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Colours for standard output. */
  readonly paint: Paint;
  /** How wide a table on standard output may be, in columns. */
  readonly width: number;
  /** A step of a command that goes on. */
  emit(step: Pick<Ending<Name>, 'result' | 'text' | 'error' | 'advice'>): void;
  /** A remark for people, on standard error. */
  note(text: string): void;
  /** What is printed nowhere, whoever repeats it. */
  readonly secrets: SecretValues;
  /**
   * From here on a payout may exist: whatever happens, the command ends with 4.
   *
   * @param advice What to do about it.
   */
  mayHaveSent(advice: readonly string[]): void;
  /**
   * From here on a payout may have been changed: unless an error of the call knows how it ended, the command ends with 4.
   *
   * @param advice What to do about it.
   */
  mayHaveChanged(advice: readonly string[]): void;
}

/** What is the same for all commands. */
export type CallFacts<Options extends object = object> = Omit<Call<CommandName, Options>, 'command' | 'emit'>;

/** What a command does. */
export type Handler<Name extends CommandName, Options extends object = object> = (call: Call<Name, Options>) => Promise<Ending<Name>>;
