import { inOperations, inSpec, mustBeCaught, onTheLine, send, withHeaders } from '../__tests__/plant.ts';

const keysSeen: string[] = [];
let sends = 0;

mustBeCaught('keys and bytes', [
  [
    'every resend has a new key',
    onTheLine(async (request, next) => {
      const changed = withHeaders(
        request,
        (headers) => headers.has('idempotency-key') && headers.set('idempotency-key', crypto.randomUUID()),
      );
      return send(request, next, changed.headers);
    }),
    ['key/same-on-every-resend', 'lost/reset-after', 'window/inside'],
  ],
  [
    'the key is a time',
    onTheLine(async (request, next, { runtime }) => {
      const changed = withHeaders(
        request,
        (headers) => headers.has('idempotency-key') && headers.set('idempotency-key', String(runtime?.now?.())),
      );
      return send(request, next, changed.headers);
    }),
    ['key/same-on-every-resend', 'lost/5xx-after'],
  ],
  [
    'a read carries a key',
    onTheLine(async (request, next) => {
      const submissionKey = keysSeen.at(-1);
      const key = request.headers.get('idempotency-key');
      if (key !== null) keysSeen.push(key);
      const changed = withHeaders(request, (headers) => headers.set('idempotency-key', key ?? submissionKey ?? 'k'));
      return send(request, next, changed.headers);
    }),
    ['key/none-on-reads'],
  ],
  [
    'the bytes are written anew at every send',
    onTheLine(async (request, next) => {
      const body =
        request.method === 'GET'
          ? {}
          : { body: JSON.stringify({ sent: (sends += 1), ...(JSON.parse(await request.clone().text()) as object) }) };
      return next(request.url, { method: request.method, headers: Object.fromEntries(request.headers), ...body });
    }),
    ['key/same-on-every-resend', 'key/bytes-outlive-settings', 'lost/reset-after'],
  ],
  [
    'the headers are those of today',
    onTheLine(async (request, next, { timeoutMs }) =>
      send(request, next, withHeaders(request, (headers) => headers.set('harbor-version', `${timeoutMs}`)).headers),
    ),
    ['key/bytes-outlive-settings'],
  ],
  [
    'the credential is in the submission',
    inSpec(({ endpoint: connection }, { token }) => ({
      endpoint: { ...connection, headers: { ...connection.headers, 'x-token': token } },
    })),
    ['key/submission-holds-no-credential'],
  ],
  [
    'the bytes hold the time of day',
    inOperations((written, _, { runtime }) => ({
      encodeCreate: (...given) => {
        const encoded = written.encodeCreate(...given);
        return { ...encoded, body: encoded.body.replace('{', `{"at":${runtime?.now?.()},`) };
      },
    })),
    ['create/prepare-sends-nothing'],
  ],
  [
    'keys are believed to live for two days',
    inSpec(({ capabilities }) => ({ capabilities: { ...capabilities, key: { ...capabilities.key, retentionMs: 172_800_000 } } })),
    ['window/inside'],
  ],
]);
