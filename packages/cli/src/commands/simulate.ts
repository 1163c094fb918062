import type { Command } from 'commander';
import { createInterface } from 'node:readline';
import type { Call, CallFacts, Ending } from '../call.ts';
import { configFolder, shownFrom } from '../config-file.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { together } from '../mistakes.ts';
import type { Perform } from '../perform.ts';
import { createConsole } from '../simulate/console.ts';
import { startControlServer } from '../simulate/control-server.ts';
import { isRealTime, OTHER_TIME } from '../simulate/shown-times.ts';
import { type SimulatedRails, startRails } from '../simulate/simulated-rails.ts';
import { undeliveredText } from '../simulate/undelivered.ts';
import { timeText } from '../tables.ts';
import { numberOf, timeOf } from '../typed.ts';
import { readSimulatedEnv, removeSimulatedEnv, type SimulatedEnv, typeIntoSimulator, writeSimulatedEnv } from '../simulated-place.ts';

interface SimulateOptions {
  readonly start?: string | undefined;
  readonly port?: string | undefined;
}
type SimulateCall = Call<'simulate', SimulateOptions>;

export function addSimulate(program: Command, perform: Perform): void {
  program
    .command('simulate')
    .description('Run all three providers on this machine, with a console.')
    .argument('[line...]', 'a line for the console of the simulator that runs')
    .option('--start <time>', 'begin at this time (ISO 8601) and let it stand still; without it, time runs from now')
    .option('--port <port>', 'put the console on this port and the providers on the next three; without it, on free ones')
    .addHelpText(
      'after',
      '\nThe console lets time pass, moves payouts, makes and funds accounts, and breaks\nrequests.\nA line that is typed with the command goes to the simulator that runs.\n\nExamples:\n  $ disburse simulate\n  $ disburse simulate advance 3 days\n  $ disburse simulate fault lose-answer\n  $ disburse simulate fund 100.00 USD\n  $ disburse simulate help',
    )
    .allowUnknownOption() // Of the console's own lines: fault lose-answer --times 3.
    .action(perform('simulate', 'reads', simulate));
}

async function simulate(call: SimulateCall): Promise<Ending<'simulate'>> {
  const folder = await configFolder(call.host, call.options.config);
  return call.args.length > 0 ? typeLine(folder, call.args.join(' ')) : runUntilQuit(call, folder);
}

async function typeLine(folder: string, line: string): Promise<Ending<'simulate'>> {
  const { DISBURSE_SIMULATOR_URL: url } = await readSimulatedEnv(folder);
  if (url === undefined) throw new CliError('unavailable', 'no simulator runs here.', { advice: ['disburse simulate starts one.'] });
  const { ok, answer } = await typeIntoSimulator(url, line);
  if (ok) return { exitCode: EXIT.done, result: { line, answer }, text: answer };
  const error = new CliError('usage', answer.join('\n'));
  return { exitCode: EXIT.usage, result: { line, answer }, text: [], error, advice: ['disburse simulate help says what can be typed.'] };
}

async function runUntilQuit(call: SimulateCall, folder: string): Promise<Ending<'simulate'>> {
  const { simulated, close } = await started(call.options);
  const quit = Promise.withResolvers<void>();
  simulated.onUndelivered((undelivered) => {
    call.emit({ result: { undelivered }, text: [undeliveredText(undelivered, simulated.clock.now())] });
  });
  const typed = createConsole(simulated, quit.resolve);
  const control = await startControlServer(() => simulated.clock.now(), typed.type, portsOf(call.options)[3]).catch(refusedPort);
  const env: SimulatedEnv = { DISBURSE_SIMULATOR_URL: control.url, ...simulated.env };
  const stopTime = call.options.start === undefined ? letTimeRun(simulated, () => control.tick()) : () => undefined;
  try {
    const file = await writeSimulatedEnv(folder, env);
    call.emit({
      result: { ready: { file, now: new Date(simulated.clock.now()).toISOString(), providers: addressesOf(simulated) } },
      text: greeting(simulated, shownFrom(call.host.cwd, file)),
      advice: otherTime(simulated),
    });
    call.signal.addEventListener('abort', () => quit.resolve(), { once: true });
    const stopReading = readLines(call, typed.type, quit.resolve);
    await quit.promise;
    stopReading();
  } finally {
    stopTime();
    await removeSimulatedEnv(folder, env);
    await Promise.all([control.close(), close()]);
  }
  return { exitCode: EXIT.done, result: null, text: [] };
}

