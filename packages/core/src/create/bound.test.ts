// NEVER-TWICE R4: a submission is bound to where it was prepared, and to its bytes, whatever the caller does with its objects.
import { describe, expect, it } from 'vitest';
import { acmeWorld, answerLost, RENT, requestLost, TEN, stored } from '../__tests__/acme-world.ts';
import { parseSubmission, type Submission } from '../stores/submission.ts';

describe('R4: a submission is bound', () => {
  const BOUND = [
    ['another name', { name: 'eu' }],
    ['another provider', { provider: 'other' }],
    ['another account', { account: 'acct_2' }],
    ['another mode', { live: true }],
  ] as const;

  it.each(BOUND)('%s: submit, lookup and resolve throw before any request, and never say rejected', async (_, change) => {
    const world = acmeWorld();
    const submission = { ...stored(await world.acme.prepare(RENT)), ...change };
    for (const call of [
      () => world.acme.submit(submission),
      () => world.acme.lookup(submission),
      () => world.acme.resolve(submission, { absent: true }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'invalid_request', outcome: null });
    }
    expect(world.left).toEqual([]);
    // Nor did the store keep it: the reference is still free.
    expect(await world.acme.createPayout(RENT)).toMatchObject({ outcome: 'accepted' });
  });

  it.each([
    ['another version', { version: 2 }],
    ['no key', { key: undefined }],
    ['a credential smuggled in', { request: { method: 'POST', path: '/payouts', headers: { Authorization: 'Bearer x' }, body: '' } }],
    ['a path to another host', { request: { method: 'POST', path: '//evil.test/', headers: {}, body: '' } }],
    ['a time without its zone', { preparedAt: '2026-11-20T09:00:00' }],
  ])('%s: it is no submission', async (_, change) => {
    const world = acmeWorld();
    const submission = { ...(await world.acme.prepare(RENT)), ...change } as Submission;
    await expect(world.acme.submit(submission)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(world.left).toEqual([]);
  });

  it.each([
    ['null', null],
    ['an outcome', { outcome: 'unknown' }],
    ['a text', 'submission'],
    ['an array', []],
  ])('%s: it is no submission', async (_, given) => {
    const world = acmeWorld();
    await expect(world.acme.submit(given as never)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(world.left).toEqual([]);
  });

  it('by its key to its reference: an edited one is refused', async () => {
    const world = acmeWorld({ correlation: 'none' });
    const submission = await world.acme.prepare(RENT);
    await world.acme.submit(submission);
    for (const change of [{ reference: 'second' }, { attempt: 2 }, { namespace: 'other' }, { key: 'mine' }]) {
      await expect(world.acme.submit({ ...submission, ...change })).rejects.toMatchObject({ code: 'invalid_request', outcome: null });
    }
    await expect(world.acme.submit({ ...submission, attempt: 200_000 })).rejects.toThrow('submission.attempt: must be at most 1000');
    expect(world.creates()).toHaveLength(1);
  });

  it('as it was when it was handed over, whatever becomes of the object meanwhile', async () => {
    const world = acmeWorld({ maxResends: 0, correlation: 'none' });
    const mine = JSON.parse(JSON.stringify(await world.acme.prepare(RENT))) as { request: { body: string }; preparedAt: string };
    world.onCreate(answerLost);
    const sent = world.acme.submit(mine as never);
    mine.request.body = mine.request.body.replace('10.00', '990.00');
    expect(await sent).toMatchObject({ outcome: 'unknown', submission: { money: TEN } });
    expect(world.bank.payouts.map(({ amount }) => amount)).toEqual(['10.00']);
    // Nor can it be made younger than what the store keeps.
    world.time.jump(world.time.now() + 25 * 3_600_000);
    mine.request.body = mine.request.body.replace('990.00', '10.00');
    mine.preparedAt = new Date(world.time.now()).toISOString();
    await world.acme.submit(mine as never);
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('is sent with its own bytes and headers, whatever the settings are today', async () => {
    const world = acmeWorld({ maxResends: 0 });
    const submission = stored(await world.acme.prepare(RENT));
    const older = { ...submission, request: { ...submission.request, headers: { ...submission.request.headers, 'acme-version': '0' } } };
    await world.acme.submit(older);
    expect(world.creates()[0]).toMatchObject({
      body: submission.request.body,
      headers: { 'acme-version': '0', 'idempotency-key': submission.key },
    });
  });
});

describe('what the caller does with its objects', () => {
  it('a submission is frozen, all of it', async () => {
    const submission = await acmeWorld().acme.prepare(RENT);
    const objects: object[] = [
      submission,
      submission.request,
      submission.request.headers,
      submission.correlation,
      submission.money as object,
    ];
    expect(objects.every((object) => Object.isFrozen(object))).toBe(true);
    expect(() => Object.assign(submission.request, { body: 'amount=1' })).toThrow(TypeError);
  });

  it('changing the request after the call changes nothing', async () => {
    const world = acmeWorld();
    const request = { reference: 'rent', money: { amount: '10.00', currency: 'EUR' }, description: 'rent' };
    const outcome = world.acme.createPayout(request);
    request.money.amount = '999.00';
    request.description = 'another';
    request.reference = 'other';
    expect(await outcome).toMatchObject({ outcome: 'accepted', payout: { money: TEN, description: 'rent', reference: 'rent' } });
    expect(world.bank.payouts).toMatchObject([{ amount: '10.00', text: 'rent', reference: 'rent' }]);
  });

  it('a getter is read once: what was checked is what is paid', async () => {
    const world = acmeWorld();
    let reads = 0;
    const money = {
      currency: 'EUR',
      get amount() {
        reads += 1;
        return reads === 1 ? '10.00' : '999.00';
      },
    };
    expect(await world.acme.createPayout({ reference: 'r', money })).toMatchObject({ outcome: 'accepted', payout: { money: TEN } });
  });

  it('changing a stored submission before it is submitted changes no payout: the kept one is sent', async () => {
    const world = acmeWorld({ maxResends: 0 });
    world.onCreate(requestLost);
    const { submission } = await world.acme.createPayout(RENT);
    const text = JSON.stringify(submission)
      .replace('10.00', '99.00')
      .replace(String.raw`\"10.00\"`, String.raw`\"99.00\"`);
    await world.acme.submit(parseSubmission(text));
    expect(world.bank.payouts).toMatchObject([{ amount: '10.00' }]);
  });
});
