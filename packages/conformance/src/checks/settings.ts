import { isPayoutError, type PayoutError } from '@disburse/core';
import type { Check } from '../check.ts';
import { must, the } from '../must.ts';
import { leaksIn } from '../leaks.ts';
import { secretsOf, type Harness } from '../harness.ts';

/** The factory, and what it says about settings that are wrong. */
export const settingsChecks: readonly Check[] = [
  {
    id: 'settings/all-problems-at-once',
    promise: 'Promise 1',
    forgot:
      'Check settings with checkSettings and a strict schema that spreads commonSettings: every problem is told, at once, with its path.',
    run: async (harness) => {
      const wrong = { name: 'a name with spaces', timeoutMs: -1, maxResends: 'often', baseUrl: 'http://elsewhere.test' };
      const error = refusedSettings(harness, wrong);
      const paths = error.issues.map(({ path }) => path);
      for (const path of Object.keys(wrong)) must(paths.includes(path), `${path} is wrong, and only ${paths.join(', ')} are told`);
    },
  },
  {
    id: 'settings/typing-error',
    promise: 'Promise 1',
    forgot: 'Make the schema of the settings strict: a setting with a typing error would silently not apply.',
    run: async (harness) => {
      const { issues } = refusedSettings(harness, { timeoutMilliseconds: 5 });
      must(
        issues.some(({ path }) => path === 'timeoutMilliseconds'),
        'a setting that does not exist is not named in the issues',
      );
    },
  },
  {
    id: 'settings/required',
    promise: 'Promise 1',
    forgot: 'A setting without which nothing works is required in the schema, so that configuration fails before the first payout does.',
    run: async (harness) => {
      for (const secret of harness.subject.factory.secrets) {
        const given = harness.world.settings[secret];
        if (given === undefined) continue;
        const error = refusedSettings(harness, { [secret]: '' });
        must(
          error.issues.some(({ path }) => path.startsWith(secret)),
          `${secret} is empty, and no issue names it`,
        );
      }
    },
  },
  {
    id: 'settings/no-secret-told',
    promise: 'Promise 1',
    forgot: 'Build messages from path, rule and kind of value. A validation library puts the received value into its own messages.',
    run: async (harness) => {
      const { factory } = harness.subject;
      const secrets = secretsOf(harness.subject, harness.world.settings);
      must(secrets.length > 0, 'the world has no secret among its settings: nothing could leak, and nothing is proven');
      for (const name of factory.secrets) {
        const secret = the(secrets[0], 'secret');
        for (const wrong of [`${secret}\n`, [secret, 5], { value: secret }]) {
          for (const more of [{}, { timeoutMs: -1 }]) {
            const error = refusedSettings(harness, { [name]: wrong, ...more });
            const leaked = leaksIn(error, secrets);
            must(leaked === null, `the error about ${name} tells the secret: ${leaked ?? ''}`);
          }
        }
      }
    },
  },
  {
    id: 'settings/nothing-sent',
    promise: 'Promise 1',
    forgot: 'Making a provider is cheap and sends nothing; configuration makes many of them.',
    run: async (harness) => {
      harness.make();
      harness.make({ name: 'another' });
      must(harness.proxy.requests.length === 0, 'a request was sent while a provider was made or a create prepared');
    },
  },
];

function refusedSettings(harness: Harness, wrong: Readonly<Record<string, unknown>>): PayoutError {
  try {
    harness.make(wrong);
  } catch (error) {
    must(isPayoutError(error), `wrong settings throw ${error instanceof Error ? error.name : typeof error}, not a PayoutError`);
    must(error.code === 'invalid_settings', `wrong settings throw ${error.code}, not invalid_settings`);
    return error;
  }
  must(false, `these settings are taken: ${Object.keys(wrong).join(', ')}`);
  throw new TypeError('unreachable');
}