const addressesOf = ({ rails }: SimulatedRails): Readonly<Record<string, string>> =>
  Object.fromEntries(rails.map(({ adapter, server }) => [adapter, server.url]));

function greeting({ clock, rails }: SimulatedRails, file: string): readonly string[] {
  return [
    ...rails.map(({ adapter, server }) => `${adapter.padEnd(16)}${server.url}`),
    `It is ${timeText(new Date(clock.now()).toISOString())} in there. Addresses and keys are in ${file}.`,
    ...otherTime({ clock }),
    'Type help, or quit.',
  ];
}

const otherTime = ({ clock }: Pick<SimulatedRails, 'clock'>): readonly string[] =>
  isRealTime(clock.now(), Date.now()) ? [] : [OTHER_TIME];

// ---- Starting --------------------------------------------------------------------------------------------------------

interface Started {
  readonly simulated: SimulatedRails;
  readonly close: () => Promise<void>;
}

async function started(options: SimulateOptions): Promise<Started> {
  const [start, [stripe, treasury, mollie]] = await together(
    () => timeOf('--start', options.start ?? new Date().toISOString()),
    () => portsOf(options),
  );
  const simulated = await startRails(start, [stripe, treasury, mollie]).catch(refusedPort);
  return { simulated, close: () => simulated.close() };
}

/** Of the three providers, then of the console. */
function portsOf({ port }: SimulateOptions): readonly [number, number, number, number] {
  if (port === undefined) return [0, 0, 0, 0];
  const first = numberOf(port);
  if (!Number.isSafeInteger(first) || first < 1 || first > 65_532) throw new CliError('usage', '--port is a number from 1 to 65532.');
  return [first + 1, first + 2, first + 3, first];
}

function refusedPort(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? String(error.code) : null;
  if (code === null) throw error;
  throw new CliError('unavailable', `a port cannot be listened on (${code}).`, {
    advice: ['--port takes four ports from another one on.'],
  });
}

const TICK_MS = 1_000;

/** Beside programs that keep the real time, the simulated one must not fall behind: they would not believe its lists. */
function letTimeRun({ clock }: SimulatedRails, tick: () => void): () => void {
  let last = Date.now();
  const timer = setInterval(() => {
    const passed = Date.now() - last;
    last += passed;
    clock.advance(passed).then(tick, () => undefined);
  }, TICK_MS);
  return () => clearInterval(timer);
}

// ---- The console on standard input -----------------------------------------------------------------------------------

function readLines(
  call: CallFacts & Pick<SimulateCall, 'emit'>,
  type: (line: string) => Promise<{ readonly answer: readonly string[] }>,
  quit: () => void,
): () => void {
  const { stdin, stdout } = call.host;
  const terminal = stdin.isTTY === true && stdout.isTTY === true;
  const lines = createInterface({ input: stdin, ...(terminal ? { output: stdout } : {}), terminal, prompt: 'simulate> ' });
  let turn = Promise.resolve();
  const prompt = (): void => {
    if (terminal) lines.prompt();
  };
  lines.on('line', (line) => {
    turn = turn.then(async () => {
      const { answer } = await type(line);
      call.emit({ result: { line, answer }, text: answer });
      prompt();
    });
  });
  lines.on('SIGINT', quit);
  if (terminal) lines.on('close', quit); // Ctrl-D. Without a terminal it goes on, until it is interrupted.
  prompt();
  return () => {
    lines.removeAllListeners();
    lines.close();
    stdin.unpipe();
    stdin.pause();
  };
}
