// One voice in every --help: whoever reads the help of one command knows how to read that of the next.
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { disburse, folder } from './__tests__/bench.ts';
import { everyCommand } from './misread.ts';
import { makeProgram } from './program.ts';

const program = makeProgram(() => () => Promise.resolve());
const pathOf = (command: Command): string => (command.parent === null ? '' : `${pathOf(command.parent)} ${command.name()}`.trim());
const isShown = (command: Command): boolean =>
  command.parent === null || command.parent.createHelp().visibleCommands(command.parent).includes(command);
const commands = everyCommand(program).filter(isShown);

/** What a help asks for, or says that a command does. */
const IMPERATIVES =
  /^(?:add|attach|begin|bring|cancel|change|check|describe|find|give|go|list|listen|make|pass|pay|print|put|read|receive|record|remove|run|send|set|show|sign|skip|stop|submit|try|use)\b/i;
/** Names of an API, and words that only whoever wrote this knows. */
const INTERNAL =
  /\b[a-z]+[A-Z]\w*|\w\(\)|\b(?:kept|held|told|apart|beside|copies|row|rows|settled|fingerprint|correlation|payload|callback|adapter's)\b/;
const SENTENCE_END = /[.!?](?=\s|$)/g;

describe.each(commands.map((command) => [pathOf(command) || 'disburse', command] as const))('%s --help', (_, command) => {
  const [purpose = ''] = command.description().split('\n\n');

  it('says in one imperative sentence what the command does', () => {
    expect(purpose).toMatch(IMPERATIVES);
    expect(purpose).toMatch(/^[A-Z].*\.$/);
    expect(purpose.match(SENTENCE_END)).toHaveLength(1);
    expect(purpose.split(' ').length).toBeLessThanOrEqual(20);
    expect(command.summary()).toBe(''); // The list of commands says the same.
  });

  it('says in imperatives what each option does', () => {
    const said = command.options.map(({ description }) => description).filter((text) => text !== 'output the version number');
    expect(said.filter((text) => !IMPERATIVES.test(text))).toEqual([]);
    expect(said.filter((text) => !/^[a-z]/.test(text) || text.endsWith('.') || SENTENCE_END.test(`${text} `))).toEqual([]);
  });

  it('says what each argument is', () => {
    const said = command.registeredArguments.map(({ description }) => description);
    expect(said.filter((text) => !/^(?:the|an?) [^.]*[^.]$/.test(text) && !text.includes('such as'))).toEqual([]);
  });

  it('has no word of an API, nor of the inside', () => {
    const help = command.helpInformation();
    expect(INTERNAL.exec(help)?.[0]).toBeUndefined();
  });
});

it.each(commands.map((command) => [pathOf(command) || 'disburse', command] as const))(
  '%s --help shows an example, and its remarks fit a terminal',
  async (path) => {
    const { code, stdout } = await disburse([...(path === 'disburse' ? [] : path.split(' ')), '--help'], { cwd: await folder() });
    expect(code).toBe(0);
    expect(stdout).toContain('\nExamples:\n  $ ');
    const long = stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  $ '));
    expect(long).toEqual([]);
    expect(INTERNAL.exec(stdout)?.[0]).toBeUndefined();
  },
);

it('finds commands, and commands of commands', () => {
  expect(commands.map(pathOf)).toEqual(expect.arrayContaining(['', 'create', 'events send', 'completion', 'simulate']));
  expect(commands.length).toBeGreaterThan(19);
});
