import tab from '@bomb.sh/tab/commander';
import { Command } from 'commander';
import { addCreate } from './commands/create.ts';
import { addEvents } from './commands/events.ts';
import { addExplain } from './commands/explain.ts';
import { addFollow } from './commands/follow.ts';
import { addInit } from './commands/init.ts';
import { addListen } from './commands/listen.ts';
import { addLook } from './commands/look.ts';
import { addOpen } from './commands/open.ts';
import { addPayouts } from './commands/payouts.ts';
import { addSimulate } from './commands/simulate.ts';
import { addSubmissions } from './commands/submissions.ts';
import type { Perform } from './perform.ts';
import { VERSION } from './version.ts';

const DESCRIPTION = `Payouts through interchangeable providers, without paying twice.

Exit codes:
  0  done, or accepted
  2  usage or configuration: nothing was begun
  3  rejected: certainly nothing exists
  4  unknown: a payout may exist
  5  nothing was sent, or a read failed`;

const EXAMPLES = `
Examples:
  $ disburse init --simulated          a configuration that works without an account
  $ disburse simulate                  the providers it talks to, in a terminal of their own
  $ disburse create 125.00 USD --reference seller-42-2026-11
  $ disburse list --status paid --json`;

/** The commands, their options and their help. */
export function makeProgram(perform: Perform): Command {
  const program = new Command('disburse');
  program
    .description(DESCRIPTION)
    .version(VERSION)
    .option('--config <path>', 'the configuration; default: the first disburse.config.json upwards from here')
    .option('--provider <name>', 'which of the configured providers; default: the one the configuration names')
    .option('--json', 'one JSON record a line on standard output (docs/cli.md has the format)')
    .option('--raw', "with --json: payouts with the provider's own answer")
    .option('--trace', 'print every exchange with a provider as it happens, without secrets')
    .addHelpText('after', EXAMPLES);
  addInit(program, perform);
  addLook(program, perform);
  addCreate(program, perform);
  addPayouts(program, perform);
  addOpen(program, perform);
  addSubmissions(program, perform);
  addFollow(program, perform);
  addExplain(program, perform);
  addListen(program, perform);
  addEvents(program, perform);
  addSimulate(program, perform);
  tab(program, { completionCommandName: 'completion' });
  const completion = program.commands.find((command) => command.name() === 'completion');
  completion?.addHelpText('after', '\nExamples:\n  $ source <(disburse completion bash)\n  $ disburse completion zsh > ~/.zsh/_disburse');
  return program;
}
