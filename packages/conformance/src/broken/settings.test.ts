import { PayoutError } from '@disburse/core';
import { checkSettings, commonSettings } from '@disburse/core/adapter';
import * as v from 'valibot';
import { HARBOR_PARTS, type HarborProvider, type HarborSettings } from '../__tests__/harbor.ts';
import { around, inPayout, inSpec, mustBeCaught, without } from '../__tests__/plant.ts';

mustBeCaught('settings and capabilities', [
  [
    'a setting with a typing error is ignored',
    {
      settingsSchema: v.looseObject({
        ...commonSettings,
        token: v.string(),
        correlation: v.optional(v.picklist(['metadata', 'none'])),
      }) as never,
    },
    ['settings/typing-error'],
  ],
  [
    'a settings error tells the token',
    {
      settingsSchema: v.pipe(
        v.unknown(),
        v.transform((given) => given as HarborSettings),
      ),
      settings: (settings) => {
        try {
          return checkSettings('harbor', HARBOR_PARTS.settingsSchema, settings);
        } catch (error) {
          throw new PayoutError('invalid_settings', `wrong settings: ${JSON.stringify(settings.token)}`, {
            issues: (error as PayoutError).issues,
          });
        }
      },
    },
    ['settings/no-secret-told'],
  ],
  ['the configured name is lost', inPayout(() => ({ name: 'harbor' })), ['read/name']],
  [
    'a capability is declared and not implemented',
    around(({ capabilities }) => ({ reverse: undefined, capabilities })),
    ['identity/operations-agree', 'reverse/reverses'],
  ],
  [
    'an operation that is not declared sends a request',
    around((provider, { fetch: send }) => ({
      capabilities: {
        ...provider.capabilities,
        operations: provider.capabilities.operations.filter((operation) => operation !== 'reverse'),
      },
      reverse: async () => send?.('https://harbor.test/payouts/po_1/reverse', { method: 'POST' }),
    })),
    ['identity/undeclared-operations-refuse'],
  ],
  [
    'an operation that is not declared does nothing, silently',
    around((provider) => ({
      capabilities: {
        ...provider.capabilities,
        operations: provider.capabilities.operations.filter((operation) => operation !== 'update'),
      },
      update: async () => null,
    })),
    ['identity/undeclared-operations-refuse', 'identity/operations-agree'],
  ],
  [
    'a field that is not declared is left out, silently',
    {
      ...inSpec((spec) => ({ request: { ...spec.request, statementDescriptor: false } as never })),
      ...around((provider) => ({
        createPayout: async (request: Parameters<HarborProvider['createPayout']>[0]) =>
          provider.createPayout(without(request, 'statementDescriptor')),
      })),
    },
    ['identity/undeclared-features-refuse'],
  ],

  [
    'settings are wrong, and nothing more is told',
    { settingsSchema: v.custom<HarborSettings>((given) => v.is(HARBOR_PARTS.settingsSchema, given), 'wrong settings') },
    ['settings/all-problems-at-once', 'settings/typing-error', 'settings/required'],
  ],
  [
    'a provider asks who it is when it is made',
    around((_, { fetch: send }) => {
      send?.('https://harbor.test/ping').catch(() => undefined);
      return {};
    }),
    ['settings/nothing-sent'],
  ],
  ['another specification', around(() => ({ specification: 'v2' })), ['identity/name-and-version']],
  [
    'capabilities are not data',
    around(({ capabilities }) => ({ capabilities: { ...capabilities, listLimit: Number.POSITIVE_INFINITY } })),
    ['identity/capabilities-are-data'],
  ],
]);
