import { parseArgs, type ParseArgsConfig } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<Given extends Options> = ReturnType<typeof parseArgs<{ readonly options: Given }>>['values'];

/** What was typed. `--help` prints the usage and ends the process; what is no option ends it with 2. */
export function typedOptions<const Given extends Options>(usage: string, options: Given): Values<Given> {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return refuse(error.message.split(/[.\n]/)[0] ?? '');
  }
}

/** A whole number that was typed; anything else ends the process with 2. */
export function wholeNumber(option: string, text: string, least: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  return number < least ? refuse(`${option} takes a whole number from ${least}`) : number;
}

/** Ends the process with one line about what was typed wrong. */
export function refuse(problem: string): never {
  process.stderr.write(`${problem}. --help says what there is.\n`);
  process.exit(2);
}
