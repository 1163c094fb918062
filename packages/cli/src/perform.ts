import type { Handler } from './call.ts';
import type { CommandName } from './records.ts';

/** Whether a command can change something at a provider: then an exit code of 4 wins over every other. */
export type Effect = 'changes' | 'reads';

/** Makes a command's action of what it does. */
export type Perform = <Name extends CommandName, Options extends object>(
  command: Name,
  effect: Effect,
  handler: Handler<Name, Options>,
) => (...args: unknown[]) => Promise<void>;
