import { isPayoutError, PayoutError } from '@disburse/core';
import { type Command, CommanderError } from 'commander';
import type { Call, Ending, GlobalOptions, Handler } from './call.ts';
import { CliError, EXIT, type ExitCode, exitCodeOf } from './exit-code.ts';
import { secretValues, type SecretValues } from './hide.ts';
import type { Host } from './host.ts';
import { errorLines, errorRecord } from './out.ts';
import { collectMistakes, everyCommand } from './misread.ts';
import type { Effect, Perform } from './perform.ts';
import { makeProgram } from './program.ts';
import type { CommandName, JsonRecord } from './records.ts';
import { linesFor, paintFor, visibleJson } from './style.ts';
import { tableWidthOf } from './tables.ts';

/** Runs one command. Never throws: what went wrong is printed, and told by the exit code. */
export async function run(host: Host): Promise<ExitCode> {
  const ended: { code: ExitCode } = { code: EXIT.done };
  const json = host.args.includes('--json');
  const perform = performOn(host, (code) => {
    ended.code = code;
  });
  const program = makeProgram(perform);
  configure(program, host, json);
  const misread = collectMistakes(program);
  try {
    await program.parseAsync([...host.args], { from: 'user' });
    return ended.code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    const mistake = misread() ?? new CliError('usage', 'say which command.', { advice: ['disburse --help lists them.'] });
    const out: Out = { host, secrets: secretValues() }; // No configuration was read: there is none to know.
    if (json) printRecord(out, null, EXIT.usage, { error: mistake, advice: mistake.advice });
    else if (error.code !== HELP_WAS_SHOWN) printError(out, errorLines(mistake, out.secrets), mistake.advice);
    return EXIT.usage;
  }
}

/** Nothing was typed that names a command; its help says it all, to people. */
const HELP_WAS_SHOWN = 'commander.help';

function configure(program: Command, host: Host, json: boolean): void {
  for (const command of everyCommand(program)) {
    command
      .exitOverride()
      .configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: (text) => json || host.stderr.write(text) })
      .configureHelp({ showGlobalOptions: true });
  }
}

// ---- One command -----------------------------------------------------------------------------------------------------

function performOn(host: Host, end: (code: ExitCode) => void): Perform {
  return (command, effect, handler) =>
    async (...args) => {
      const parsed = args.at(-1) as Command; // What commander hands to every action last.
      end(await performed(host, command, effect, handler, parsed));
    };
}

async function performed<Name extends CommandName, Options extends object>(
  host: Host,
  command: Name,
  effect: Effect,
  handler: Handler<Name, Options>,
  parsed: Command,
): Promise<ExitCode> {
  const options = parsed.optsWithGlobals<Options & GlobalOptions>();
  const interrupt = new AbortController();
  const doubt: Doubt = { about: null, advice: [] };
  const out: Out = { host, secrets: secretValues() };
  const note = (text: string): void => printText(out, 'stderr', text.split('\n'));
  const release = watch(host, interrupt, doubt, note);
  const call: Call<Name, Options> = {
    host,
    command,
    args: parsed.args,
    options,
    signal: interrupt.signal,
    paint: paintFor(host.stdout, host.env),
    width: tableWidthOf(host),
    emit: ({ result, text, error = null, advice = [] }) => {
      if (options.json === true) printRecord(out, command, null, { result, error, advice });
      else printText(out, 'stdout', text);
    },
    note,
    secrets: out.secrets,
    mayHaveSent: (advice) => void Object.assign(doubt, { about: 'payout', advice } satisfies Doubt),
    mayHaveChanged: (advice) => void Object.assign(doubt, { about: 'change', advice } satisfies Doubt),
  };
  try {
    return print(out, call, await ending(call, effect, handler, doubt));
  } finally {
    release();
  }
}

/** What ends a command from outside. What may have been done is never left without a word, nor without its exit code. */
function watch(host: Host, interrupt: AbortController, doubt: Doubt, note: (text: string) => void): () => void {
  const end = (why: string): void => {
    note(doubt.about === null ? why : [`${why} ${DOUBTS[doubt.about]}`, ...doubt.advice].join('\n'));
    host.exitNow(doubt.about === null ? EXIT.nothing : EXIT.unknown);
  };
  const releases = [
    host.onInterrupt(() => {
      if (interrupt.signal.aborted) end('Interrupted again.');
      else interrupt.abort(new CliError('interrupted', 'Interrupted.'));
    }),
    host.onCrash((error) => end(known(error, null).message)),
  ];
  return () => {
    for (const release of releases) release();
  };
}

/** What may have been done, and what to do about it; about nothing before anything can have been sent. */
interface Doubt {
  about: 'payout' | 'change' | null;
  advice: readonly string[];
}

const DOUBTS = { payout: 'A payout may exist.', change: 'It may have taken effect.' } as const;

