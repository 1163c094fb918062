// A person's word: asked for before it is recorded, told as theirs, and shown again by explain where the provider knows better.
import { describe, expect, it } from 'vitest';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, type Finished, type World, world } from './__tests__/bench.ts';
import type { Results } from './records.ts';

const DAYS = 86_400_000;

/** A create whose answer was lost two days ago, before or after it was made. */
async function lost(moment: 'before' | 'after'): Promise<World> {
  const place = await world();
  place.stripe.faults.on({ method: 'POST' }, { reset: moment }, 1);
  expect(await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place)).toMatchObject({ code: 4 });
  await place.simulated.clock.advance(2 * DAYS);
  return place;
}

const idOf = (place: World): string => place.stripe.payouts()[0]?.id ?? '';
const again = (place: World): Promise<Finished> => disburse(['create', '25.00', 'USD', '--reference', 'r1', '--next-attempt'], place);
const printed = ({ stdout, stderr }: Finished): string => `${stdout}${stderr}`;

describe('resolve asks before it records', () => {
  it.each([
    ['--absent', 'n', 4],
    ['--absent', '\u0003', 4],
    ['--absent', 'y', 3],
    ['--payout-id', 'n', 4],
    ['--payout-id', 'y', 0],
  ])('%s, and takes %j for an answer', async (flag, keys, code) => {
    const place = await lost(flag === '--absent' ? 'before' : 'after');
    const args = ['resolve', 'r1', flag, ...(flag === '--absent' ? [] : [idOf(place)])];
    const end = await disburse(args, { ...place, keys });
    expect(end.code).toBe(code);
    const asked = end.stderr.replaceAll(/\s*\n│\s*/g, ' ');
    expect(asked).toMatch(/This records your word that .*25\.00 USD, reference r1, submitted at \S+ through us\./);
    const consequence = flag === '--absent' ? 'A new attempt may then be sent: if you are wrong, it is paid twice.' : 'is not sent again';
    expect(asked).toContain(consequence);
    expect(end.stderr.includes('Nothing was recorded.')).toBe(code === 4);
    expect(await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place)).toMatchObject({ code });
    expect(place.stripe.payouts()).toHaveLength(flag === '--absent' ? 0 : 1);
  });

  it.each([
    ['--absent', 'before'],
    ['--payout-id', 'after'],
  ] as const)('%s without a terminal and without --yes is refused, and nothing is recorded', async (flag, moment) => {
    const place = await lost(moment);
    const end = await disburse(['resolve', 'r1', flag, ...(flag === '--absent' ? [] : [idOf(place)]), '--json'], place);
    expect(end).toMatchObject({ code: 2, records: [{ error: { code: 'not_confirmed' }, advice: ['Add --yes when you are sure.'] }] });
    expect(end.records[0]?.error?.message).toMatch(/It would record your word .* Nothing was recorded\.$/);
    expect(await again(place)).toMatchObject({ code: 4 }); // Still unresolved: nothing is unlocked.
    expect(place.stripe.payouts()).toHaveLength(moment === 'after' ? 1 : 0);
  });
});

