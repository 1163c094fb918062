import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PassThrough } from 'node:stream';
import { disburse, hostOn, type World, world } from './__tests__/bench.ts';
import { type Binary, bundle, type Running, start } from './__tests__/process.ts';
import { run } from './run.ts';
import { writeSimulatedEnv } from './simulated-place.ts';

let binary: Binary;
beforeAll(async () => {
  binary = await bundle();
});

const PATIENCE = { timeout: 10_000, interval: 5 };
const CREATE = ['create', '25.00', 'USD', '--reference', 'r1', '--trace'];

/** A create that is under way at a provider that never answers. */
async function hanging(moment: 'before' | 'after'): Promise<{ readonly place: World; readonly running: Running }> {
  const place = await world();
  place.stripe.faults.on({ method: 'POST' }, { hang: moment });
  const running = start(binary, CREATE, place);
  await expect.poll(() => place.stripe.requests().map(({ method }) => method), PATIENCE).toContain('POST');
  return { place, running };
}

describe('a create that is interrupted', () => {
  it.each([
    ['Ctrl-C, and it was made', 'SIGINT', 'after', 1],
    ['Ctrl-C, and it was not made', 'SIGINT', 'before', 0],
    ['SIGTERM', 'SIGTERM', 'after', 1],
  ] as const)('%s: 4, its submission is kept, the reference is refused, submit resolves it', async (_, signal, moment, existing) => {
    const { place, running } = await hanging(moment);
    expect(await place.kept()).toHaveLength(1); // Before anything was answered.
    running.signal(signal);
    const end = await running.ended;
    expect(end).toMatchObject({ code: 4 });
    expect(end.stdout).toContain('unknown  25.00 USD, reference r1: a payout may exist');
    expect(end.stderr).toContain('Interrupted: the request may have left.');
    const [file = ''] = await place.kept();
    expect(end.stderr).toContain(`The submission is kept in ${file}`);
    expect(place.stripe.payouts()).toHaveLength(existing);

    place.stripe.faults.clear();
    expect(await disburse(CREATE, place)).toMatchObject({ code: 4 });
    expect(place.stripe.payouts()).toHaveLength(existing);
    expect(await disburse(['submit', file], place)).toMatchObject({ code: 0 });
    expect(await disburse(CREATE, place)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('killed without a word: the submission is there all the same', async () => {
    const { place, running } = await hanging('after');
    running.signal('SIGKILL');
    await expect(running.ended).rejects.toThrow('SIGKILL');
    place.stripe.faults.clear();
    expect(await disburse(CREATE, place)).toMatchObject({ code: 4 });
    expect(await disburse(['submit', 'r1'], place)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('whoever reads its output may stop reading: the payout is made and the exit code is right', async () => {
    const place = await world();
    const running = start(binary, CREATE, place);
    running.stopReading();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });
});

describe('what ends the process', () => {
  interface UnderWay {
    readonly place: World;
    readonly interrupt: () => void;
    readonly crash: (error: unknown) => void;
    readonly exits: number[];
    readonly said: () => string;
    readonly ended: Promise<number>;
  }

  /** A command under way in this process, with the listeners that a process would have: it was sent, and is never answered. */
  async function underWay(prepare: (place: World) => Promise<readonly string[]> = async () => CREATE): Promise<UnderWay> {
    const place = await world();
    const args = await prepare(place);
    place.stripe.faults.on({ method: 'POST' }, { hang: 'after' });
    const before = place.stripe.requests().length;
    const exits: number[] = [];
    const listeners: { interrupt: () => void; crash: (error: unknown) => void } = { interrupt: () => undefined, crash: () => undefined };
    const stderr = new PassThrough();
    let said = '';
    stderr.on('data', (chunk) => {
      said += String(chunk);
    });
    const host = hostOn({
      args,
      cwd: place.cwd,
      stdin: new PassThrough(),
      stdout: new PassThrough().resume(),
      stderr,
      onInterrupt: (listener) => {
        listeners.interrupt = listener;
        return () => undefined;
      },
      onCrash: (listener) => {
        listeners.crash = listener;
        return () => undefined;
      },
      exitNow: (code) => exits.push(code),
    });
    const ended = run(host);
    onTestFinished(async () => {
      listeners.interrupt();
      await ended;
    });
    const sent = () => place.stripe.requests().slice(before);
    await expect.poll(() => sent().map(({ method }) => method), PATIENCE).toContain('POST');
    return { place, interrupt: () => listeners.interrupt(), crash: (error) => listeners.crash(error), exits, said: () => said, ended };
  }

  /** A payout to change, and what is typed to change it. */
  const changing =
    (command: string, ...more: readonly string[]) =>
    async (place: World): Promise<readonly string[]> => {
      await disburse(CREATE, place);
      const id = place.stripe.payouts()[0]?.id ?? '';
      if (command === 'reverse') place.stripe.move(id, 'pay', undefined);
      return [command, id, ...more];
    };
  const CHANGES = [
    ['cancel', changing('cancel', '--yes')],
    ['update', changing('update', '--metadata', 'order=42')],
    ['reverse', changing('reverse', '--yes')],
  ] as const;

  it.each(CHANGES)('a second Ctrl-C in a %s that was sent: 4, and what to do', async (command, prepare) => {
    const { place, interrupt, exits, said } = await underWay(prepare);
    interrupt();
    interrupt();
    expect(exits).toEqual([4]);
    expect(said()).toContain('Interrupted again. It may have taken effect.');
    expect(said()).toContain('Run it again');
    expect(said()).not.toContain('A payout may exist');
    if (command === 'cancel') expect(place.stripe.payouts()[0]).toMatchObject({ status: 'canceled' }); // It had.
  });

  it.each(CHANGES)('a bug that nobody caught in a %s that was sent: 4', async (_, prepare) => {
    const { crash, exits, said } = await underWay(prepare);
    crash(new TypeError('Bearer sk_test_super-secret'));
    expect(exits).toEqual([4]);
    expect(said()).toContain('a bug of this command: TypeError');
    expect(said()).toContain('It may have taken effect.');
    expect(said()).not.toContain('super-secret');
  });

  it.each(CHANGES)('one Ctrl-C in a %s that was sent: 4, and the same advice', async (_, prepare) => {
    const { interrupt, ended, exits, said } = await underWay(prepare);
    interrupt();
    expect(await ended).toBe(4);
    expect(exits).toEqual([]);
    expect(said()).toContain('Run it again');
  });

  it('a second Ctrl-C ends it at once, with 4 and what to do', async () => {
    const { interrupt, exits, said } = await underWay();
    interrupt();
    interrupt();
    expect(exits).toEqual([4]);
    expect(said()).toContain('A payout may exist.');
    expect(said()).toContain('disburse lookup r1');
  });

  it('a bug that nobody caught: 4 as well, and nothing of the error but its kind', async () => {
    const { crash, exits, said } = await underWay();
    crash(new TypeError('Bearer sk_test_super-secret'));
    expect(exits).toEqual([4]);
    expect(said()).toContain('a bug of this command: TypeError');
    expect(said()).not.toContain('super-secret');
  });
});

describe('two processes at once', () => {
  it('make one payout of one reference', async () => {
    const place = await world();
    const codes = (await Promise.all([1, 2].map(() => start(binary, CREATE, place).ended))).map(({ code }) => code);
    expect(codes.every((code) => code === 0 || code === 4)).toBe(true);
    expect(place.stripe.payouts()).toHaveLength(1);
    expect(await disburse(['submit', 'r1'], place)).toMatchObject({ code: 0 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });
});

describe('two processes with two amounts under one reference', () => {
  it('pay one of them, and the other is told which', async () => {
    const place = await world();
    const amounts = ['1.50', '2.50'];
    const ends = await Promise.all(amounts.map((amount) => start(binary, ['create', amount, 'USD', '--reference', 'r1'], place).ended));
    expect(ends.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([0, 4]);
    expect(place.stripe.payouts()).toHaveLength(1);
    const lost = ends.findIndex(({ code }) => code === 4);
    const told = `${ends[lost]?.stdout}${ends[lost]?.stderr}`;
    expect(told).toContain('Nothing was sent');
    expect(told).not.toMatch(/--absent|It could be/);
    // Never as what may exist; as what was not sent, once the other one is known.
    expect(told.replace(`${amounts[lost]} USD was not sent`, '')).not.toContain(`${amounts[lost]} USD`);
  });
});

describe('a simulator that is gone', () => {
  const gone = ({ cwd, simulated }: World): Promise<string> =>
    writeSimulatedEnv(cwd, { ...simulated.env, DISBURSE_SIMULATOR_URL: 'http://127.0.0.1:1/' });
  const CHANGES = [CREATE, ['submit', 'r1'], ['lookup', 'r1'], ['resolve', 'r1', '--absent', '--yes']];

  it.each(['a payout that may exist', 'a payout that exists'])('%s: 4 for whatever concerns it, not "nothing was sent"', async (which) => {
    const place = await world();
    if (which === 'a payout that may exist') place.stripe.faults.on({ method: 'POST' }, { reset: 'after' }, 1);
    await disburse(CREATE, place);
    await gone(place);
    for (const args of CHANGES) expect([args[0], (await disburse(args, place)).code]).toEqual([args[0], 4]);
    const other = await disburse(['create', '1.00', 'USD', '--reference', 'r2'], place);
    expect(other).toMatchObject({ code: 5, stderr: expect.stringContaining('disburse simulate starts one.') as string });
    expect(await disburse(['list'], place)).toMatchObject({ code: 5 });
    expect(place.stripe.payouts()).toHaveLength(1);
  });
});

describe('what is no create', () => {
  it('an interrupted read: 5', async () => {
    const place = await world();
    place.stripe.faults.on({ method: 'GET' }, { hang: 'after' });
    const running = start(binary, ['list'], place);
    await expect.poll(() => place.stripe.requests().length, PATIENCE).toBe(1);
    running.signal('SIGINT');
    expect(await running.ended).toMatchObject({ code: 5 });
  });

  it('listening ends with 0, and following before it is final with 5', async () => {
    const place = await world();
    const listening = start(binary, ['listen', '--port', '0', '--json'], place);
    await listening.printed('listening');
    listening.signal('SIGINT');
    expect(await listening.ended).toMatchObject({ code: 0 });
    await disburse(CREATE, place);
    const id = place.stripe.payouts()[0]?.id ?? '';
    const following = start(binary, ['follow', id], place);
    await following.printed('pending');
    following.signal('SIGINT');
    const end = await following.ended;
    expect(end).toMatchObject({ code: 5, stdout: expect.stringContaining(`${id} is pending: still moving.`) as string });
    expect(end.stderr).toBe(`error  interrupted before ${id} was final.\nnext   disburse follow ${id} --provider us goes on.\n`);
  });

  it('following that is interrupted says so in its last record, with what was known', async () => {
    const place = await world();
    await disburse(CREATE, place);
    const id = place.stripe.payouts()[0]?.id ?? '';
    const following = start(binary, ['follow', id, '--until', 'paid', '--json'], place);
    await following.printed('"first"');
    following.signal('SIGTERM');
    const { code, records } = await following.ended;
    expect(code).toBe(5);
    expect(records.at(-1)).toMatchObject({ exitCode: 5, result: { observation: 'end' }, error: { code: 'interrupted' } });
  });

  it('listening for a count that did not come: 5', async () => {
    const listening = start(binary, ['listen', '--port', '0', '--count', '2'], await world());
    await listening.printed('Listening');
    listening.signal('SIGINT');
    expect(await listening.ended).toMatchObject({ code: 5, stderr: 'error  interrupted after 0 of 2 deliveries.\n' });
  });
});
