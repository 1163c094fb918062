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

const DESCRIPTION = `Pay out through interchangeable providers, without paying twice.

Exit codes:
  0  done, or accepted
  2  usage or configuration: nothing was begun
  3  rejected: certainly nothing exists
  4  unknown: a payout may exist
  5  nothing was sent, a read failed, or it was interrupted`;

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
    .helpCommand('help [command]', 'Show the help of a command.')
    .option('--config <path>', 'read this configuration; without it, the first disburse.config.json upwards from here')
    .option('--provider <name>', 'use this one of the configured providers; without it, the default of the configuration')
    .option('--json', 'print one JSON record a line on standard output')
    .option('--raw', 'add what the provider answered to each payout, with --json')
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
  const [shell] = completion?.registeredArguments ?? [];
  if (shell !== undefined) shell.description = 'the shell that completes';
  completion
    ?.description('Print the completion script of a shell.')
    .addHelpText('after', '\nExamples:\n  $ source <(disburse completion bash)\n  $ disburse completion zsh > ~/.zsh/_disburse');
  return program;
}
