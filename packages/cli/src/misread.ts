// What commander finds wrong with what was typed. It stops at the first mistake by itself; here it goes on, and nothing is run.
import { type Argument, type Command, CommanderError, InvalidArgumentError, type Option } from 'commander';
import { CliError, EXIT } from './exit-code.ts';
import { problemsText } from './mistakes.ts';
import { withoutValues } from './typed.ts';

/** The program and all commands under it. */
export const everyCommand = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(everyCommand)];

const UNKNOWN = 'commander.unknownOption';
const EXCESS = 'commander.excessArguments';
/** After these, what else was typed can still be looked at. */
const GOES_ON: readonly string[] = [UNKNOWN, EXCESS, 'commander.missingMandatoryOptionValue', 'commander.missingArgument'];

/**
 * Makes a program collect mistakes.
 *
 * @returns All that is wrong, once parsing has failed; `null` where nothing was said.
 */
export function collectMistakes(program: Command): () => CliError | null {
  const mistakes: string[] = [];
  let last = program;
  let isUncounted = false; // An unknown option counts as an argument.
  const collect = (command: Command, text: string): void => {
    last = command;
    mistakes.push(withoutValues(text));
  };
  program.hook('preAction', () => {
    if (mistakes.length > 0) throw new CommanderError(EXIT.usage, 'disburse.mistakes', 'Nothing is run after a mistake.');
  });
  for (const command of everyCommand(program)) {
    Object.assign(command, {
      error: (text: string, { code = '' }: { readonly code?: string } = {}) => {
        if (code === EXCESS && isUncounted) return;
        isUncounted ||= code === UNKNOWN;
        collect(command, text);
        if (code === UNKNOWN) for (const flag of furtherFlags(command)) collect(command, `unknown option '${flag}'`);
        // The program itself would show its help.
        if (command === program || !GOES_ON.includes(code)) throw new CommanderError(EXIT.usage, code, text);
      },
    });
    for (const option of command.options)
      goOn(option, (why) => collect(command, `option '${option.flags}' argument '' is invalid. ${why}`));
    for (const argument of command.registeredArguments) {
      goOn(argument, (why) => collect(command, `command-argument value '' is invalid for argument '${argument.name()}'. ${why}`));
    }
  }
  return () => {
    if (mistakes.length === 0) return null;
    return new CliError('usage', problemsText(mistakes), { advice: [`${pathOf(last)} --help says more.`] });
  };
}

/** What is left of what was typed has only unknown options, of which the first is told already. */
const furtherFlags = ({ args }: Command): readonly string[] => args.filter((arg) => /^--?[a-z]/i.test(arg)).slice(1);

/** A value that is none is collected, and left out. */
function goOn(given: Option | Argument, collect: (why: string) => void): void {
  const { parseArg } = given;
  if (parseArg === undefined) return;
  given.parseArg = <T>(value: string, previous: T) => {
    try {
      return parseArg(value, previous);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) throw error;
      collect(error.message);
      return previous;
    }
  };
}

const pathOf = (command: Command): string => (command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`);
