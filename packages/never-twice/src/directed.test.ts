import { expect, it } from 'vitest';
import { simulationWith } from './__tests__/bundle.ts';
import { DIRECTED, directed } from './__tests__/directed.ts';
import { PLANTED_BUGS } from './__tests__/planted-bugs.ts';

it.each(DIRECTED.map((scenario) => [scenario.rule, scenario.name, scenario] as const))('%s: %s', async (_, __, scenario) => {
  expect(await directed(scenario)).toBeNull();
});

it('every rule has a planted bug', () => {
  const rules = Array.from({ length: 20 }, (_, index) => `R${index + 1}`);
  expect([...new Set(PLANTED_BUGS.map(({ rule }) => rule))]).toEqual(rules);
});

it('a mistake that cannot be made is told', async () => {
  const edit = { file: 'packages/core/src/create/decide.ts', find: 'not there', replace: '' };
  await expect(simulationWith([edit])).rejects.toThrow('has this 0 times and not once');
});
