// What was typed wrong: exit code 2, one style, what to do next, and nothing sent or kept; and a reference that is taken already.
import { describe, expect, it } from 'vitest';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { disburse, folder, KEPT, type World, world } from './__tests__/bench.ts';
import { type Binary, bundle, start } from './__tests__/process.ts';
import { whatRetryMeans } from './outcome.ts';
import { workingDirectory } from './process-host.ts';

const CREATE = ['create', '25.00', 'USD', '--reference', 'r1'];
const idOf = (place: World): string => place.stripe.payouts()[0]?.id ?? '';

describe('a mistake of whoever types', () => {
  it.each<readonly [string, readonly string[], string]>([
    ['no such command', ['creat'], "unknown command 'creat' (Did you mean create?)"],
    ['no such option', ['list', '--statu', 'paid'], "unknown option '--statu' (Did you mean --status?)"],
    ['no such global option', ['--jsn'], "unknown option '--jsn'"],
    ['an argument that is missing', ['get'], "missing required argument 'id'"],
    ['an option that is missing', ['create', '25.00', 'USD'], "required option '--reference <reference>' not specified"],
    ['one argument too many', ['balances', 'eu'], 'too many arguments'],
    ['no such status', ['list', '--status', 'payed'], '--status <status>: one of pending, '],
    ['no such provider', ['list', '--provider', 'nobody'], 'no provider is configured under "nobody" (configured: us, parties, eu).'],
    ['a limit that is no number', ['list', '--limit', 'abc'], '--limit: must be a whole number from 1 to 100'],
    ['a limit that is nothing', ['list', '--limit', ''], '--limit: must be a whole number from 1 to 100'],
    ['a limit with an exponent', ['list', '--limit', '1e1'], '--limit: must be a whole number from 1 to 100'],
    ['a time that is none', ['list', '--from', 'nonsense'], '--from is a time, such as 2026-11-23T09:00:00Z'],
    ['a number for a time', ['list', '--to', '5'], '--to is a time'],
    ['a time without a zone', ['list', '--from', '2026-11-23T09:00:00'], '--from is a time'],
    ['a day that does not exist', ['list', '--from', '2026-02-30'], '--from is a time'],
    ['a port that is none', ['listen', '--port', ''], '--port is a number from 0 to 65535.'],
    ['a pause that is none', ['follow', 'po_1', '--every', 'often'], '--every is a number of seconds'],
    ['an id that is none', ['get', ''], "id: must be the provider's id of a payout, not empty"],
    ['options that are no JSON', [...CREATE, '--options', '{'], '--options is no JSON'],
    ['an option of nobody', [...CREATE, '--options', '{"methd":1}'], '--options methd: is not known here'],
    ['options of a file that is not there', [...CREATE, '--options', '@nope.json'], '--options: '],
    ['metadata without a value', [...CREATE, '--metadata', 'x'], '--metadata <key=value>: it is key=value.'],
    [
      'metadata of ours',
      [...CREATE, '--metadata', 'disburse_key=1'],
      '--metadata disburse_key: keys that begin with disburse_ are taken by disburse',
    ],
    ['an amount that is none', ['create', 'abc', 'USD', '--reference', 'r1'], 'amount: the amount is not plain decimal notation'],
    ['an amount without cents', ['create', '1', 'USD', '--reference', 'r1'], 'such as 10.50; this one has none.'],
    ['a currency that is none', ['create', '1.00', 'XX', '--reference', 'r1'], 'currency: '],
    [
      'a reference that is none',
      ['create', '1.00', 'USD', '--reference', 'a b'],
      '--reference: must be visible ASCII: no spaces, control characters or letters beyond ASCII, such as seller-42-2026-11',
    ],
    ['a dry run of the same', ['create', 'abc', 'USD', '--reference', 'r1', '--dry-run'], 'amount: '],
    [
      'all there is where it cannot be',
      ['create', '--full-balance', '--reference', 'r1'],
      'Stripe cannot pay out --full-balance; give an amount',
    ],
    ['what a provider lacks', ['reverse', 'p1', '--provider', 'eu'], 'reverse is not possible with this provider.'],
    ['resolve without an answer', ['resolve', 'r1'], 'say what you found out'],
    [
      'a submission that is nowhere',
      ['submit', 'nowhere'],
      '"nowhere" is no reference that is kept under .disburse/simulated, and no file.',
    ],
    ['a sample for no URL', ['events', 'send', 'payout.paid', '--to', 'x'], '--to is a URL'],
    ['no such line of the simulator', ['simulate', 'explode'], "unknown command 'explode'"],
  ])('%s', async (_, args, words) => {
    const place = await world();
    const end = await disburse(args, place);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toMatch(/^error {2}(?!error)\S/);
    expect(end.stderr).toContain(words);
    expect(end.stderr).toMatch(/\nnext {3}\S/);
    const json = await disburse([...args, '--json'], place);
    expect(json).toMatchObject({ code: 2, stderr: '', records: [{ exitCode: 2 }] });
    expect(json.records[0]?.error?.message).toContain(words);
    expect(json.records[0]?.error?.message).not.toContain('error:');
    expect(json.records[0]?.advice).not.toEqual([]);
    expect([place.stripe.payouts(), place.mollie.payouts(), await place.kept()]).toEqual([[], [], []]);
  });

  it.each([
    [[...CREATE, '--metadata', '000123456789']],
    [[...CREATE, '000123456789']],
    [['init', '000123456789']],
    [[...CREATE, '--account-number=000123456789']],
    [[...CREATE, "--opts=it='000123456789'"]],
    [[...CREATE, '--000123456789']],
    [['-000123456789']],
    [['000123456789']],
  ])('what was typed is not repeated, it can be the number of an account: %j', async (args) => {
    const end = await disburse(args, await world());
    expect(end).toMatchObject({ code: 2, stderr: expect.not.stringContaining('000123456789') as string });
  });

  it('a file that is no configuration at all is told in a few lines', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, 'notes.txt'), 'What we pay, and to whom.\n'.repeat(50));
    const end = await disburse(['check', '--config', 'notes.txt'], { cwd });
    expect(end.code).toBe(2);
    expect(end.stderr.split('\n').length).toBeLessThan(8);
    expect(await disburse(['check', '--config', '.'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('\nnext') as string,
    });
  });

  it('nothing at all shows the help, and --json one record', async () => {
    const end = await disburse([], await world());
    expect(end).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage: disburse') as string });
    expect(await disburse(['--json'], await world())).toMatchObject({
      code: 2,
      records: [{ command: null, error: { message: 'say which command.' } }],
    });
  });
});

