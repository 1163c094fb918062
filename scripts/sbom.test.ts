// A bill of materials is what its format asks for, and names everything.
import { describe, expect, it } from 'vitest';
import { againstSchema, problemsOfBill } from './sbom.ts';

const licenses = [{ license: { id: 'MIT' } }];
const hashes = [{ alg: 'SHA-512', content: '0'.repeat(128) }];
const externalReferences = [{ type: 'distribution', url: 'https://registry.test/ky.tgz', hashes }];
const KY = { type: 'library', name: 'ky', version: '2.1.0', purl: 'pkg:npm/ky@2.1.0', licenses, externalReferences };
const OWN = { type: 'library', group: '@disburse', name: 'core', version: '1.0.0', purl: 'pkg:npm/%40disburse/core@1.0.0', licenses };
const BILL = { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, metadata: { component: OWN }, components: [KY] };
const NAMES = ['@disburse/core@1.0.0', 'ky@2.1.0'];

describe('a bill', () => {
  it('that names everything is one', () => expect(problemsOfBill(BILL, NAMES)).toEqual([]));
  it('may name ours without a checksum', () => expect(problemsOfBill({ ...BILL, components: [KY, OWN] }, NAMES)).toEqual([]));

  it.each<readonly [string, object, string]>([
    ['of nothing', { metadata: {} }, 'it is about nothing, not @disburse/core@1.0.0'],
    ['of another package', { metadata: { component: KY } }, 'it is about ky@2.1.0, not @disburse/core@1.0.0'],
    ['without a dependency', { components: [] }, 'ky@2.1.0 is missing'],
    ['with another version of one', { components: [{ ...KY, version: '2.0.0' }] }, 'ky@2.1.0 is missing'],
    ['that tells no licence', { components: [{ ...KY, licenses: [] }] }, 'ky@2.1.0 has no licence'],
    ['that tells no address', { components: [{ ...KY, purl: '' }] }, 'ky@2.1.0 has no address'],
    ['that tells no checksum', { components: [{ ...KY, externalReferences: [] }] }, 'ky@2.1.0 has no checksum'],
  ])('%s is none', (_, spoiled, problem) => expect(problemsOfBill({ ...BILL, ...spoiled }, NAMES)).toEqual([problem]));
});

describe('the schema of the format', () => {
  it('takes it', async () => expect(await againstSchema(JSON.stringify(BILL))).toBeNull());
  it.each<readonly [string, object]>([
    ['a licence that SPDX does not know', { components: [{ ...KY, licenses: [{ license: { id: 'MITT' } }] }] }],
    ['a member that it does not know', { coponents: [] }],
    ['a component without a name', { components: [{ type: 'library' }] }],
  ])('refuses %s', async (_, spoiled) => expect(await againstSchema(JSON.stringify({ ...BILL, ...spoiled }))).toEqual(expect.any(String)));
});
