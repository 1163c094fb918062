// One row that cannot be read: it names itself, hides no other where somebody listens, and whoever listens cannot lose the list.
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN } from '../__tests__/acme-bank.ts';
import { acmeWorld, answered, changed, RENT } from '../__tests__/acme-world.ts';
import type { PayoutError } from '../errors.ts';
import { readRows, type UnreadableRow } from './unreadable.ts';

type World = ReturnType<typeof acmeWorld>;

/** Three payouts, of which every list shows the second as something else. */
async function world(second: object = { id: 'ac_2', amount: 5 }): Promise<World> {
  const made = acmeWorld();
  for (let nth = 1; nth <= 3; nth += 1) await made.acme.createPayout({ ...RENT, reference: `r-${nth}` });
  const hide = changed(({ payouts, next }) => ({
    payouts: (payouts as readonly { readonly id: string }[]).map((row) => (row.id === 'ac_2' ? second : row)),
    next,
  }));
  made.onRead(...Array.from({ length: 9 }, () => hide));
  return made;
}

const idsOf = async (payouts: AsyncIterable<{ readonly id: string }>): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { id } of payouts) ids.push(id);
  return ids;
};
const thrownBy = async (call: () => Promise<unknown>): Promise<PayoutError> =>
  call().then(
    () => Promise.reject(new Error('nothing was thrown')),
    (error: unknown) => error as PayoutError,
  );

const holding = (name: string, member: PropertyDescriptor): object => Object.defineProperty({}, name, member);
const thrower = (): never => {
  throw new Error('a broken thenable');
};

describe('without a listener', () => {
  it('list and listAll say which row it is', async () => {
    const { acme } = await world();
    const told = {
      code: 'unexpected_response',
      payoutId: 'ac_2',
      message:
        '[acme] a payout of the list cannot be read: row 2 (ac_2): answered with something that cannot be read. Give onUnreadable to read the other rows.',
      issues: [{ path: 'row 2 (ac_2)', message: 'answered with something that cannot be read.' }],
    };
    expect(await thrownBy(() => acme.list())).toMatchObject(told);
    expect(await thrownBy(() => idsOf(acme.listAll()))).toMatchObject(told);
  });

  it('a row without an id has its position', async () => {
    const { acme } = await world({ amount: 5 });
    const { message, payoutId } = await thrownBy(() => acme.list());
    expect(message).toContain('row 2: answered');
    expect(payoutId).toBeNull();
  });

  it('what looks like no id, or is the credential, is not repeated', async () => {
    for (const id of ['DE89 3704 0044', 'a'.repeat(129), ACME_TOKEN, `${ACME_TOKEN}-1`, 'po_1\u202e', 7, { toString: () => 'po_1' }]) {
      const { acme } = await world({ id });
      const { message } = await thrownBy(() => acme.list());
      expect(message).toContain('row 2: answered');
      expect(message).not.toContain(ACME_TOKEN);
    }
  });

  it('many are counted, and the first five named', async () => {
    const { acme, onRead } = acmeWorld();
    onRead(answered(200, { payouts: Array.from({ length: 8 }, (_, nth) => ({ id: `ac_${nth}` })), next: null }));
    const { message, issues, payoutId } = await thrownBy(() => acme.list());
    expect([issues.length, payoutId]).toEqual([8, null]);
    expect(message).toContain('(ac_4)');
    expect(message).not.toContain('(ac_5)');
    expect(message).toContain('And 3 more.');
  });
});

describe('with a listener', () => {
  it('the other rows are read, and it hears of this one', async () => {
    const { acme } = await world();
    const heard: UnreadableRow[] = [];
    const onUnreadable = (row: UnreadableRow): void => void heard.push(row);
    const { payouts, ...page } = await acme.list({}, { onUnreadable });
    expect(payouts.map(({ id }) => id)).toEqual(['ac_3', 'ac_1']);
    expect(page).toEqual({ nextCursor: null });
    expect(await idsOf(acme.listAll({ limit: 1 }, { onUnreadable }))).toEqual(['ac_3', 'ac_1']);
    const row = { id: 'ac_2', message: 'answered with something that cannot be read.' };
    expect(heard).toEqual([
      { ...row, position: 2 },
      { ...row, position: 1 },
    ]);
  });

  it('a page of nothing else is no page without a row', async () => {
    const { acme, onRead } = acmeWorld();
    const pages = Array.from({ length: 30 }, (_, nth) =>
      answered(200, { payouts: [{ id: `ac_${nth}` }], next: nth < 29 ? String(nth + 1) : null }),
    );
    onRead(...pages);
    let heard = 0;
    expect(await idsOf(acme.listAll({}, { onUnreadable: () => void (heard += 1) }))).toEqual([]);
    expect(heard).toBe(30);
  });

  it.each<readonly [string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('a broken listener');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('a broken listener');
      },
    ],
    [
      'rejects later',
      () =>
        new Promise((_, reject) => {
          setImmediate(() => reject(new Error('late')));
        }),
    ],
    ['answers a thenable that throws', () => holding('then', { value: thrower })],
    ['answers a thenable that cannot be looked at', () => holding('then', { get: thrower })],
  ])('that %s the list is the same, and nothing is left unhandled', async (_, broken) => {
    const unhandled: unknown[] = [];
    const hear = (reason: unknown): void => void unhandled.push(reason);
    process.on('unhandledRejection', hear);
    try {
      const { acme } = await world();
      expect((await acme.list({}, { onUnreadable: broken as () => void })).payouts.map(({ id }) => id)).toEqual(['ac_3', 'ac_1']);
      expect(await idsOf(acme.listAll({}, { onUnreadable: broken as () => void }))).toEqual(['ac_3', 'ac_1']);
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', hear);
    }
  });

  it('that is no function is refused before anything is asked', async () => {
    const { acme, left } = acmeWorld();
    const problem = { code: 'invalid_request', issues: [{ path: 'onUnreadable' }] };
    for (const onUnreadable of ['yes', null, {}]) {
      await expect(acme.list({}, { onUnreadable } as never)).rejects.toMatchObject(problem);
      expect(() => acme.listAll({}, { onUnreadable } as never)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    }
    await expect(acme.list({ limit: 0 }, { onUnreadable: 'yes' } as never)).rejects.toMatchObject({
      issues: [{ path: 'limit' }, { path: 'onUnreadable' }],
    });
    expect(left).toEqual([]);
    expect(await acme.list({}, { onUnreadable: undefined })).toEqual({ payouts: [], nextCursor: null });
  });
});

describe('readRows', () => {
  it('keeps the order, and says what was thrown in words without values', () => {
    const read = readRows([{ id: 'a', n: 1 }, null, { id: 'c' }, { id: 'd', n: 2 }], (row) =>
      (row as { n: { toFixed: () => string } }).n.toFixed(),
    );
    expect(read).toEqual({
      rows: ['1', '2'],
      unreadable: [
        { id: null, position: 2, message: 'an unexpected TypeError was thrown while it was read.' },
        { id: 'c', position: 3, message: 'an unexpected TypeError was thrown while it was read.' },
      ],
    });
  });
});
