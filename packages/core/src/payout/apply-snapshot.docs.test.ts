// docs/webhooks.md shows the lattice; this is what keeps it true. To write it anew, paste what this test expects.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { STATUS_TRANSITIONS, type PayoutStatus } from '../index.ts';

const STATUSES: readonly PayoutStatus[] = ['unrecognized', 'pending', 'in_transit', 'paid', 'failed', 'canceled', 'returned'];
const WORDS = { advanced: '→ advanced', reversed: '→ **reversed**', unchanged: 'unchanged', stale: 'stale', anomaly: '*anomaly*' } as const;

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = [
  row(['known \\ observed', ...STATUSES]),
  row(STATUSES.map(() => '---').concat('---')),
  ...STATUSES.map((known) => row([`**${known}**`, ...STATUSES.map((observed) => WORDS[STATUS_TRANSITIONS[known][observed]])])),
].join('\n');

it('docs/webhooks.md shows the lattice as it is', () => {
  const page = readFileSync(new URL('../../../../docs/webhooks.md', import.meta.url), 'utf8');
  const shown = /<!-- lattice:[^>]*-->\n(.*?)\n<!-- \/lattice -->/s.exec(page)?.[1];
  expect(Object.keys(STATUS_TRANSITIONS).sort()).toEqual([...STATUSES].sort());
  expect(shown).toBe(table);
});
