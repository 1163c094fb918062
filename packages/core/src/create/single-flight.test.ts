// NEVER-TWICE R7: concurrent submits of one key share one exchange, and whoever leaves it takes nobody along.
import { describe, expect, it } from 'vitest';
import { type AcmeWorld, acmeWorld, answered, hangs, type Meets, RENT, stored, TEN, told } from '../__tests__/acme-world.ts';
import type { PayoutOutcome } from '../payout/outcome.ts';
import { memorySubmissions, type Submission } from '../stores/submission.ts';

/** A request that is on its way until the test lets it arrive. */
function heldBack(): { readonly meets: Meets; readonly reached: Promise<void>; arrive(): void } {
  let reach: () => void = () => undefined;
  let arrive: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const may = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const meets: Meets = async (arriveAtBank) => {
    reach();
    await may;
    return arriveAtBank();
  };
  return { meets, reached, arrive: () => arrive() };
}

/** Resolves once so many wait for the one exchange that is under way. */
async function waitingFor({ context }: AcmeWorld, count: number): Promise<void> {
  const waiting = (): number => [...context.memory.inFlight.values()].reduce((sum, shared) => sum + shared.waiters, 0);
  while (waiting() !== count) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

function expectOneCreate({ creates, bank, time, context }: AcmeWorld): void {
  expect([creates().length, bank.payouts.length]).toEqual([1, 1]);
  expect(context.memory.inFlight.size).toBe(0);
  expect(time.waiting, 'no timer is left behind').toBe(0);
}

describe('fifty at once', () => {
  it('creates of one reference are one request and one payout', async () => {
    const world = acmeWorld();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => world.acme.createPayout(RENT)));
    expect(new Set(outcomes.map(told))).toEqual(new Set(['ac_1']));
    expectOneCreate(world);
  });

  it('submits of one object and of its copies, too', async () => {
    const world = acmeWorld();
    const submission = await world.acme.prepare(RENT);
    const submits = Array.from({ length: 50 }, (_, nth) => world.acme.submit(nth % 2 === 0 ? submission : stored(submission)));
    expect(new Set((await Promise.all(submits)).map(told))).toEqual(new Set(['ac_1']));
    expectOneCreate(world);
  });

  it('providers with one runtime are one process', async () => {
    const world = acmeWorld();
    const other = world.restarted({ runtime: world.time });
    const outcomes = await Promise.all([world.acme.createPayout(RENT), other.createPayout(RENT)]);
    expect(outcomes.map(told)).toEqual(['ac_1', 'ac_1']);
    expectOneCreate(world);
  });

  it('of different references are that many payouts', async () => {
    const world = acmeWorld();
    await Promise.all(Array.from({ length: 50 }, (_, nth) => world.acme.createPayout({ ...RENT, reference: `r-${nth % 10}` })));
    expect(world.bank.payouts).toHaveLength(10);
    expect(world.creates()).toHaveLength(10);
  });
});

