import type { Fault } from '@disburse/simulator';
import { Argument, Command, CommanderError } from 'commander';
import type { ConsoleAnswer } from '../simulated-place.ts';
import { withoutValues } from '../typed.ts';
import { addAccounts } from './console-accounts.ts';
import { type AdapterOption, chosenOf, onlyThere, type Say } from './console-options.ts';
import { addPayouts } from './console-payouts.ts';
import { isRealTime, OTHER_TIME } from './shown-times.ts';
import type { SimulatedRails } from './simulated-rails.ts';

/** The lines that can be typed while the simulators run. */
export interface Console {
  /** Does what a line says. Never throws. */
  readonly type: (line: string) => Promise<ConsoleAnswer>;
}

const UNITS_MS: Readonly<Record<string, number>> = {
  seconds: 1_000,
  minutes: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
  weeks: 604_800_000,
};

/** In the form of each provider's own errors: in any other form it would be a gateway's, and prove nothing. */
const TOO_MANY = {
  status: 429,
  title: 'Too Many Requests',
  detail: 'Too many requests, simulated.',
  error: { type: 'invalid_request_error', code: 'rate_limit', message: 'Too many requests, simulated.' },
};

/** What can go wrong with the next create, cancel or other change, in the words of the console. */
const FAULTS: Readonly<Record<string, { readonly fault: Fault; readonly says: string }>> = {
  'lose-answer': { fault: { reset: 'after' }, says: 'is done, and the connection breaks before the answer' },
  reset: { fault: { reset: 'before' }, says: 'is not done, and the connection breaks' },
  hang: { fault: { hang: 'after' }, says: 'is done, and never answered' },
  'hang-before': { fault: { hang: 'before' }, says: 'is not done, and never answered' },
  'server-error': {
    fault: { answer: { status: 500, body: { error: { type: 'api_error' } } }, at: 'before' },
    says: 'is not done, and answered 500',
  },
  'html-502': {
    fault: { answer: { status: 502, body: '<html>Bad gateway</html>' }, at: 'after' },
    says: 'is done, and answered by a page of a proxy',
  },
  'gateway-401': { fault: { gateway: 401, at: 'after' }, says: 'is done, and a gateway answers 401 in its own words' },
  'gateway-403': { fault: { gateway: 403, at: 'after', form: 'html' }, says: 'is done, and a gateway answers 403 with a page of its own' },
  'gateway-429': {
    fault: { gateway: 429, at: 'after', form: 'problem' },
    says: 'is done, and a gateway answers 429 as a problem of its own',
  },
  truncate: { fault: { truncate: 20 }, says: 'is done, and its answer breaks off' },
  'rate-limit': {
    fault: { answer: { status: 429, headers: { 'retry-after': '1' }, body: TOO_MANY }, at: 'before' },
    says: 'is not done, and answered 429',
  },
  'forget-keys': { fault: { expireKeys: true }, says: 'comes when every idempotency key is forgotten' },
};

/** What the console needs to end the simulation. */
export function createConsole(simulated: SimulatedRails, quit: () => void): Console {
  return {
    type: async (line) => {
      const words = line
        .trim()
        .split(/\s+/)
        .filter((word) => word !== '');
      if (words.length === 0) return { ok: true, answer: [] };
      const answer: string[] = [];
      const say: Say = (text) => void answer.push(...text.trimEnd().split('\n'));
      try {
        await commands(simulated, quit, say).parseAsync(words, { from: 'user' });
        return { ok: true, answer };
      } catch (error) {
        if (error instanceof CommanderError) return { ok: error.exitCode === 0, answer };
        return { ok: false, answer: [...answer, error instanceof Error ? error.message : String(error)] };
      }
    },
  };
}

