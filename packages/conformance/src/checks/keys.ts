import { deriveKey, parseSubmission, type Submission } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same, the } from '../must.ts';
import { leaksIn } from '../leaks.ts';
import { reset, type SentRequest } from '../line.ts';
import { acceptedOf, errorOf, exist, hasList, type Stage } from '../stage.ts';

/** https docs/keys.md: made with sha256sum, not with the code under test. */
const VECTORS: readonly (readonly [attempt: { namespace: string; reference: string }, key: string])[] = [
  [{ namespace: '', reference: 'seller-42-2026-11' }, '61f148a5-292c-87f5-8be7-e5c5bde428d7'],
];

/** The key and the bytes: derived, frozen, the same on every resend. */
export const keyChecks: readonly Check[] = [
  {
    id: 'key/derived',
    promise: 'NEVER-TWICE R3',
    forgot:
      'The key is derived from namespace, account, reference and attempt, and from nothing else: no time, no random, no secret, no amount.',
    run: async (stage) => {
      for (const [{ namespace, reference }, key] of VECTORS) {
        const { key: derived, account } = await stage.make({ namespace }).prepare(stage.request(reference));
        same(derived, account === null ? key : await deriveKey({ namespace, account, reference, attempt: 1 }), `the key of ${reference}`);
      }
      const first = await stage.provider.prepare(stage.request('same'));
      await stage.advance(86_400_000);
      const again = await stage.elsewhere({ ...stage.world.rotated(), name: 'another' }).prepare(stage.request('same'));
      same(again.key, first.key, 'the key a day later, in another process, under another name and credential');
      const other = await stage.make({ namespace: 'payroll' }).prepare(stage.request('same'));
      must(other.key !== first.key, 'two namespaces derive one key');
      must((await stage.provider.prepare(stage.request('different'))).key !== first.key, 'two references derive one key');
    },
  },
  {
    id: 'key/account-in-scope',
    promise: 'NEVER-TWICE R3',
    forgot: 'A connected account is part of the key and of the submission: two accounts may use one reference.',
    run: async (stage) => {
      const submission = await stage.provider.prepare(stage.request('scope'));
      const { account, key } = submission;
      same(key, await deriveKey({ namespace: '', account, reference: 'scope', attempt: 1 }), 'the key of the submission and its account');
      await stage.accepted('scope');
      if (account === null) return;
      const sent = the(stage.creates[0], 'create');
      must(
        Object.values(sent.headers).includes(account) || sent.path.includes(account) || sent.body.includes(account),
        `no part of the request names the account ${account}`,
      );
    },
  },
  {
    id: 'key/same-on-every-resend',
    promise: 'NEVER-TWICE R8',
    forgot: 'A resend is the same bytes under the same key. A new key, a new timestamp or re-encoded JSON is a second payout.',
    run: async (stage) => {
      stage.line.next(reset('after'), stage.isCreate);
      acceptedOf(await stage.create('resent'));
      exist(stage, 1, 'after a lost answer and a resend');
      must(stage.creates.length === 2, `${stage.creates.length} requests create, not one and its resend`);
      await mustBeOneRequest(stage, 'resent');
    },
  },
  {
    id: 'key/none-on-reads',
    promise: 'NEVER-TWICE R3',
    forgot: 'An idempotency key belongs to what changes something; on a GET it means nothing, or is refused.',
    run: async (stage) => {
      const { id } = await stage.accepted('reads');
      const name = await keyHeaderOf(stage);
      await stage.provider.retrieve(id);
      if (hasList(stage)) await stage.provider.list();
      const reads = stage.line.requests.filter(({ method }) => method === 'GET');
      must(reads.length >= (hasList(stage) ? 2 : 1), 'retrieve and list sent no GET');
      must(
        reads.every(({ headers }) => headers[name] === undefined),
        `a GET carries ${name}`,
      );
    },
  },
  {
    id: 'key/bytes-outlive-settings',
    promise: 'NEVER-TWICE R4',
    forgot: "A submission is sent with its own path, headers and body, whatever the settings are today; only the credential is today's.",
    run: async (stage) => {
      const prepared = await stage.provider.prepare(stage.request('kept'));
      const stored = JSON.stringify(prepared);
      await stage.advance(60_000);
      const today = stage.elsewhere({ ...stage.world.rotated(), timeoutMs: 45_000, resends: 0 });
      acceptedOf(await today.submit(parseSubmission(stored)));
      const sent = the(stage.creates[0], 'create');
      same(
        asPrepared(sent, prepared),
        { path: prepared.request.path, headers: prepared.request.headers, body: prepared.request.body },
        'what was sent',
      );
      exist(stage, 1, 'after a stored submission was sent');
    },
  },
  {
    id: 'key/submission-holds-no-credential',
    promise: 'NEVER-TWICE R4',
    forgot: 'Credentials go into connection.credentials, never into the headers of a submission, which is stored.',
    run: async (stage) => {
      const submission = await stage.provider.prepare(stage.request('stored'));
      const credentials = stage.secrets.filter((secret) => !(stage.world.personal ?? []).includes(secret));
      const leaked = leaksIn(submission, credentials);
      must(leaked === null, `the submission holds a credential: ${leaked ?? ''}`);
      same(parseSubmission(JSON.stringify(submission)), submission, 'a submission that was stored and read');
    },
  },
  {
    id: 'key/submission-is-bound',
    promise: 'NEVER-TWICE R4',
    forgot: 'A submission of another name, provider, account or mode is refused before any request, and never called rejected.',
    run: async (stage) => {
      const submission = await stage.provider.prepare(stage.request('bound'));
      const others: readonly Partial<Submission>[] = [
        { name: 'other' },
        { provider: 'other' },
        { account: 'acct_other' },
        { live: submission.live !== true },
      ];
      for (const other of others) {
        for (const operation of ['submit', 'lookup'] as const) {
          const error = await errorOf(
            () => stage.provider[operation](parseSubmission(JSON.stringify({ ...submission, ...other }))),
            `${operation} with another ${Object.keys(other).join()}`,
          );
          must(error.outcome !== 'rejected', `a submission that belongs elsewhere is called rejected (${Object.keys(other).join()})`);
        }
      }
      must(stage.line.requests.length === 0, 'a submission that belongs elsewhere was sent');
    },
  },
];

/** The path, body and the submission's own headers as they were sent. */
function asPrepared(sent: SentRequest, { request }: Submission): object {
  const headers = Object.fromEntries(Object.keys(request.headers).map((name) => [name, sent.headers[name.toLowerCase()]]));
  return { path: sent.path, headers, body: sent.body };
}

/** The header that carries the key. */
async function keyHeaderOf(stage: Stage): Promise<string> {
  const sent = the(stage.creates[0], 'create');
  const { key } = await stage.provider.prepare(stage.request('reads'));
  const found = Object.entries(sent.headers).find(([, value]) => value === key);
  return the(found, 'header of the create that carries the derived key')[0];
}

/** Every create that was sent is one request: the derived key, and the bytes of `prepare`. */
export async function mustBeOneRequest(stage: Stage, reference: string): Promise<void> {
  const expected = await stage.provider.prepare(stage.request(reference));
  for (const sent of stage.creates) {
    must(Object.values(sent.headers).includes(expected.key), `a create was sent without the derived key ${expected.key}`);
    same(
      asPrepared(sent, expected),
      { path: expected.request.path, headers: expected.request.headers, body: expected.request.body },
      'a create that was sent',
    );
  }
}