describe('one that leaves', () => {
  it('is told unknown at once, and the others get their answer', async () => {
    const world = acmeWorld();
    const { meets, reached, arrive } = heldBack();
    world.onCreate(meets);
    const controller = new AbortController();
    const staying = world.acme.createPayout(RENT);
    const leaving = world.acme.createPayout(RENT, { signal: controller.signal });
    await reached;
    await waitingFor(world, 2);
    controller.abort();
    expect(await leaving).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' }, submission: RENT, next: { action: 'submit' } });
    arrive();
    expect(told(await staying)).toBe('ac_1');
    expectOneCreate(world);
  });

  it('although it started the exchange', async () => {
    const world = acmeWorld();
    const { meets, reached, arrive } = heldBack();
    world.onCreate(meets);
    const controller = new AbortController();
    const starter = world.acme.createPayout(RENT, { signal: controller.signal });
    await reached;
    const joiner = world.acme.createPayout(RENT);
    await waitingFor(world, 2);
    controller.abort();
    expect(await starter).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' } });
    arrive();
    expect(told(await joiner)).toBe('ac_1');
    expectOneCreate(world);
  });

  it('had left before it came', async () => {
    const world = acmeWorld();
    const { meets, reached, arrive } = heldBack();
    world.onCreate(meets);
    const staying = world.acme.createPayout(RENT);
    await reached;
    expect(await world.acme.createPayout(RENT, { signal: AbortSignal.abort() })).toMatchObject({
      outcome: 'unknown',
      error: { code: 'aborted' },
    });
    arrive();
    expect(told(await staying)).toBe('ac_1');
    expectOneCreate(world);
  });

  it('all of them: the exchange is stopped, in its own outcome', async () => {
    const world = acmeWorld();
    const controllers = Array.from({ length: 5 }, () => new AbortController());
    let reach: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    world.onCreate(hangs('done', () => reach()));
    const outcomes = controllers.map(({ signal }) => world.acme.createPayout(RENT, { signal }));
    await reached;
    await waitingFor(world, 5);
    for (const controller of controllers) controller.abort();
    for (const outcome of await Promise.all(outcomes)) expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' } });
    expectOneCreate(world);
    expect(told(await world.acme.createPayout(RENT))).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('all of them, and then one more: it does not join what was given up, and waits until that has ended', async () => {
    const world = acmeWorld();
    const controller = new AbortController();
    let reach: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    world.onCreate(hangs('never done', () => reach()));
    const first = world.acme.createPayout(RENT, { signal: controller.signal });
    await reached;
    controller.abort();
    const second = world.acme.createPayout(RENT);
    expect(await first).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' } });
    expect(told(await second)).toBe('ac_1');
    expect(world.bank.payouts).toHaveLength(1);
  });
});

describe('deadlines', () => {
  it('a joiner has its own, beside the starter’s', async () => {
    const world = acmeWorld();
    const { meets, reached, arrive } = heldBack();
    world.onCreate(meets);
    const starter = world.acme.createPayout(RENT, { timeoutMs: 60_000 });
    await reached;
    const joiner = world.acme.createPayout(RENT, { timeoutMs: 40_000 });
    await waitingFor(world, 2);
    world.time.pass(40_000);
    expect(await joiner).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' } });
    arrive();
    expect(told(await starter)).toBe('ac_1');
    expectOneCreate(world);
  });

  it('a joiner that would wait longer ends with the starter', async () => {
    const world = acmeWorld({ maxResends: 0 });
    let reach: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    world.onCreate(hangs('done', () => reach()));
    const starter = world.acme.createPayout(RENT, { timeoutMs: 40_000 });
    await reached;
    const joiner = world.acme.createPayout(RENT, { timeoutMs: 600_000 });
    await waitingFor(world, 2);
    world.time.pass(40_000);
    for (const outcome of await Promise.all([starter, joiner])) {
      expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'provider_unavailable' } });
    }
    expectOneCreate(world);
  });
});

describe('what is shared is one submission', () => {
  it('another request under the same key is not sent beside it', async () => {
    const world = acmeWorld();
    const { meets, reached, arrive } = heldBack();
    world.onCreate(meets);
    const first = world.acme.createPayout(RENT);
    await reached;
    // A store of its own, so that only the key tells.
    const other = world.restarted({ runtime: world.time, submissions: memorySubmissions() });
    const outcome = await other.createPayout({ ...RENT, money: { ...TEN, amount: '99.00' } });
    expect(outcome).toMatchObject({ outcome: 'unknown', error: { code: 'reference_taken' }, submission: { money: TEN } });
    arrive();
    expect(told(await first)).toBe('ac_1');
    expectOneCreate(world);
  });

  it('a refusal is everybody’s', async () => {
    const world = acmeWorld();
    world.onCreate(answered(403));
    const submission: Submission = await world.acme.prepare(RENT);
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => world.acme.submit(submission)));
    expect(new Set(outcomes.map(told))).toEqual(new Set(['rejected permission']));
    expect(world.creates()).toHaveLength(1);
  });
});

describe('whoever waited for an exchange, and has no time left', () => {
  async function late(request: object): Promise<PayoutOutcome> {
    const world = acmeWorld({ maxResends: 0 });
    const controller = new AbortController();
    const { meets, reached, arrive } = heldBack();
    world.onCreate(meets);
    const first = world.acme.createPayout(RENT, { signal: controller.signal });
    await reached;
    world.time.pass(1); // Prepared later, so that it can be told from the one that is being sent.
    const second = world.acme.createPayout({ ...RENT, ...request }, { timeoutMs: 1000 });
    await new Promise((resolve) => void setImmediate(resolve));
    world.time.pass(1000);
    const outcome = await second;
    controller.abort();
    arrive();
    const { submission } = await first;
    expect(outcome.submission, 'only what was kept can be resolved').toEqual(submission);
    return outcome;
  }

  it.each([
    ['joined', {}],
    ['could not join', { attempt: 1 }],
  ])('and %s is handed the submission that is being sent, and not one that was never kept', async (_, request) => {
    expect(await late(request)).toMatchObject({ outcome: 'unknown', error: { code: 'aborted' } });
  });

  it('is told that the reference is taken, where it asked for another amount', async () => {
    expect(await late({ money: { ...TEN, amount: '30.00' } })).toMatchObject({ outcome: 'unknown', error: { code: 'reference_taken' } });
  });
});
