import { simulateStripe } from '@disburse/simulator';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough } from 'node:stream';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, folder, world } from './__tests__/bench.ts';
import type { OutcomeRecord } from './records.ts';
import { linesFor, paintFor, printable, visibleJson } from './style.ts';
import { facts, table, widthOf, wrapped } from './tables.ts';

const of = (...points: readonly number[]): string => String.fromCodePoint(...points);
/** By what they do to a person who reads. */
const UNSEEN: readonly (readonly [string, string])[] = [
  ['moves the cursor', of(0x1b)],
  ['deletes', of(0x7f)],
  ['begins a sequence in one character', of(0x9b)],
  ['turns what follows around', of(0x202e)],
  ['turns a part around', of(0x2066)],
  ['marks a direction', of(0x200f)],
  ['marks the direction of Arabic', of(0x61c)],
  ['has no width', of(0x200b)],
  ['joins', of(0x200d)],
  ['is a soft hyphen', of(0xad)],
  ['is a filler of Hangul', of(0x3164)],
  ['selects a variation', of(0xfe0f)],
  ['is a tag', of(0xe0041)],
  ['is half a character', String.fromCharCode(0xd800)],
];

describe('what a person would not see as it is', () => {
  it.each(UNSEEN)('what %s is shown as what it is: replaced', (_, unseen) => {
    expect(printable(`a${unseen}b`)).toBe('a\u{fffd}b');
    const json = visibleJson(JSON.stringify({ a: `x${unseen}y` }));
    expect(json).toMatch(/^[\x20-\x7e]*$/);
    expect(JSON.parse(json)).toEqual({ a: `x${unseen}y` });
  });

  it.each([0x0a, 0x0d, 0x2028, 0x2029, 0xfeff])('U+%i begins no line', (point) => expect(printable(`a${of(point)}b`)).toBe('a b'));

  it('letters of all people stay', () => {
    const text = 'Łukasz, Ünal, 山田, Ελένη, محمد, שלום, é, 😀';
    expect([printable(text), visibleJson(JSON.stringify(text))]).toEqual([text, JSON.stringify(text)]);
  });
});

describe('colours', () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true });
  const paint = paintFor(terminal, {});

  it('of ours stay, and nobody else can paint or hide', () => {
    const line = linesFor(terminal, {});
    expect(line(`${paint('red', 'error')}  a\u001B[8mb`)).toBe(`${paint('red', 'error')}  a\u{fffd}[8mb`);
    expect(linesFor(new PassThrough(), {})(paint('red', 'x'))).not.toContain('\u001B');
  });

  it('in a table: those of ours only', () => {
    const stranger = paint('green', 'paid');
    const paper = { paint, width: Number.POSITIVE_INFINITY };
    const lines = [...table(['a'], [[stranger], [{ painted: paint('green', 'ok') }]], paper), ...facts([[stranger, stranger]], paper)];
    const text = lines.join('\n');
    expect(text).toContain(paint('green', 'ok'));
    expect(text).not.toContain(stranger);
  });
});

describe('running text', () => {
  it.each([
    ['as it is where it fits', 'ab cd', 5, ['ab cd']],
    ['in lines of that width, indented after the first', 'ab cd ef gh', 6, ['ab cd', '  ef', '  gh']],
    ['a word that is longer on a line of its own', 'ab https://stripe.com cd', 8, ['ab', '  https://stripe.com', '  cd']],
    ['and a stranger begins no line, nor hides one', `ab\ncd${of(0x202e)}`, 80, ['ab cd\u{fffd}']],
    ['nothing as one empty line', '', 80, ['']],
  ])('%s', (_, text, width, lines) => expect(wrapped(text, width)).toEqual(lines));

  it.each([
    [undefined, 80],
    [0, 80],
    [60, 60],
    [300, 100],
  ])('a terminal of %s columns: %i', (columns, width) => {
    expect(widthOf(Object.assign(new PassThrough(), { columns }))).toBe(width);
  });
});

