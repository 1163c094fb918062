// A time that somebody wrote means one moment, on every machine.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acmeWorld } from '../__tests__/acme-world.ts';
import { parseTime } from './times.ts';

describe('a time that somebody wrote', () => {
  it.each<readonly [unknown, string | null]>([
    ['2026-11-23T09:00:00Z', '2026-11-23T09:00:00.000Z'],
    ['2026-11-23T09:00Z', '2026-11-23T09:00:00.000Z'],
    ['2026-11-23T09:00:00.5+02:00', '2026-11-23T07:00:00.500Z'],
    ['2026-11-23T09:00:00-08:00', '2026-11-23T17:00:00.000Z'],
    ['2026-11-23', '2026-11-23T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-11-23T09:00:00', null],
    ['2026-11-23 09:00:00Z', null],
    ['11/12/2026', null],
    ['10', null],
    ['1.5', null],
    ['2026', null],
    ['2026-02-30', null],
    ['2026-02-30T00:00:00Z', null],
    ['2026-11-23T25:00:00Z', null],
    [' 2026-11-23', null],
    ['', null],
    [1_795_424_400_000, null],
    [new Date(0), null],
    [undefined, null],
  ])('%s', (text, expected) => {
    const at = parseTime(text);
    expect(at === null ? null : new Date(at).toISOString()).toBe(expected);
  });
});

describe('a list, on a machine in Los Angeles', () => {
  const zone = process.env['TZ'];
  beforeAll(() => void (process.env['TZ'] = 'America/Los_Angeles'));
  afterAll(() => {
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
  });

  it.each([['2026-11-23T09:00:00'], ['11/12/2026'], ['10'], ['1.5'], ['2026-02-30']])('refuses %s before it asks anybody', async (text) => {
    expect(new Date(2026, 10, 23).getTimezoneOffset()).toBe(480); // It is there.
    const { acme, left } = acmeWorld();
    const refused = {
      code: 'invalid_request',
      issues: ['createdFrom', 'createdTo'].map((path) => ({ path, message: expect.stringContaining('offset') })),
    };
    await expect(acme.list({ createdFrom: text, createdTo: text })).rejects.toMatchObject(refused);
    expect(() => acme.listAll({ createdFrom: text, createdTo: text, parallel: 2 })).toThrow(expect.objectContaining(refused));
    expect(left).toEqual([]);
  });

  it('takes a time with its offset', async () => {
    const { acme, left } = acmeWorld();
    await acme.list({ createdFrom: '2026-11-23T01:00:00-08:00' });
    expect(left).toHaveLength(1);
  });
});