function commands(simulated: SimulatedRails, quit: () => void, say: Say): Command {
  const root = new Command('simulate>').description('Lines to type while the simulators run.');
  root.exitOverride().configureOutput({ writeOut: say, writeErr: say, outputError: (text) => say(withoutValues(text)) });
  root.helpOption('-h, --help', 'show how this is typed');
  root.helpCommand('help [line]', 'show all lines, or how one of them is typed');
  root.usage('<line>');
  addTime(root, simulated, say);
  addPayouts(root, simulated, say);
  addAccounts(root, simulated, say);
  addFaults(root, simulated, say);
  addWebhooks(root, simulated, say);
  root.command('quit').description('stop the simulators and forget everything').action(quit);
  return root;
}

function addTime(root: Command, { clock }: SimulatedRails, say: Say): void {
  const told = (): void => say(`it is ${new Date(clock.now()).toISOString()}`);
  root.command('time').description('show the time in the simulators').action(told);
  root
    .command('advance')
    .description('let time pass in the simulators: advance 3 days')
    .argument('<count>')
    .addArgument(new Argument('<unit>').choices(Object.keys(UNITS_MS)))
    .action(async (count: string, unit: string) => {
      const ms = Number(count) * (UNITS_MS[unit] ?? Number.NaN);
      if (!Number.isSafeInteger(ms) || ms <= 0) throw new Error('advance how far? For example: advance 3 days');
      await clock.advance(ms);
      told();
      if (!isRealTime(clock.now(), Date.now())) say(OTHER_TIME);
    });
}

function addWebhooks(root: Command, simulated: SimulatedRails, say: Say): void {
  root
    .command('webhooks')
    .description('deliver signed webhooks to a loopback address from now on, such as that of disburse listen')
    .argument('<url>')
    .addOption(onlyThere())
    .action(async (url: string, { adapter }: AdapterOption) => {
      const chosen = chosenOf(simulated.rails, adapter);
      await simulated.deliverTo(url, chosen);
      say(`webhooks of ${chosen.map((rail) => rail.adapter).join(', ')} go to ${url}`);
    });
}

interface FaultOptions extends AdapterOption {
  readonly times: string;
}

function addFaults(root: Command, { rails }: SimulatedRails, say: Say): void {
  root
    .command('fault')
    .description('break the next request that changes something')
    .addArgument(new Argument('<kind>').choices(Object.keys(FAULTS)))
    .addOption(onlyThere())
    .option('--times <count>', 'break so many of them', '1')
    .addHelpText(
      'after',
      `\n${Object.entries(FAULTS)
        .map(([kind, { says }]) => `  ${kind.padEnd(14)}it ${says}`)
        .join('\n')}`,
    )
    .action((kind: string, { adapter, times }: FaultOptions) => {
      const known = FAULTS[kind];
      const count = Number(times);
      if (known === undefined || !Number.isSafeInteger(count) || count < 1) throw new Error('--times is a whole number from 1.');
      for (const rail of chosenOf(rails, adapter)) {
        rail.faults.on({ method: 'POST' }, known.fault, count);
        rail.faults.on({ method: 'DELETE' }, known.fault, count);
      }
      say(`${count === 1 ? 'the next change' : `each of the next ${count} changes`} at ${adapter ?? 'every provider'} ${known.says}`);
    });
  root
    .command('clear')
    .description('take all faults back')
    .action(() => {
      // Each one waits for a create and for a cancel.
      const count = rails.reduce((sum, { faults }) => sum + Math.ceil(faults.waiting / 2), 0);
      for (const { faults } of rails) faults.clear();
      say(count === 0 ? 'there were no faults' : `cleared ${count} ${count === 1 ? 'fault' : 'faults'}`);
    });
  for (const [name, mode] of [
    ['down', 'refuse'],
    ['up', 'serve'],
  ] as const) {
    root
      .command(name)
      .description(name === 'down' ? 'refuse all connections' : 'take connections again')
      .addOption(onlyThere())
      .action(async ({ adapter }: FaultOptions) => {
        for (const { server } of chosenOf(rails, adapter)) {
          await server.connections(mode);
          if (mode === 'refuse') server.closeIdle();
        }
        say(`${adapter ?? 'every provider'} is ${name}`);
      });
  }
}