describe('two mistakes in one call are both told', () => {
  it.each<readonly [readonly string[], readonly string[]]>([
    [
      ['list', '--from', 'x', '--to', 'y'],
      ['--from is a time', '--to is a time'],
    ],
    [
      ['list', '--from', 'x', '--limit', 'abc'],
      ['--from is a time', '--limit: must be'],
    ],
    [
      ['list', '--limit', '0', '--cursor', ''],
      ['--limit: must be', '--cursor: must be'],
    ],
    [
      ['list', '--provider', 'nobody', '--from', 'x'],
      ['no provider is configured', '--from is a time'],
    ],
    [
      ['list', '--csv', '--json', '--from', 'x'],
      ['not both', '--from is a time'],
    ],
    [
      ['list', '--options', '{', '--to', 'x'],
      ['--options is no JSON', '--to is a time'],
    ],
    [
      ['list', '--status', 'payed', '--nope'],
      ['--status <status>: one of', "unknown option '--nope'"],
    ],
    [
      ['create', '25.00', 'USD', '--metadata', 'x'],
      ['--metadata <key=value>: it is key=value', "required option '--reference <reference>'"],
    ],
    [
      ['events', 'send', '--nope'],
      ["required option '--to <url>'", "unknown option '--nope'"],
    ],
    [
      ['list', '--nope', 'x', '--neither', '-z'],
      ["unknown option '--nope'", "unknown option '--neither'", "unknown option '-z'"],
    ],
    [
      ['completion', 'tcsh', '--nope'],
      ["unknown option '--nope'", 'shell: one of'],
    ],
    [
      ['create', 'abc', 'USD', '--reference', 'a b'],
      ['amount: the amount', '--reference: must be visible ASCII'],
    ],
    [
      [...CREATE, '--options', '{', '--metadata', 'disburse_key=1'],
      ['--options is no JSON', '--metadata disburse_key: keys'],
    ],
    [
      ['create', '--reference', 'a b'],
      ['say how much', '--reference: must be visible ASCII'],
    ],
    [
      ['create', 'abc', 'USD', '--reference', 'r1', '--next-attempt'],
      ['amount: the amount', '--next-attempt: nothing is kept'],
    ],
    [
      ['create', '--reference', 'r1', '--provider', 'nobody'],
      ['say how much', 'no provider is configured'],
    ],
    [
      ['follow', 'po_1', '--every', 'often', '--provider', 'nobody'],
      ['--every is a number', 'no provider is configured'],
    ],
    [
      ['listen', '--port', '', '--count', '0'],
      ['--port is a number', '--count is a whole number'],
    ],
    [
      ['simulate', '--start', 'x', '--port', 'y'],
      ['--start is a time', '--port is a number'],
    ],
    [
      ['events', 'send', 'payout.nope', '--to', 'x'],
      ['--to is a URL', 'has no event payout.nope'],
    ],
    [
      ['resolve', 'nowhere'],
      ['say what you found out', '"nowhere" is'],
    ],
  ])('%j', async (args, words) => {
    const place = await world();
    const end = await disburse(args, place);
    const said = args.includes('--json') ? (end.records[0]?.error?.message ?? '') : end.stderr;
    expect(end.code).toBe(2);
    for (const each of words) expect(said.split(each)).toHaveLength(2);
    expect(said).toContain(`${words.length} problems:\n  `);
    expect([place.stripe.requests(), await place.kept()]).toEqual([[], []]);
  });

  it('of a provider, with all of them in one record', async () => {
    const end = await disburse(['list', '--from', 'x', '--limit', 'abc', '--json'], await world());
    expect(end.records).toMatchObject([{ exitCode: 2, error: { code: 'usage', issues: [{ path: '--limit' }] } }]);
    expect(end.records[0]?.error?.message).toMatch(/--from is a time[^]*--limit: must be/);
  });
});

