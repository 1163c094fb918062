// What a reference is kept for, told at a terminal beside what was asked for now, with the next command.
import { describe, expect, it } from 'vitest';
import { copyFile, cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, type Finished, KEPT, type World, world } from './__tests__/bench.ts';

const create = (place: World, amount: string, ...more: readonly string[]): Promise<Finished> =>
  disburse(['create', amount, 'USD', '--reference', 'r1', ...more], place);

const REFUSED = { answer: { status: 401, body: { error: { type: 'invalid_request_error' } } }, at: 'before' } as const;

describe('over one that is not resolved', () => {
  async function open(): Promise<World> {
    const place = await world();
    place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
    expect(await create(place, '45.50')).toMatchObject({ code: 4 });
    return place;
  }

  it.each([
    ['another amount', '46.50', [], ['taken by 45.50 USD, submitted at ', '46.50 USD is another request, and was not sent.']],
    ['another provider', '45.50', ['--provider', 'parties'], ['45.50 USD through us', '45.50 USD through parties']],
    ['another account', '45.50', ['--account', 'acct_1'], ['45.50 USD on no connected account', '45.50 USD on account acct_1 is']],
    ['another destination', '45.50', ['--destination', 'ba_2'], ['to the default destination', '45.50 USD to ba_2 is another request']],
  ])('%s: 4, with what is kept and what was asked', async (_, amount, more, words) => {
    const place = await open();
    const { code, stderr } = await create(place, amount, ...more);
    expect(code).toBe(4);
    for (const word of words) expect(stderr).toContain(word);
    expect(stderr).toContain('next   disburse submit r1 resolves it');
    expect(stderr).toContain('next   Another payout needs a reference of its own.');
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('the same: no word of another request', async () => {
    const { code, stderr } = await create(await open(), '45.50');
    expect(code).toBe(4);
    expect(stderr).not.toContain('another request');
  });
});

describe('after a rejection', () => {
  it('the next command is told as it can be typed, and what was asked instead is told as not considered', async () => {
    const place = await world();
    const first = await create(place, '1000000.00');
    expect(first.stderr).toContain('next   Once the cause is gone: disburse create 1000000.00 USD --reference r1 --next-attempt\n');
    const second = await create(place, '50.00');
    expect(second).toMatchObject({
      code: 3,
      stdout: 'rejected  1000000.00 USD, reference r1: it is on record as rejected; 50.00 USD was not considered\n',
      stderr: expect.stringContaining('disburse create 50.00 USD --reference r1 --next-attempt\n') as string,
    });
    const described = await create(place, '50.00', '--description', 'x');
    expect(described.stderr).toContain('--next-attempt, with the options of before, corrected\n');
    expect(await create(place, '50.00', '--next-attempt')).toMatchObject({ code: 0 });
  });
});

describe('--next-attempt says what the attempt ended in', () => {
  it('accepted', async () => {
    const place = await world();
    await create(place, '25.00');
    const id = place.stripe.payouts()[0]?.id ?? '';
    const { code, stderr } = await create(place, '25.00', '--next-attempt');
    expect(code).toBe(2);
    expect(stderr).toContain(`attempt 1 of r1 did not end in a rejection: it was accepted as ${id}.`);
    expect(stderr).toContain(`disburse get ${id} --provider us shows it.`);
  });

  it('open', async () => {
    const place = await world();
    place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
    await create(place, '25.00');
    const { code, stderr } = await create(place, '25.00', '--next-attempt', '--dry-run');
    expect(code).toBe(2);
    expect(stderr).toContain('attempt 1 of r1 did not end yet: a payout may exist.');
    expect(stderr).toContain('disburse submit r1 resolves it');
  });

  it('refused, and not used up', async () => {
    const place = await world();
    place.stripe.faults.on({ method: 'POST' }, REFUSED, 1);
    expect(await create(place, '25.00')).toMatchObject({ code: 3 });
    const { code, stderr } = await create(place, '25.00', '--next-attempt');
    expect(code).toBe(2);
    expect(stderr).toContain('attempt 1 of r1 was refused and may be sent again, unchanged: it is not used up.');
  });
});

describe('what was accepted', () => {
  it.each(['failed', 'canceled'])('and is %s, answered again: a new reference pays it', async (status) => {
    const place = await world();
    await create(place, '25.00');
    const id = place.stripe.payouts()[0]?.id ?? '';
    await disburse(status === 'failed' ? ['simulate', 'fail', id] : ['cancel', id], place);
    const end = await create(place, '25.00');
    expect(end.code).toBe(0);
    expect(end.stderr).toContain(`${id} is ${status}, and its reference stays with it: if it is still due, pay it under a new reference.`);
  });

  it('by a simulator that was started anew since: says so, and not that get shows it', async () => {
    const before = await world();
    await create(before, '25.00');
    const place = await world();
    await cp(join(before.cwd, KEPT), join(place.cwd, KEPT), { recursive: true });
    for (const args of [
      ['create', '25.00', 'USD', '--reference', 'r1'],
      ['submit', 'r1'],
      ['lookup', 'r1'],
    ]) {
      const { code, stderr } = await disburse(args, place);
      expect(code).toBe(4);
      expect(stderr).toContain(
        'This simulator may be a new one: it forgets everything when it stops. Take a new folder, or new references.',
      );
      expect(stderr).not.toContain('shows it');
    }
  });
});

describe.each(['lookup', 'submit'])('what %s takes', (command) => {
  /** A reference that is kept, and the file that it is kept in. */
  async function open(): Promise<{ readonly place: World; readonly file: string }> {
    const place = await world();
    place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
    expect(await create(place, '25.00')).toMatchObject({ code: 4 });
    const [file = ''] = await place.kept();
    return { place, file };
  }
  const accepted = (reference: string): object => ({ code: 0, records: [{ result: { outcome: 'accepted', submission: { reference } } }] });

  it('a reference that is kept', async () => {
    const { place } = await open();
    expect(await disburse([command, 'r1', '--json'], place)).toMatchObject(accepted('r1'));
  });

  it('a file with a submission, wherever it is and whatever its name', async () => {
    const { place, file } = await open();
    await copyFile(join(place.cwd, file), join(place.cwd, 'my file.json'));
    for (const given of [file, `./${file}`, 'my file.json']) {
      expect(await disburse([command, given, '--json'], place)).toMatchObject(accepted('r1'));
    }
  });

  it('a reference, beside a file of that name that holds something else', async () => {
    const { place } = await open();
    await writeFile(join(place.cwd, 'r1'), 'notes');
    expect(await disburse([command, 'r1', '--json'], place)).toMatchObject(accepted('r1'));
    expect(await disburse([command, './r1'], place)).toMatchObject({ code: 2, stderr: expect.stringContaining('./r1 holds no') as string });
  });

  it('no word that means two submissions', async () => {
    const { place, file } = await open();
    expect(await disburse(['create', '10.00', 'USD', '--reference', 'r2'], place)).toMatchObject({ code: 0 });
    await copyFile(join(place.cwd, file), join(place.cwd, 'r2'));
    const end = await disburse([command, 'r2'], place);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain('"r2" is a reference that is kept here, and also a file with another submission.');
    expect(end.stderr).toContain('next   For the file write ./r2;');
    expect(await disburse([command, './r2', '--json'], place)).toMatchObject(accepted('r1'));
  });

  it('nothing else, and says what there is', async () => {
    const end = await disburse([command, 'nowhere'], await world());
    expect(end).toMatchObject({ code: 2, stderr: expect.stringContaining('next   disburse open lists') as string });
  });
});

describe('the simulator', () => {
  it('clear says how many faults it cleared', async () => {
    const { cwd } = await world();
    const clear = async (): Promise<string> => (await disburse(['simulate', 'clear'], { cwd })).stdout;
    expect(await clear()).toBe('there were no faults\n');
    await disburse(['simulate', 'fault', 'reset', '--adapter', 'stripe', '--times', '3'], { cwd });
    expect(await clear()).toBe('cleared 1 fault\n');
    await disburse(['simulate', 'fault', 'reset'], { cwd });
    expect(await clear()).toBe('cleared 3 faults\n');
    expect(await clear()).toBe('there were no faults\n');
  });

  it('that does not run is one sentence', async () => {
    const { cwd } = await world();
    await rm(join(cwd, '.disburse', 'simulator.env'));
    const { code, stderr } = await disburse(['list'], { cwd });
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error  the simulator is not running, or its .disburse/simulator.env is missing: disburse simulate.\nnext   disburse simulate, in another terminal, sets what this configuration reads.\n',
    );
  });
});
