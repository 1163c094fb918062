// Prints a story: scenes, one line a step with the virtual time, and checks. Colour only on a terminal.
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const STYLES: Readonly<Record<string, Style>> = {
  accepted: 'green',
  paid: 'green',
  pending: 'cyan',
  in_transit: 'cyan',
  canceled: 'yellow',
  unknown: 'yellow',
  rejected: 'red',
  failed: 'red',
  returned: 'red',
  'paid twice': 'red',
};

export interface Timeline {
  readonly scene: (title: string) => void;
  /** One step at the present time. */
  readonly line: (status: string, text: string) => void;
  /** Looks whether something is as it should be. It says so only when it is not; the program exits non-zero then. */
  readonly check: (what: string, holds: boolean) => void;
  /** The last line, when it and everything before it holds. */
  readonly end: (text: string, holds: boolean) => void;
}

const styled = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** Opens a timeline on standard output that tells the time by the given clock. */
export function openTimeline(clock: { now(): number }): Timeline {
  let [checks, broken] = [0, 0];
  const check = (what: string, holds: boolean): void => {
    checks += 1;
    if (holds) return;
    broken += 1;
    console.log(`    ${styled('red', 'NOT SO')}  ${what}`);
  };
  return {
    scene: (title) => console.log(`\n${styled('bold', title)}`),
    line: (status, text) => {
      const time = new Date(clock.now()).toISOString().slice(0, 16).replace('T', ' ');
      const style = Object.hasOwn(STYLES, status) ? STYLES[status] : undefined;
      console.log(`    ${styled('dim', time)}  ${styled(style ?? 'reset', status.padEnd(11))}${text}`);
    },
    check,
    end: (text, holds) => {
      check(text, holds);
      const last =
        broken === 0 ? styled('green', `${text} All ${checks} checks hold.`) : styled('red', `${broken} of ${checks} checks do not hold.`);
      console.log(`\n${last}`);
      process.exitCode = broken === 0 ? 0 : 1;
    },
  };
}
