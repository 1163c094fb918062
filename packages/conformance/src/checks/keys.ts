import { parseSubmission, type Submission } from '@disburse/core';
import { deriveKey } from '@disburse/core/adapter';
import type { Check } from '../check.ts';
import { must, same, the } from '../must.ts';
import { leaksIn } from '../leaks.ts';
import { reset, type SentRequest } from '../fault-proxy.ts';
import { acceptedOf, errorOf, exist, hasList, type Harness } from '../harness.ts';

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
    run: async (harness) => {
      for (const [{ namespace, reference }, key] of VECTORS) {
        const { key: derived, account } = await harness.make({ namespace }).prepare(harness.request(reference));
        same(derived, account === null ? key : await deriveKey({ namespace, account, reference, attempt: 1 }), `the key of ${reference}`);
      }
      const first = await harness.provider.prepare(harness.request('same'));
      await harness.advance(86_400_000);
      const again = await harness.elsewhere({ ...harness.world.rotated(), name: 'another' }).prepare(harness.request('same'));
      same(again.key, first.key, 'the key a day later, in another process, under another name and credential');
      const other = await harness.make({ namespace: 'payroll' }).prepare(harness.request('same'));
      must(other.key !== first.key, 'two namespaces derive one key');
      must((await harness.provider.prepare(harness.request('different'))).key !== first.key, 'two references derive one key');
    },
  },
  {
    id: 'key/account-in-scope',
    promise: 'NEVER-TWICE R3',
    forgot: 'A connected account is part of the key and of the submission: two accounts may use one reference.',
    run: async (harness) => {
      const submission = await harness.provider.prepare(harness.request('scope'));
      const { account, key } = submission;
      same(key, await deriveKey({ namespace: '', account, reference: 'scope', attempt: 1 }), 'the key of the submission and its account');
      await harness.accepted('scope');
      if (account === null) return;
      const sent = the(harness.creates[0], 'create');
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
    run: async (harness) => {
      harness.proxy.next(reset('after'), harness.isCreate);
      acceptedOf(await harness.create('resent'));
      exist(harness, 1, 'after a lost answer and a resend');
      must(harness.creates.length === 2, `${harness.creates.length} requests create, not one and its resend`);
      await mustBeOneRequest(harness, 'resent');
    },
  },
  {
    id: 'key/none-on-reads',
    promise: 'NEVER-TWICE R3',
    forgot: 'An idempotency key belongs to what changes something; on a GET it means nothing, or is refused.',
    run: async (harness) => {
      const { id } = await harness.accepted('reads');
      const name = await keyHeaderOf(harness);
      await harness.provider.retrieve(id);
      if (hasList(harness)) await harness.provider.list();
      const reads = harness.proxy.requests.filter(({ method }) => method === 'GET');
      must(reads.length >= (hasList(harness) ? 2 : 1), 'retrieve and list sent no GET');
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
    run: async (harness) => {
      const prepared = await harness.provider.prepare(harness.request('kept'));
      const stored = JSON.stringify(prepared);
      await harness.advance(60_000);
      const today = harness.elsewhere({ ...harness.world.rotated(), timeoutMs: 45_000, maxResends: 0 });
      acceptedOf(await today.submit(parseSubmission(stored)));
      const sent = the(harness.creates[0], 'create');
      same(
        asPrepared(sent, prepared),
        { path: prepared.request.path, headers: prepared.request.headers, body: prepared.request.body },
        'what was sent',
      );
      exist(harness, 1, 'after a stored submission was sent');
    },
  },
  {
    id: 'key/submission-holds-no-credential',
    promise: 'NEVER-TWICE R4',
    forgot: 'Credentials go into connection.credentials, never into the headers of a submission, which is stored.',
    run: async (harness) => {
      const submission = await harness.provider.prepare(harness.request('stored'));
      const credentials = harness.secrets.filter((secret) => !(harness.world.personal ?? []).includes(secret));
      const leaked = leaksIn(submission, credentials);
      must(leaked === null, `the submission holds a credential: ${leaked ?? ''}`);
      same(parseSubmission(JSON.stringify(submission)), submission, 'a submission that was stored and read');
    },
  },
  {
    id: 'key/submission-is-bound',
    promise: 'NEVER-TWICE R4',
    forgot: 'A submission of another name, provider, account or mode is refused before any request, and never called rejected.',
    run: async (harness) => {
      const submission = await harness.provider.prepare(harness.request('bound'));
      const others: readonly Partial<Submission>[] = [
        { name: 'other' },
        { provider: 'other' },
        { account: 'acct_other' },
        { live: submission.live !== true },
      ];
      for (const other of others) {
        for (const operation of ['submit', 'lookup'] as const) {
          const error = await errorOf(
            () => harness.provider[operation](parseSubmission(JSON.stringify({ ...submission, ...other }))),
            `${operation} with another ${Object.keys(other).join()}`,
          );
          must(error.outcome !== 'rejected', `a submission that belongs elsewhere is called rejected (${Object.keys(other).join()})`);
        }
      }
      must(harness.proxy.requests.length === 0, 'a submission that belongs elsewhere was sent');
    },
  },
];

/** The path, body and the submission's own headers as they were sent. */
function asPrepared(sent: SentRequest, { request }: Submission): object {
  const headers = Object.fromEntries(Object.keys(request.headers).map((name) => [name, sent.headers[name.toLowerCase()]]));
  return { path: sent.path, headers, body: sent.body };
}

/** The header that carries the key. */
async function keyHeaderOf(harness: Harness): Promise<string> {
  const sent = the(harness.creates[0], 'create');
  const { key } = await harness.provider.prepare(harness.request('reads'));
  const found = Object.entries(sent.headers).find(([, value]) => value === key);
  return the(found, 'header of the create that carries the derived key')[0];
}

/** Every create that was sent is one request: the derived key, and the bytes of `prepare`. */
export async function mustBeOneRequest(harness: Harness, reference: string): Promise<void> {
  const expected = await harness.provider.prepare(harness.request(reference));
  for (const sent of harness.creates) {
    must(Object.values(sent.headers).includes(expected.key), `a create was sent without the derived key ${expected.key}`);
    same(
      asPrepared(sent, expected),
      { path: expected.request.path, headers: expected.request.headers, body: expected.request.body },
      'a create that was sent',
    );
  }
}
