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
  /** One step at the present time; without a status, what comes next. */
  readonly line: (status: string, text: string) => void;
  /** Says whether something is as it should be; the program exits non-zero when it is not. */
  readonly check: (what: string, holds: boolean) => void;
  readonly end: () => void;
}

const styled = (style: Style, text: string): string => styleText(style, text, { stream: process.stdout });

/** Opens a timeline on standard output that tells the time by the given clock. */
export function openTimeline(clock: { now(): number }): Timeline {
  let broken = 0;
  return {
    scene: (title) => console.log(`\n${styled('bold', title)}`),
    line: (status, text) => {
      if (status === '') {
        console.log(`  ${text}`);
        return;
      }
      const time = new Date(clock.now()).toISOString().slice(0, 16).replace('T', ' ');
      const style = Object.hasOwn(STYLES, status) ? STYLES[status] : undefined;
      console.log(`    ${styled('dim', time)}  ${styled(style ?? 'reset', status.padEnd(11))}${text}`);
    },
    check: (what, holds) => {
      if (!holds) broken += 1;
      console.log(`    ${holds ? styled('green', 'ok') : styled('red', 'NOT SO')}  ${what}`);
    },
    end: () => {
      console.log(
        broken === 0 ? `\n${styled('green', 'Everything is as it says.')}` : `\n${styled('red', `${broken} things are not as they say.`)}`,
      );
      process.exitCode = broken === 0 ? 0 : 1;
    },
  };
}
