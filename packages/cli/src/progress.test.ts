import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PassThrough } from 'node:stream';
import { hostOn } from './__tests__/bench.ts';
import type { CallFacts } from './call.ts';
import { withProgress } from './progress.ts';

/** Some say that they have no columns. */
const terminal = { isTTY: true, columns: 0 };

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

  it('counts the seconds, and leaves an empty line', async () => {
    const { call, written } = on(terminal);
    const done = withProgress(call, 'Creating', new Promise((resolve) => setTimeout(resolve, 2_500)));
    await vi.advanceTimersByTimeAsync(2_500);
    await done;
    expect(written.join('')).toBe('\r\u001B[KCreating ... 1 s\r\u001B[KCreating ... 2 s\r\u001B[K');
  });

  it('stops when the work fails', async () => {
    const { call, written } = on(terminal);
    const work = new Promise((_, reject) => setTimeout(() => reject(new Error('no')), 1_500));
    const said = withProgress(call, 'Reading', work).catch(String);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await said).toBe('Error: no');
    expect(written.join('')).toBe('\r\u001B[KReading ... 1 s\r\u001B[K');
  });
});