describe('text of a stranger', () => {
  const EVIL = `to ${of(0x202e)}dlO enaJ${of(0x202c)}${of(0x200b)}\u001B[8m${of(0x2028)}accepted`;
  const bare = /[\p{Cf}\p{Zl}\p{Zp}]|(?!\n)\p{Cc}/u;

  it('reaches no terminal, whatever prints it', async () => {
    const place = await world();
    const create = ['create', '25.00', 'USD', '--reference', 'r1', '--description', EVIL, '--metadata', `${of(0x202e, 0x6b)}=${EVIL}`];
    const made = await disburse(create, place);
    expect(made.code).toBe(0);
    const id = place.stripe.payouts()[0]?.id ?? '';
    for (const args of [create, ['list'], ['get', id], ['explain', id], ['lookup', 'r1'], ['follow', id, '--until', EVIL], ['get', EVIL]]) {
      for (const more of [[], ['--json', '--raw'], ['--trace']]) {
        const end = await disburse([...args, ...more], place);
        expect(`${args[0]} ${bare.exec(`${end.stdout}${end.stderr}`)?.[0].codePointAt(0)}`).toBe(`${args[0]} undefined`);
      }
    }
    const { records } = await disburse(['get', id, '--json'], place);
    expect(records[0]?.result).toMatchObject({ payout: { description: EVIL } });
  });

  it('nor where a provider refuses in its words, or a file asks', async () => {
    const stripe = simulateStripe();
    const server = await stripe.listen();
    onTestFinished(() => server.close());
    stripe.faults.on(
      { method: 'POST' },
      {
        answer: {
          status: 400,
          headers: { 'request-id': 'req_1' },
          body: { error: { type: 'invalid_request_error', message: EVIL, code: EVIL } },
        },
        at: 'before',
      },
      9,
    );
    const cwd = await folder();
    const us = { adapter: 'stripe', apiKey: { env: 'K' }, baseUrl: server.url, maxResends: 0 };
    await writeFile(join(cwd, 'disburse.config.json'), JSON.stringify({ default: 'us', providers: { us } }));
    for (const more of [[], ['--json'], ['--trace']]) {
      const end = await disburse(['create', '25.00', 'USD', '--reference', `r${more.join()}`, ...more], { cwd, env: { K: stripe.apiKey } });
      expect(end.code).toBe(3);
      expect(bare.test(`${end.stdout}${end.stderr}`)).toBe(false);
    }
  });
});

it('an answer that is nested too deeply to be printed is cut, and the record is printed', async () => {
  const nest = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += String(chunk);
    });
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json', date: new Date().toUTCString() });
      if (request.method === 'GET' && !/po_1/.test(request.url ?? '')) return response.end('{"object":"list","data":[],"has_more":false}');
      const metadata = { disburse_key: new URLSearchParams(body).get('metadata[disburse_key]') ?? 'x' };
      const seconds = Math.floor(Date.now() / 1000);
      const payout = {
        id: 'po_1',
        object: 'payout',
        created: seconds,
        arrival_date: seconds,
        livemode: false,
        status: 'pending',
        amount: 100,
      };
      return response.end(
        JSON.stringify({ ...payout, currency: 'usd', metadata, automatic: false, destination: 'ba_1' }).replace(/}$/, `,"x":${nest}}`),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(() => void server.close());
  const cwd = await folder();
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(
    join(cwd, 'disburse.config.json'),
    JSON.stringify({ providers: { us: { adapter: 'stripe', apiKey: { env: 'K' }, baseUrl, maxResends: 0 } } }),
  );
  const env = { K: 'sk_test_super-secret' };
  const made = await disburse(['create', '1.00', 'USD', '--reference', 'r1', '--json', '--raw'], { cwd, env });
  expect([0, 4]).toContain(made.code); // Made, or made and not believed: both are told.
  expect(made.records).toMatchObject([{ command: 'create', exitCode: made.code }]);
  const result = made.records[0]?.result as OutcomeRecord | null | undefined;
  if (made.code === 0) expect(result?.payout?.id).toBe('po_1');
  const got = await disburse(['get', 'po_1', '--json', '--raw'], { cwd, env });
  expect(got.records).toMatchObject([{ command: 'get', exitCode: got.code }]);
});