describe('a reference that was paid', () => {
  async function paid(): Promise<World> {
    const place = await world();
    expect(await disburse(CREATE, place)).toMatchObject({ code: 0 });
    return place;
  }

  it.each([
    ['an amount that is none', ['create', 'abc', 'USD', '--reference', 'r1']],
    ['decimals too many', ['create', '99.999', 'USD', '--reference', 'r1']],
    ['a typo in an option', ['create', '99.00', 'USD', '--reference', 'r1', '--options', '{"methd":1}']],
  ])('with %s: that is said first, then what is on record, and never the amount of now', async (_, args) => {
    const place = await paid();
    const sent = place.stripe.requests().length;
    const end = await disburse(args, place);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    const [first = '', ...rest] = end.stderr.split('\n');
    expect(first).toMatch(/^error {2}\[us\] (amount|--options methd): /);
    expect(rest[0]).toBe(`next   r1 was accepted before, as ${idOf(place)}: 25.00 USD through us.`);
    expect(rest[1]).toBe(`next   disburse get ${idOf(place)} --provider us shows it.`);
    expect(rest.join()).not.toMatch(/abc|99\.|submit r1|resolve/);
    expect(place.stripe.requests()).toHaveLength(sent);
  });

  it.each([
    ['another amount', ['create', '99.00', 'USD', '--reference', 'r1'], 'amount is kept as 25.00 USD'],
    [
      'another provider',
      ['create', '99.00', 'USD', '--reference', 'r1', '--provider', 'parties'],
      'the kept one was made under the name us; amount is kept as 25.00 USD; --destination is kept as the default, or one that was written out',
    ],
  ])('with %s: 4, with the amount that was paid, in the name of the provider that paid it', async (_, args, differences) => {
    const place = await paid();
    const end = await disburse(args, place);
    expect(end.code).toBe(4);
    const [kept, asked] = args.includes('parties')
      ? [' through us to the default destination', ' through parties to pm_usBankAccount']
      : ['', ''];
    expect(end.stdout).toBe(
      `unknown  reference r1 is taken by 25.00 USD${kept}, accepted as ${idOf(place)}; 99.00 USD${asked} was not sent\n`,
    );
    const taken = `error  [us] reference r1 is taken by us, 25.00 USD, and this request is another one: ${differences}. Nothing was sent.\n`;
    expect(end.stderr).toContain(taken);
    expect(end.stderr).toContain(`disburse get ${idOf(place)} --provider us`);
    expect(end.stderr).not.toMatch(/99\./);
    expect(`${end.stdout}${end.stderr}`).not.toMatch(/\[parties\]|resolve|It could be/);
    expect([place.stripe.payouts().length, place.treasury.payouts().length]).toEqual([1, 0]);
  });

  it('with another destination: 4, what differs, and that nothing was sent', async () => {
    const place = await paid();
    const end = await disburse([...CREATE, '--destination', 'ba_other'], place);
    expect(end.code).toBe(4);
    expect(end.stdout).toBe(
      `unknown  reference r1 is taken by 25.00 USD to the default destination, accepted as ${idOf(place)}; 25.00 USD to ba_other was not sent\n`,
    );
    expect(end.stderr).toContain('this request is another one: --destination is kept as the default, or one that was written out.');
    const json = await disburse([...CREATE, '--destination', 'ba_other', '--json'], place);
    expect(json.records).toMatchObject([{ error: { code: 'reference_taken', issues: [{ path: '--destination' }] } }]);
    expect(place.stripe.payouts()).toHaveLength(1);
  });

  it('with another description: 0, the payout as it was made, and a note that the kept words count', async () => {
    const place = await paid();
    const end = await disburse([...CREATE, '--description', 'another'], place);
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(end.stdout).toMatch(/^accepted {2}an earlier request made it\n/);
    expect(end.stdout).toContain(idOf(place));
    expect(end.stdout).toContain('note: The reference is kept with another description, statement descriptor or metadata.');
    expect(end.stdout).not.toContain('another\n');
    expect(place.stripe.payouts()).toHaveLength(1);
  });
});