describe('a word that was recorded is told as one', () => {
  it('--absent: nobody says that certainly nothing exists, and a new attempt may follow', async () => {
    const place = await lost('before');
    const end = await disburse(['resolve', 'r1', '--absent', '--yes'], place);
    expect(end).toMatchObject({ code: 3, stdout: 'recorded  25.00 USD, reference r1: on your word, no payout was made\n' });
    expect(end.stderr).toBe('next   A new attempt may be sent from now on: disburse create 25.00 USD --reference r1 --next-attempt\n');
    for (const args of [
      ['create', '25.00', 'USD', '--reference', 'r1'],
      ['lookup', 'r1'],
      ['submit', 'r1'],
    ]) {
      const later = await disburse(args, place);
      expect(later).toMatchObject({ code: 3, stdout: expect.stringContaining('it is on record as rejected') as string });
      expect(later.stderr).toMatch(
        /^error {2}Somebody recorded at 2026-11-25T09:00:\S+Z, on their word, that no payout was made\. Nothing/,
      );
      expect(printed(later)).not.toContain('certainly nothing');
    }
    expect(await again(place)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('--payout-id: on your word that it is this one', async () => {
    const place = await lost('after');
    const end = await disburse(['resolve', 'r1', '--payout-id', idOf(place), '--yes'], place);
    expect(end).toMatchObject({ code: 0, stdout: expect.stringContaining('recorded, on your word that it is this one') as string });
    expect(end.stdout).not.toContain('an earlier request made it');
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('--absent while a copy may still arrive, of what is known as paid: its payout is told, and nothing is unlocked', async () => {
    const place = await world();
    await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place);
    const end = await disburse(['resolve', 'r1', '--absent', '--yes'], place);
    expect(end).toMatchObject({ code: 4 });
    expect(end.stderr).toContain(`next   disburse get ${idOf(place)} --provider us shows it.`);
    expect(end.stderr).not.toContain('disburse submit');
    expect(await again(place)).toMatchObject({ code: 2 });
  });

  it('where the payout is known, nobody is asked and nothing is unlocked', async () => {
    const place = await world();
    await disburse(['create', '25.00', 'USD', '--reference', 'r1'], place);
    await place.simulated.clock.advance(2 * DAYS);
    const end = await disburse(['resolve', 'r1', '--absent'], place);
    expect(end).toMatchObject({ code: 4, stderr: expect.stringContaining(`it is not absent: ${idOf(place)} is the payout`) as string });
    expect(await again(place)).toMatchObject({ code: 2 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });
});

describe('explain finds the kept submission by the key that the payout carries', () => {
  const explained = async (place: World): Promise<Finished & { readonly said: Results['explain'] }> => {
    const end = await disburse(['explain', idOf(place), '--json'], place);
    return { ...end, said: end.records.at(-1)?.result as Results['explain'] };
  };

  it('an unresolved one, and what resolves it', async () => {
    const place = await lost('after');
    const { said, records } = await explained(place);
    expect(said).toMatchObject({ recorded: 'unresolved', submission: { reference: 'r1', attempt: 1 } });
    expect(said.facts.join(' ')).toContain('It is not resolved yet');
    expect(records[0]?.advice.join(' ')).toMatch(/disburse lookup r1 .*disburse submit r1/);
    const words = printed(await disburse(['explain', idOf(place)], place));
    expect(words).toContain('next   disburse lookup r1');
    expect(words).not.toContain('No submission for it is kept here');
    await disburse(['lookup', 'r1'], place);
    expect((await explained(place)).said.recorded).toBe('accepted');
  });

  it('one that somebody resolved as absent, and it was not', async () => {
    const place = await lost('after');
    place.stripe.faults.on({ method: 'GET' }, { reset: 'before' });
    expect(await disburse(['resolve', 'r1', '--absent', '--yes'], place)).toMatchObject({ code: 3 });
    place.stripe.faults.clear();
    const { said, records } = await explained(place);
    expect(said.recorded).toBe('rejected');
    expect(said.facts.join(' ')).toContain('and yet this payout carries its key');
    expect(records[0]?.advice.join(' ')).toContain(`disburse resolve r1 --payout-id ${idOf(place)} corrects the record`);
    expect(await disburse(['resolve', 'r1', '--payout-id', idOf(place), '--yes'], place)).toMatchObject({ code: 0 });
    expect((await explained(place)).said.recorded).toBe('accepted');
    expect(await again(place)).toMatchObject({ code: 2 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('not one of another program that numbers its own references', async () => {
    const place = await lost('before');
    const other = join(place.cwd, 'other');
    await mkdir(join(other, '.disburse'), { recursive: true });
    await copyFile(join(place.cwd, '.disburse', 'simulator.env'), join(other, '.disburse', 'simulator.env'));
    const config = await readFile(join(place.cwd, 'disburse.config.json'), 'utf8');
    await writeFile(join(other, 'disburse.config.json'), config.replaceAll('"adapter"', '"namespace": "other", "adapter"'));
    expect(await disburse(['create', '25.00', 'USD', '--reference', 'r1'], { cwd: other })).toMatchObject({ code: 0 });
    expect((await explained(place)).said).toMatchObject({ payout: { reference: 'r1' }, submission: null, recorded: null });
  });
});
