import { describe, expect, it } from 'vitest';
import { createVirtualClock } from './clock.ts';

describe('virtual clock', () => {
  it('begins on a Monday and stands still', () => {
    const clock = createVirtualClock();
    expect(new Date(clock.now()).toISOString()).toBe('2026-11-23T09:00:00.000Z');
    expect(new Date(clock.now()).getUTCDay()).toBe(1);
  });

  it('wakes sleepers in the order of their times, each at its own time', async () => {
    const clock = createVirtualClock({ start: '2026-01-01T00:00:00Z' });
    const start = clock.now();
    const woken: (readonly [string, number])[] = [];
    const sleep = async (name: string, ms: number): Promise<void> => {
      await clock.sleep(ms);
      woken.push([name, clock.now() - start]);
    };
    const all = [sleep('c', 30), sleep('a', 10), sleep('b', 10), sleep('late', 1000)];
    expect(clock.sleepers).toBe(4);
    await clock.advance(50);
    expect(woken).toEqual([
      ['a', 10],
      ['b', 10],
      ['c', 30],
    ]);
    expect(clock.now() - start).toBe(50);
    expect(clock.sleepers).toBe(1);
    await clock.advanceTo(start + 1000);
    await Promise.all(all);
    expect(woken.at(-1)).toEqual(['late', 1000]);
  });

  it('meets sleepers who lie down on the way', async () => {
    const clock = createVirtualClock();
    const start = clock.now();
    const polled: number[] = [];
    const polling = (async () => {
      for (let turn = 0; turn < 5; turn += 1) {
        await clock.sleep(100);
        polled.push(clock.now() - start);
      }
    })();
    await clock.advance(500);
    await polling;
    expect(polled).toEqual([100, 200, 300, 400, 500]);
  });

  it('moves the worlds at every stop, before the sleeper of that stop wakes', async () => {
    const clock = createVirtualClock();
    const start = clock.now();
    const seen: (readonly [string, number])[] = [];
    clock.onAdvance((now) => seen.push(['world', now - start]));
    const sleeping = clock.sleep(10).then(() => seen.push(['sleeper', clock.now() - start]));
    await clock.advance(20);
    await sleeping;
    expect(seen).toEqual([
      ['world', 10],
      ['sleeper', 10],
      ['world', 20],
    ]);
  });

  it('stops on the way where it is told to, and lets the program run on before time does', async () => {
    const clock = createVirtualClock();
    const start = clock.now();
    const left = [20, 10, 25].map((ms) => start + ms).toSorted((a, b) => a - b);
    const seen: (readonly [string, number])[] = [];
    clock.stopAt(() => left[0]);
    clock.stopAt(() => undefined);
    clock.onAdvance((now) => {
      if (now !== left[0]) return;
      left.shift();
      // Two turns of the event loop, as bytes on a socket take.
      setImmediate(() => setImmediate(() => seen.push(['stop', clock.now() - start])));
    });
    const sleeping = clock.sleep(20).then(() => seen.push(['sleeper', clock.now() - start]));
    await clock.advance(24);
    await sleeping;
    expect(seen).toEqual([
      ['stop', 10],
      ['stop', 20],
      ['sleeper', 20],
    ]);
    await clock.advance(1);
    expect(seen.at(-1)).toEqual(['stop', 25]);
  });

  it('does not jump to a stop by itself, but stops there on its way to a sleeper', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const start = clock.now();
    const seen: number[] = [];
    clock.stopAt(() => [10, 30].map((ms) => start + ms).find((time) => time > clock.now()));
    clock.onAdvance((now) => seen.push(now - start));
    await clock.sleep(20);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect([seen, clock.now() - start]).toEqual([[10, 20], 20]);
  });

  it("rejects with the signal's reason and forgets the sleeper", async () => {
    const clock = createVirtualClock();
    const controller = new AbortController();
    const reason = new Error('enough');
    const sleeping = clock.sleep(10, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(10, controller.signal)).rejects.toBe(reason);
    expect(clock.sleepers).toBe(0);
  });

  it('does not go back, and two moves at once add up', async () => {
    const clock = createVirtualClock();
    const start = clock.now();
    await Promise.all([clock.advance(10), clock.advance(5)]);
    expect(clock.now() - start).toBe(15);
    await expect(async () => clock.advanceTo(start)).rejects.toThrow(RangeError);
    await expect(async () => clock.advance(-1)).rejects.toThrow(RangeError);
  });

  it('jumps by itself when everybody waits, and never past somebody who was called off', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const start = clock.now();
    const controller = new AbortController();
    const deadline = clock.sleep(80_000, controller.signal).catch(() => 'called off');
    await clock.sleep(500);
    await clock.sleep(500);
    controller.abort();
    expect(await deadline).toBe('called off');
    await clock.sleep(0);
    expect(clock.now() - start).toBe(1000);
  });

  it('does not jump while something real is at work', async () => {
    const clock = createVirtualClock({ autoAdvance: true });
    const start = clock.now();
    const release = clock.hold();
    const sleeping = clock.sleep(1000);
    for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(clock.now()).toBe(start);
    release();
    await sleeping;
    expect(clock.now() - start).toBe(1000);
  });

  it('gives the same random numbers for the same seed', () => {
    const three = (seed: number): number[] => {
      const clock = createVirtualClock({ seed });
      return [clock.random(), clock.random(), clock.random()];
    };
    expect(three(7)).toEqual(three(7));
    expect(three(7)).not.toEqual(three(8));
    expect(three(7).every((number) => number >= 0 && number < 1)).toBe(true);
  });
});