describe('what to do next', () => {
  it('after a read that found nothing, or reached nobody', async () => {
    const place = await world();
    expect(await disburse(['get', 'po_nope'], place)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('next   disburse list --provider us') as string,
    });
    place.stripe.faults.on({ method: 'GET' }, { reset: 'before' });
    expect(await disburse(['list'], place)).toMatchObject({ code: 5, stderr: expect.stringContaining('next   disburse check') as string });
  });

  it.each([
    ['now', 0, false],
    ['once a minute is over', 60, true],
  ])('says "not before" only of what is still to come: %s', async (_, seconds, told) => {
    const place = await world();
    const headers = seconds === 0 ? {} : { 'retry-after': String(seconds) };
    place.mollie.faults.on({ method: 'POST' }, { answer: { status: 500, headers, body: {} }, at: 'after' }, 1);
    const end = await disburse(['create', '25.00', 'EUR', '--reference', 'r1', '--provider', 'eu'], place);
    expect(end.code).toBe(4);
    expect(end.stderr.includes('(not before 2026-11-23T09:01:')).toBe(told);
    expect(end.stderr.includes('not before')).toBe(told);
  });

  it.each([
    ['same_attempt', 'sends it again, unchanged'],
    ['next_attempt', 'the same command, corrected, with --next-attempt'],
    ['never', 'Do not send this again'],
  ] as const)('after a rejection, %s in words', (retry, words) => {
    const said = whatRetryMeans(retry, null, null);
    expect(said).toContain(words);
    expect(said).not.toMatch(/_attempt|never|retry/);
  });

  it('after a refused credential: the cause first, then the same submission', async () => {
    const place = await world();
    place.stripe.faults.on(
      { method: 'POST' },
      { answer: { status: 401, body: { error: { type: 'invalid_request_error' } } }, at: 'before' },
      1,
    );
    const end = await disburse(CREATE, place);
    expect(end).toMatchObject({ code: 3, stderr: expect.stringContaining('Check "apiKey" in the configuration') as string });
    expect(end.stderr).toContain('Once the cause is gone: disburse submit r1 sends it again, unchanged.');
  });
});

