// A check that no mistake fails may be unable to fail.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { CHECKS } from '../checks/index.ts';

it('every check is failed by a planted mistake', () => {
  const planted = readdirSync(import.meta.dirname)
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('');
  expect(CHECKS.map(({ id }) => id).filter((id) => !planted.includes(`'${id}'`))).toEqual([]);
});
