import { acceptedOrThrow, type CommonSettings, isPayoutError, type PayoutOutcome } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same } from '../must.ts';
import { leaksIn } from '../leaks.ts';
import { hang, reset, type Fault } from '../fault-proxy.ts';
import { acceptedOf, hasList, type Harness } from '../harness.ts';
import type { Json, ScriptedAnswer } from '../world.ts';

/** Errors and events are printed, logged and sent to others. */
export const secretChecks: readonly Check[] = [
  {
    id: 'secrets/errors',
    promise: 'Promise 1',
    forgot:
      'A PayoutError holds no credential, anywhere; an account number at most in providerMessage, which nothing prints by itself. Remove both from what the provider says.',
    run: async (harness) => {
      for (const [what, error] of await everyError(harness)) {
        const leaked =
          leaksIn(error, harness.secrets, ['providerMessage', 'unreadAnswer', 'result']) ??
          leaksIn(error, credentialsOf(harness), ['result']);
        must(leaked === null, `the error of ${what} tells a secret: ${leaked ?? ''}`);
      }
    },
  },
  {
    id: 'secrets/telemetry',
    promise: 'Promise 1',
    forgot: 'Telemetry holds no credential, no key, no body and no account number; a path is told without the values of its query.',
    run: async (harness) => {
      await everyError(harness);
      const { key } = await harness.provider.prepare(harness.request('secrets'));
      must(harness.telemetry.length > 0, 'nothing was told to onTelemetry: leave the requests to the http that core hands over');
      const leaked = leaksIn(harness.telemetry, [...harness.secrets, key]);
      must(leaked === null, `telemetry tells a secret: ${leaked ?? ''}`);
    },
  },
  {
    id: 'secrets/broken-listener',
    promise: 'Promise 2',
    forgot: 'A listener that throws must not turn an accepted payout into an exception.',
    run: async (harness) => {
      const onTelemetry: CommonSettings['onTelemetry'] = () => {
        throw new Error('a broken listener');
      };
      acceptedOf(await harness.make({ onTelemetry }).createPayout(harness.request('listener')));
    },
  },
  {
    id: 'secrets/only-to-the-provider',
    promise: 'Promise 1',
    forgot: 'The credential goes to the configured origin and nowhere else, in headers and never in a path.',
    run: async (harness) => {
      const { id } = await harness.accepted('origin');
      await harness.provider.retrieve(id);
      if (hasList(harness)) await harness.provider.list();
      const { origin } = harness.proxy.requests[0] ?? { origin: '' };
      for (const request of harness.proxy.requests) {
        same(request.origin, origin, 'the origin of a request');
        must(!credentialsOf(harness).some((secret) => request.path.includes(secret)), 'a credential is in a path, which every proxy logs');
      }
      const base = 'https://proxy.test/base';
      await harness
        .make({ baseUrl: base, maxResends: 0 })
        .retrieve(id)
        .catch(() => undefined);
      const last = harness.proxy.requests.at(-1);
      must(last?.origin === 'https://proxy.test', `the baseUrl setting is not followed: a request went to ${last?.origin ?? 'nowhere'}`);
    },
  },
];

function credentialsOf(harness: Harness): readonly string[] {
  return harness.secrets.filter((secret) => !(harness.world.personal ?? []).includes(secret));
}

/** Errors of creates, reads and cancels under everything that goes wrong, with a provider that repeats our secrets to us. */
async function everyError(harness: Harness): Promise<readonly (readonly [string, unknown])[]> {
  const { refusal, unauthorized, serverError, keyReused } = harness.subject.answers;
  const echoed = (given: ScriptedAnswer): Fault => harness.answers('before', talkative(given, harness.secrets));
  const faults: readonly (readonly [string, Fault])[] = [
    ['a refusal', echoed(refusal)],
    ['a 401', echoed(unauthorized)],
    ['a 5xx', echoed(serverError)],
    ['a conflict', echoed(keyReused)],
    ['an HTML page', harness.answers('before', { status: 502, body: `<html>${harness.secrets.join(' ')}</html>` })],
    ['an unreadable success', harness.answers('before', { status: 200, body: { message: harness.secrets.join(' ') } })],
    ['a reset', resetTelling(harness)],
    ['a timeout', hang('before')],
  ];
  const { id } = await harness.accepted('secrets');
  const errors: (readonly [string, unknown])[] = [];
  for (const [index, [what, fault]] of faults.entries()) {
    harness.proxy.always(fault);
    const provider = harness.make({ maxResends: 0 });
    const outcome = await provider.createPayout(harness.request(`secret-${index}`));
    for (const error of errorsOf(outcome)) errors.push([`createPayout after ${what}`, error]);
    for (const [operation, call] of [
      ['retrieve', () => provider.retrieve(id)],
      ...(hasList(harness) ? [['list', () => provider.list()] as const] : []),
      ['cancel', () => provider.cancel(id)],
    ] as const) {
      try {
        await call();
      } catch (error) {
        must(isPayoutError(error), `${operation} after ${what} throws what is no PayoutError`);
        errors.push([`${operation} after ${what}`, error]);
      }
    }
    harness.proxy.clear();
  }
  must(errors.length >= faults.length, 'almost nothing failed, although everything went wrong');
  return errors;
}

/** The error, and what acceptedOrThrow makes of it. */
function errorsOf(outcome: PayoutOutcome): readonly unknown[] {
  if (outcome.outcome === 'accepted') return [];
  try {
    acceptedOrThrow(outcome);
  } catch (error) {
    return [outcome.error, error];
  }
  return [outcome.error];
}

/** Every sentence of an answer, and our secrets after it. */
function talkative(given: ScriptedAnswer, secrets: readonly string[]): ScriptedAnswer {
  const text = JSON.stringify(given.body, (_, value: unknown) =>
    typeof value === 'string' && value.includes(' ') ? `${value} ${secrets.join(' ')}` : value,
  );
  return { ...given, body: JSON.parse(text) as Json | string };
}

/** As a badly written `fetch` would: the error holds the request. */
function resetTelling(harness: Harness): Fault {
  return async (request, deliver) => {
    try {
      return await reset('before')(request, deliver);
    } catch (error) {
      throw Object.assign(new TypeError(`fetch failed for ${harness.secrets.join(' ')}`), {
        cause: error,
        request: { headers: request.headers, body: request.body },
      });
    }
  };
}