describe('where it works', () => {
  it.each([
    ['the script of a workspace', { INIT_CWD: '/home/you', npm_lifecycle_event: 'disburse' }, '/home/you'],
    ['a script of its author, with the author’s paths', { INIT_CWD: '/home/you', npm_lifecycle_event: 'pay' }, '/app'],
    ['no script', { INIT_CWD: '/home/you' }, '/app'],
    ['a script that says nothing', { npm_lifecycle_event: 'disburse' }, '/app'],
    ['a place that is none', { INIT_CWD: 'here', npm_lifecycle_event: 'disburse' }, '/app'],
  ])('%s', (_, env, cwd) => expect(workingDirectory('/app', env)).toBe(cwd));

  it('init writes where it was typed, says the whole path, and keeps .disburse out of git', { timeout: 30_000 }, async () => {
    const binary: Binary = await bundle();
    const [app, here] = [await folder(), await folder()];
    const env = { INIT_CWD: here, npm_lifecycle_event: 'disburse' };
    const end = await start(binary, ['init', 'stripe', '--config', 'conf/pay.json'], { cwd: app, env }).ended;
    expect(end).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Wrote ${join(here, 'conf', 'pay.json')}: us (stripe).`) as string,
    });
    expect(end.stdout).toContain(`Wrote ${join(here, 'conf', '.disburse', '.gitignore')}`);
    expect(await readFile(join(here, 'conf', '.disburse', '.gitignore'), 'utf8')).toBe('*\n');
    expect((await stat(join(here, 'conf', '.disburse'))).mode & 0o777).toBe(0o700);
    const elsewhere = start(binary, ['providers', '--config', 'conf/pay.json'], {
      cwd: app,
      env: { ...env, STRIPE_SECRET_KEY: 'sk_test_x1' },
    });
    expect(await elsewhere.ended).toMatchObject({ code: 0 });
  });

  it('where nothing can be kept, and nothing was kept before, nothing is sent: 5, and what to do', async () => {
    const place = await world();
    await symlink('/nowhere/at/all', join(place.cwd, KEPT)); // For a test that root may run: chmod stops nobody there.
    const end = await disburse(CREATE, place);
    expect(end).toMatchObject({ code: 5, stdout: '' });
    expect(end.stderr).toMatch(/^error {2}nothing can be kept in \.disburse\/simulated \(E\w+\), so nothing was sent\.\nnext/);
    expect(place.stripe.payouts()).toEqual([]);
    expect(await disburse([...CREATE, '--dry-run'], place)).toMatchObject({ code: 0 });
  });

  it('a simulator that cannot leave its addresses says so, and does not run', async () => {
    const cwd = await folder();
    await writeFile(join(cwd, '.disburse'), 'not a folder');
    const end = await disburse(['simulate'], { cwd });
    expect(end).toMatchObject({ code: 5, stderr: expect.stringMatching(/simulator\.env cannot be written \(E\w+\)\.\nnext/) as string });
  });

  it('a create keeps its submissions out of git, too', async () => {
    const place = await world();
    await disburse(CREATE, place);
    expect(await readFile(join(place.cwd, '.disburse', '.gitignore'), 'utf8')).toBe('*\n');
  });
});
