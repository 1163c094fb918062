import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PassThrough } from 'node:stream';
import { hostOn } from './__tests__/bench.ts';
import type { CallFacts } from './call.ts';
import { withProgress } from './progress.ts';

const terminal = { isTTY: true, columns: 80, cursorTo: () => true, clearLine: () => true, moveCursor: () => true };

function on(stderr: object, trace = false): { readonly call: Pick<CallFacts, 'host' | 'options'>; readonly written: string[] } {
  const written: string[] = [];
  const stream = Object.assign(new PassThrough(), stderr);
  stream.on('data', (chunk) => written.push(String(chunk)));
  const host = hostOn({ stdin: new PassThrough(), stdout: new PassThrough(), stderr: stream });
  return { call: { host, options: { trace } }, written };
}

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    ['longer than a second, on a terminal', terminal, false, 1_001, true],
    ['shorter than a second', terminal, false, 900, false],
    ['no terminal', {}, false, 5_000, false],
    ['with --trace, which shows more', terminal, true, 5_000, false],
  ])('%s', async (_, stream, trace, ms, shown) => {
    const { call, written } = on(stream, trace);
    const work = new Promise<string>((resolve) => setTimeout(() => resolve('done'), ms));
    const done = withProgress(call, 'Creating at us', work);
    await vi.advanceTimersByTimeAsync(ms);
    expect(await done).toBe('done');
    expect(written.join('').includes('Creating at us')).toBe(shown);
  });

  it.each([
    ['from the beginning', 0],
    ['at the end', 2_999],
  ])('what the terminal cannot do does not change the outcome: %s', async (_, ms) => {
    const state = { broken: false };
    const cursorTo = (): boolean => {
      if (state.broken) throw new TypeError('no cursor');
      return true;
    };
    const { call } = on({ ...terminal, cursorTo });
    const done = withProgress(call, 'Creating', new Promise<string>((resolve) => setTimeout(() => resolve('accepted'), 3_000)));
    await vi.advanceTimersByTimeAsync(ms);
    state.broken = true;
    await vi.advanceTimersByTimeAsync(3_000 - ms);
    expect(await done).toBe('accepted');
  });
});
