// FIPS 180-4 (https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values) and RFC 4231.
import { readFileSync } from 'node:fs';
import { digest as picked } from '#digest';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest as onNode } from './digest.node.ts';
import { digest as elsewhere } from './digest.web.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The last rows were made with `printf | sha256sum`; the surrogate's bytes are `ef bf bd`, as UTF-8 writes U+FFFD. */
const SHA256 = [
  ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1'],
  ['a'.repeat(1_000_000), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
  ['é€😀', 'df9226927fd572c1ee66eec85de1bb139497614899f36e4e90474cb71f6ef9d0'],
  ['\ud800', '83d544ccc223c057d2bf80d3f2a32982c32c3c0db8e2674820da5064783fb097'],
] as const;

const HMAC = [
  ['Jefe', 'what do ya want for nothing?', '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'],
  ['\u000b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
] as const;

describe.each([onNode, elsewhere])('$by', (digest) => {
  it.each(SHA256)('the hash of %#', async (text, expected) => expect(await digest.sha256(text)).toBe(expected));

  it.each(HMAC)('the signature of %#', async (secret, message, expected) =>
    expect(hex(await digest.hmacSha256(secret, utf8(message)))).toBe(expected),
  );

  it('signs a part of a larger buffer, and nothing around it', async () => {
    const [secret, message, expected] = HMAC[0];
    const inside = utf8(`before ${message} behind`).subarray(7, 7 + message.length);
    expect(hex(await digest.hmacSha256(secret, inside))).toBe(expected);
  });
});

// Two hundred keys of the Web Crypto API wait for threads that a busy machine has not.
it('is the same wherever it is computed', { timeout: 60_000 }, () =>
  fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary', minLength: 1 }), async (text, secret) => {
      expect(await elsewhere.sha256(text)).toBe(await onNode.sha256(text));
      expect(hex(await elsewhere.hmacSha256(secret, utf8(text)))).toBe(hex(await onNode.hmacSha256(secret, utf8(text))));
    }),
    { seed: 20_261_121, numRuns: 100 },
  ),
);

// ---- Which one is picked ---------------------------------------------------------------------------------------------

type Targets = string | { readonly [condition: string]: Targets };
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { imports: Record<string, Targets> };

/** As Node, bundlers, Bun and Deno resolve: the first condition that holds. https://nodejs.org/api/packages.html#conditional-exports */
function resolved(targets: Targets | undefined, conditions: readonly string[]): string | undefined {
  if (targets === undefined || typeof targets === 'string') return targets;
  const [condition = ''] = Object.keys(targets).filter((name) => name === 'default' || conditions.includes(name));
  return resolved(targets[condition], conditions);
}

/** Bun and Deno call themselves `node`, too. */
const RUNTIMES = [
  ['node', ['node', 'import'], 'node', 'node'],
  ['Bun', ['bun', 'node', 'import'], 'web', 'fetch'],
  ['Deno', ['deno', 'node', 'import'], 'web', 'fetch'],
  ['Cloudflare', ['workerd', 'worker', 'browser'], 'web', 'fetch'],
  ['an edge function', ['edge-light', 'node'], 'web', 'fetch'],
  ['a browser bundle', ['browser', 'import'], 'web', 'fetch'],
  ['anything else', ['import'], 'web', 'fetch'],
] as const;

it.each(RUNTIMES)('on %s', (_, conditions, digest, transport) => {
  const { imports } = manifest;
  expect(resolved(imports['#digest'], conditions)).toBe(`./dist/platform/digest.${digest}.js`);
  expect(resolved(imports['#transport'], conditions)).toBe(`./dist/http/transport.${transport}.js`);
  const source = ['@disburse/source', ...conditions];
  expect(resolved(imports['#digest'], source)).toBe(`./src/platform/digest.${digest}.ts`);
  expect(resolved(imports['#transport'], source)).toBe(`./src/http/transport.${transport}.ts`);
});

it('is the one of Node in these tests', () => expect(picked).toBe(onNode));