async function ending<Name extends CommandName, Options extends object>(
  call: Call<Name, Options>,
  effect: Effect,
  handler: Handler<Name, Options>,
  doubt: Readonly<Doubt>,
): Promise<Ending<Name>> {
  const nothing = { result: null, text: [] };
  try {
    return await handler(call);
  } catch (thrown) {
    const { about, advice } = doubt;
    const error = known(thrown, about === null ? null : DOUBTS[about]);
    if (isPayoutError(error)) {
      const own = exitCodeOf(error, effect === 'changes');
      // What was submitted may exist whatever a later call says; of a change, its own error knows how it ended.
      const unknown = about === 'payout' || (about === 'change' && own === EXIT.unknown);
      const next = own === EXIT.usage ? [moreAbout(call.command)] : adviceFor(error);
      return { ...nothing, exitCode: unknown ? EXIT.unknown : own, error, advice: unknown ? advice : next };
    }
    const mistake = error.exitCode === EXIT.usage; // Nothing was begun that could be in doubt.
    if (about === null || mistake) {
      const next = error.code === 'usage' && error.advice.length === 0 ? [moreAbout(call.command)] : error.advice;
      return { ...nothing, exitCode: error.exitCode, error, advice: next };
    }
    return { ...nothing, exitCode: EXIT.unknown, error, advice: [...advice, ...error.advice] };
  }
}

/** What to do about a read, or a change, that certainly did nothing. */
function adviceFor({ code, provider }: PayoutError): readonly string[] {
  if (code === 'provider_unavailable') return ['disburse check tells which provider answers.'];
  if (code === 'not_found')
    return [
      `disburse list --provider ${provider} shows what there is; --provider NAME asks another one, --account ID a connected account.`,
    ];
  return [];
}

const moreAbout = (command: CommandName): string => `disburse ${command} --help says more.`;

/** What nobody throws on purpose is a bug: it is shown as one, without what it may have caught. */
function known(thrown: unknown, doubt: string | null): PayoutError | CliError {
  if (thrown instanceof CliError || isPayoutError(thrown)) return thrown;
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  const place = thrown instanceof Error ? (thrown.stack ?? '').split('\n').find((line) => line.trim().startsWith('at ')) : undefined;
  const message = `a bug of this command: ${name}${place === undefined ? '' : ` ${place.trim()}`}. Please report it.`;
  return new CliError('internal', doubt === null ? message : `${message} ${doubt}`);
}

// ---- Printing --------------------------------------------------------------------------------------------------------

/** Where it is printed, and what is not. */
interface Out {
  readonly host: Host;
  readonly secrets: SecretValues;
}

function print<Name extends CommandName>(out: Out, call: Call<Name>, end: Ending<Name>): ExitCode {
  const { exitCode, result, text, error = null, told, advice = [] } = end;
  if (call.options.json === true) {
    printRecord(out, call.command, exitCode, { result, error, advice });
    return exitCode;
  }
  printText(out, 'stdout', text);
  printError(out, told ?? (error === null ? [] : errorLines(error, out.secrets)), advice);
  return exitCode;
}

function printError(out: Out, lines: readonly string[], advice: readonly string[]): void {
  const paint = paintFor(out.host.stderr, out.host.env);
  const told = lines.map((line, index) => (index === 0 ? `${paint('red', 'error')}  ${line}` : line));
  printText(out, 'stderr', [...told, ...advice.map((line) => `${paint('yellow', 'next')}   ${line}`)]);
}

/**
 * The one way of words to a terminal. Whatever a stranger put into them becomes visible here, also where nobody thought of it.
 * What nobody may read is taken out.
 */
function printText({ host, secrets }: Out, to: 'stdout' | 'stderr', lines: readonly string[]): void {
  if (lines.length === 0) return;
  const fit = linesFor(host[to], host.env);
  host[to].write(`${lines.map((line) => fit(secrets.hideIn(line))).join('\n')}\n`);
}

interface RecordParts {
  readonly result?: unknown;
  readonly error?: PayoutError | CliError | null;
  readonly advice?: readonly string[];
}

function printRecord({ host, secrets }: Out, command: CommandName | null, exitCode: ExitCode | null, parts: RecordParts): void {
  const { result = null, error = null, advice = [] } = parts;
  const record: Omit<JsonRecord, 'result'> & { readonly result: unknown } = {
    disburse: 1,
    command,
    exitCode,
    result,
    error: error === null ? null : errorRecord(error, secrets),
    advice,
  };
  host.stdout.write(`${visibleJson(jsonOf(record, secrets))}\n`);
}

/** A record is always printed: what is nested too deeply for that, in the answer of a provider, is left out. */
function jsonOf(record: unknown, secrets: SecretValues): string {
  try {
    return JSON.stringify(secrets.hideIn(record)); // Before it is written: JSON may write a letter in two ways.
  } catch {
    return JSON.stringify(secrets.hideIn(upTo(DEEPEST, record)));
  }
}

const DEEPEST = 64;

function upTo(levels: number, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '(nested too deeply)';
  if (Array.isArray(value)) return value.map((item: unknown) => upTo(levels - 1, item));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, upTo(levels - 1, member)]));
}
