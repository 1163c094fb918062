import { PayoutError } from '@disburse/core';
import { type HarborProvider, refusalOf } from '../__tests__/harbor.ts';
import { around, inOperations, inSpec, mustBeCaught } from '../__tests__/plant.ts';

mustBeCaught('secrets', [
  [
    'an error tells the token',
    { refusal: (answer, purpose, { token }) => ({ ...refusalOf(answer, purpose), message: `refused for ${token}.` }) },
    ['secrets/errors'],
  ],
  [
    'an error tells what the provider says',
    { refusal: (answer, purpose) => ({ ...refusalOf(answer, purpose), message: answer.text }) },
    ['secrets/errors'],
  ],
  [
    'providerMessage tells the token',
    // Core cuts the credential out of every answer and refusal, and cannot out of an error of the adapter's own.
    inOperations((written, _http, { token }) => ({
      retrieve: async (...given) => {
        try {
          return await written.retrieve(...given);
        } catch {
          throw new PayoutError('not_found', 'not found.', { providerMessage: `nothing is there for ${token}` });
        }
      },
    })),
    ['secrets/errors'],
  ],
  [
    'telemetry tells the token',
    around((provider, { onTelemetry, token }) => ({
      retrieve: (id: string) => {
        onTelemetry?.({ type: 'diagnostic', provider: 'harbor', name: 'harbor', code: 'retrieve', message: `with ${token}` });
        return provider.retrieve(id);
      },
    })),
    ['secrets/telemetry'],
  ],
  [
    'the token is in a path',
    inOperations((_written, http, { token }, parts) => ({
      retrieve: async (id, _, call) =>
        parts.toPayout(parts, 'harbor', (await http.get(`/payouts/${encodeURIComponent(id)}?token=${token}`, call, 'retrieve')).json),
    })),
    ['secrets/only-to-the-provider'],
  ],
  [
    'baseUrl is not followed',
    inSpec(({ endpoint: connection }) => ({ endpoint: { ...connection, baseUrl: 'https://harbor.test' } })),
    ['secrets/only-to-the-provider'],
  ],

  [
    'a listener that throws is not caught',
    around((provider, { onTelemetry }) => ({
      createPayout: async (...given: Parameters<HarborProvider['createPayout']>) => {
        const outcome = await provider.createPayout(...given);
        onTelemetry?.({ type: 'diagnostic', provider: 'harbor', name: 'harbor', code: 'created', message: 'created' });
        return outcome;
      },
    })),
    ['secrets/broken-listener'],
  ],
  ['an unsigned delivery is believed', around(() => ({ parseWebhook: async () => [] })), ['webhook/unsigned']],
]);
