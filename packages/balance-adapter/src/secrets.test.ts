// No secret in any message, JSON or inspection, whatever the provider repeats.
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { ACCESS, answer, fixture, P, played, type Play, TEN } from './__fixtures__/double.ts';
import { createBalance } from './index.ts';

const TOKEN = 'access_dsbCanaryToken4711';
const WEBHOOK = 'dsbCanaryWebhook4711';
const settings = { ...ACCESS, token: TOKEN, webhookSecrets: [WEBHOOK] };

/** @param hidden Also what no log shows: members that are not enumerable. */
function shown(value: unknown, hidden: boolean): string {
  const text = value instanceof Error ? `${value.message}\n${String(value.stack)}` : '';
  return `${text}\n${inspect(value, { depth: 12, showHidden: hidden, getters: true })}\n${JSON.stringify(value)}`;
}

const echo = (status: number) => (): Response =>
  answer(status, { ...fixture('errors', '403'), status, title: `t ${TOKEN}`, detail: `d ${TOKEN}`, field: TOKEN });

it.each<readonly [string, Play, boolean]>([
  ['201', () => answer(201, fixture('payouts', 'requested')), true],
  ...[302, 400, 401, 403, 404, 409, 422, 429, 500].map((status): readonly [string, Play, boolean] => [
    `${status} that repeats the token`,
    echo(status),
    true,
  ]),
  ['a fetch that throws the token', () => Promise.reject(new Error(`Bearer ${TOKEN}`, { cause: TOKEN })), true],
  // What could not be read is kept for a person, verbatim and out of sight.
  ['an answer that is nothing but the token', () => answer(200, TOKEN), false],
])('%s', async (_, play, hidden) => {
  const { provider, events } = played(play, settings);
  const caught = (error: unknown): unknown => error;
  const all = [
    provider,
    await provider.createPayout({ reference: 'r-1', money: TEN }).catch(caught),
    await provider.retrieve(P).catch(caught),
    await provider.cancel(P).catch(caught),
    await provider.list().catch(caught),
    events,
  ];
  for (const value of all) expect(shown(value, hidden)).not.toMatch(/dsbCanary(Token|Webhook)/);
});

it.each([
  ['a refused token', { ...settings, token: `sk_${TOKEN}` }],
  ['a token in the wrong place', { ...settings, balanceId: TOKEN, testmode: TOKEN, name: undefined }],
  ['an unknown setting', { ...settings, secret: WEBHOOK }],
])('%s is not repeated by the error', (_, wrong) => {
  const thrown = caughtFrom(() => createBalance(wrong as never));
  expect(thrown).toMatchObject({ code: 'invalid_settings' });
  expect(shown(thrown, true)).not.toMatch(/dsbCanary(Token|Webhook)/);
});

function caughtFrom(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
