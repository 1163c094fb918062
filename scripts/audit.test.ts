// What an audit means, and the whole gate against a registry on this machine that answers each way.
import { execFile } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, type TestContext } from 'vitest';
import { type Advisory, unanswered, verdictOf } from './audit.ts';

const advisory = (name: string, severity: string): Advisory => ({
  module_name: name,
  severity,
  title: 'A hole',
  url: 'https://advisories.test/1',
  findings: [{ version: '1.0.0' }],
});
const SHIPPED = new Set(['ky@1.0.0']);

describe('an advisory', () => {
  it.each([
    ['ky', 'critical', 'fails'],
    ['ky', 'high', 'fails'],
    ['ky', 'moderate', 'is a note'],
    ['ky', 'low', 'is a note'],
    ['esbuild', 'critical', 'is a note'],
  ])('about %s, %s: %s', (name, severity, what) => {
    const { problems, notes } = verdictOf([advisory(name, severity)], SHIPPED);
    expect([problems.length, notes.length]).toEqual(what === 'fails' ? [1, 0] : [0, 1]);
    expect([...problems, ...notes][0]).toContain(`${name} 1.0.0: ${severity}: A hole (https://advisories.test/1)`);
  });
});

it.each([
  ['ERR_PNPM_AUDIT_BAD_RESPONSE the audit endpoint (at https://secret.test/) responded with 405:', 'it answered 405'],
  ['ERR_PNPM_AUDIT_BAD_RESPONSE (at https://secret.test/) returned invalid JSON', 'its answer was no audit'],
  ['ERR_PNPM_AUDIT_BAD_RESPONSE (at https://secret.test/): dns error', 'no answer came'],
  ['ERR_PNPM_AUDIT_NO_LOCKFILE', null],
  ['', null],
])('%s', (said, means) => expect(unanswered(said)).toBe(means));

// ---- The gate --------------------------------------------------------------------------------------------------------

const ENDPOINT = '/-/npm/v1/security/advisories/bulk';
const GATE_MS = 60_000;

/** Until its own test is over: these run at the same time, where vitest's own `onTestFinished` may be another test's. */
async function registry(answer: RequestListener, { onTestFinished }: TestContext): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Answers as a registry does: what is known of the versions that were asked for. */
const knowing =
  (name: string, severity: string): RequestListener =>
  (request, response) => {
    const known = [
      { id: 1, url: 'https://advisories.test/1', title: 'A hole', severity, vulnerable_versions: '*', cwe: [], cvss: { score: 9 } },
    ];
    if (request.url === ENDPOINT) response.end(JSON.stringify({ [name]: known }));
    else response.writeHead(404).end();
  };

const gate = (address: string, ...words: readonly string[]): Promise<{ readonly code: unknown; readonly said: string }> =>
  new Promise((resolve) => {
    const args = [join(import.meta.dirname, 'audit.ts'), '--registry', address, ...words];
    execFile(process.execPath, args, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, said: `${stdout}${stderr}` }));
  });

describe('the gate', { concurrent: true, timeout: GATE_MS }, () => {
  it.for<readonly [string, RequestListener, readonly string[], number, RegExp]>([
    ['nothing is known: passes without a word', (_, response) => response.end('{}'), ['--required'], 0, /^$/],
    ['a critical hole in what is shipped: fails', knowing('valibot', 'critical'), [], 1, /^valibot \S+: critical: A hole/m],
    ['a high one in a dependency of a dependency: fails', knowing('ansi-regex', 'high'), [], 1, /^ansi-regex \S+: high: A hole/m],
    ['a moderate one: a note', knowing('ky', 'moderate'), ['--required'], 0, /^note: ky \S+: moderate: A hole/m],
    ['a critical one in what measures: a note', knowing('esbuild', 'critical'), [], 0, /^note: esbuild .*in this workspace only$/m],
    ['a registry that does not audit: a note', (_, response) => response.writeHead(405).end(), [], 0, /^note: not audited: .*405\)$/m],
    ['the same where it must: fails', (_, response) => response.writeHead(405).end(), ['--required'], 1, /^not audited: it answered 405$/m],
    ['a page: a note', (_, response) => response.end('<p>hello'), [], 0, /^note: not audited: .*no audit\)$/m],
  ])('%s', async ([, answer, words, code, said], context) => {
    const end = await gate(await registry(answer, context), ...words);
    expect(end.said).toMatch(said);
    expect(end.code).toBe(code);
  });

  it('nobody is there: a note', async () => {
    const end = await gate('http://127.0.0.1:1/');
    expect([end.code, end.said]).toEqual([0, 'note: not audited: the registry could not be asked (no answer came)\n']);
  });
});
