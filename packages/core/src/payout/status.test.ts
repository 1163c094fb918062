import { describe, expect, it } from 'vitest';
import { defineStatusTable, finalityOf } from './status.ts';

describe('finality', () => {
  it.each([
    ['pending', 'open'],
    ['in_transit', 'open'],
    ['unrecognized', 'open'],
    ['paid', 'provisional'],
    ['failed', 'final'],
    ['canceled', 'final'],
    ['returned', 'final'],
  ] as const)('%s is %s', (status, finality) => expect(finalityOf(status)).toBe(finality));
});

describe('a status table', () => {
  const table = defineStatusTable({ requested: 'pending', completed: 'paid' });
  it('reads its rows', () => expect([table.read('requested'), table.read('completed')]).toEqual(['pending', 'paid']));
  it.each(['expired', '', 'REQUESTED', 'constructor', '__proto__', 'toString'])(
    'reads %j, which it does not list, as unrecognized',
    (raw) => expect(table.read(raw)).toBe('unrecognized'),
  );
});
