import { acceptedOrThrow, type CommonSettings, isPayoutError, type PayoutOutcome } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, same } from '../must.ts';
import { leaksIn } from '../leaks.ts';
import { hang, reset, type Fault } from '../line.ts';
import { acceptedOf, hasList, type Stage } from '../stage.ts';
import type { Json, ScriptedAnswer } from '../world.ts';

/** Errors and events are printed, logged and sent to others. */
export const secretChecks: readonly Check[] = [
  {
    id: 'secrets/errors',
    promise: 'Promise 1',
    forgot:
      'A PayoutError holds no credential, anywhere; an account number at most in providerMessage, which nothing prints by itself. Remove both from what the provider says.',
    run: async (stage) => {
      for (const [what, error] of await everyError(stage)) {
        const leaked =
          leaksIn(error, stage.secrets, ['providerMessage', 'unreadAnswer', 'result']) ?? leaksIn(error, credentialsOf(stage), ['result']);
        must(leaked === null, `the error of ${what} tells a secret: ${leaked ?? ''}`);
      }
    },
  },
  {
    id: 'secrets/telemetry',
    promise: 'Promise 1',
    forgot: 'Telemetry holds no credential, no key, no body and no account number; a path is told without the values of its query.',
    run: async (stage) => {
      await everyError(stage);
      const { key } = await stage.provider.prepare(stage.request('secrets'));
      must(stage.telemetry.length > 0, 'nothing was told to onTelemetry: leave the requests to the http that core hands over');
      const leaked = leaksIn(stage.telemetry, [...stage.secrets, key]);
      must(leaked === null, `telemetry tells a secret: ${leaked ?? ''}`);
    },
  },
  {
    id: 'secrets/broken-listener',
    promise: 'Promise 2',
    forgot: 'A listener that throws must not turn an accepted payout into an exception.',
    run: async (stage) => {
      const onTelemetry: CommonSettings['onTelemetry'] = () => {
        throw new Error('a broken listener');
      };
      acceptedOf(await stage.make({ onTelemetry }).createPayout(stage.request('listener')));
    },
  },
  {
    id: 'secrets/only-to-the-provider',
    promise: 'Promise 1',
    forgot: 'The credential goes to the configured origin and nowhere else, in headers and never in a path.',
    run: async (stage) => {
      const { id } = await stage.accepted('origin');
      await stage.provider.retrieve(id);
      if (hasList(stage)) await stage.provider.list();
      const { origin } = stage.line.requests[0] ?? { origin: '' };
      for (const request of stage.line.requests) {
        same(request.origin, origin, 'the origin of a request');
        must(!credentialsOf(stage).some((secret) => request.path.includes(secret)), 'a credential is in a path, which every proxy logs');
      }
      const base = 'https://proxy.test/base';
      await stage
        .make({ baseUrl: base, resends: 0 })
        .retrieve(id)
        .catch(() => undefined);
      const last = stage.line.requests.at(-1);
      must(last?.origin === 'https://proxy.test', `the baseUrl setting is not followed: a request went to ${last?.origin ?? 'nowhere'}`);
    },
  },
];

function credentialsOf(stage: Stage): readonly string[] {
  return stage.secrets.filter((secret) => !(stage.world.personal ?? []).includes(secret));
}

/** Errors of creates, reads and cancels under everything that goes wrong, with a provider that repeats our secrets to us. */
async function everyError(stage: Stage): Promise<readonly (readonly [string, unknown])[]> {
  const { refusal, unauthorized, serverError, keyReused } = stage.subject.answers;
  const echoed = (given: ScriptedAnswer): Fault => stage.answers('before', talkative(given, stage.secrets));
  const faults: readonly (readonly [string, Fault])[] = [
    ['a refusal', echoed(refusal)],
    ['a 401', echoed(unauthorized)],
    ['a 5xx', echoed(serverError)],
    ['a conflict', echoed(keyReused)],
    ['an HTML page', stage.answers('before', { status: 502, body: `<html>${stage.secrets.join(' ')}</html>` })],
    ['an unreadable success', stage.answers('before', { status: 200, body: { message: stage.secrets.join(' ') } })],
    ['a reset', resetTelling(stage)],
    ['a timeout', hang('before')],
  ];
  const { id } = await stage.accepted('secrets');
  const errors: (readonly [string, unknown])[] = [];
  for (const [index, [what, fault]] of faults.entries()) {
    stage.line.always(fault);
    const provider = stage.make({ resends: 0 });
    const outcome = await provider.createPayout(stage.request(`secret-${index}`));
    for (const error of errorsOf(outcome)) errors.push([`createPayout after ${what}`, error]);
    for (const [operation, call] of [
      ['retrieve', () => provider.retrieve(id)],
      ...(hasList(stage) ? [['list', () => provider.list()] as const] : []),
      ['cancel', () => provider.cancel(id)],
    ] as const) {
      try {
        await call();
      } catch (error) {
        must(isPayoutError(error), `${operation} after ${what} throws what is no PayoutError`);
        errors.push([`${operation} after ${what}`, error]);
      }
    }
    stage.line.clear();
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
function resetTelling(stage: Stage): Fault {
  return async (request, deliver) => {
    try {
      return await reset('before')(request, deliver);
    } catch (error) {
      throw Object.assign(new TypeError(`fetch failed for ${stage.secrets.join(' ')}`), {
        cause: error,
        request: { headers: request.headers, body: request.body },
      });
    }
  };
}
