// docs/pictures/demo.svg shows what the demo prints; to write it again: npx -y pnpm@12 exec vitest run scripts/demo-picture.test.ts -u
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { beforeAll, expect, it } from 'vitest';
import { pictureOf } from './demo-picture.ts';

const root = join(import.meta.dirname, '..');
const TIMEOUT_MS = 60_000;

let said = '';
beforeAll(async () => {
  const env = { PATH: process.env['PATH'], FORCE_COLOR: '1' };
  const demo = ['--conditions=@disburse/source', join(root, 'examples/demo.ts')];
  said = (await promisify(execFile)(process.execPath, demo, { env })).stdout;
}, TIMEOUT_MS);

it('the picture shows what the demo prints', async () => {
  await expect(pictureOf(said)).toMatchFileSnapshot(join(root, 'docs/pictures/demo.svg'));
});

it('leaves out no word of the scenes that it shows', () => {
  const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');
  const shown = new Set(words(pictureOf(said).replaceAll(/<[^>]+>|&#160;/g, ' ')));
  const scenes = stripVTControlCharacters(said)
    .split('\n\n')
    .filter((scene) => /^\s*(?:what|with|Asked)/.test(scene));
  expect(scenes).toHaveLength(4);
  expect(words(scenes.join('\n')).filter((word) => !shown.has(word))).toEqual([]);
});

it('cannot be drawn of something else', () => expect(() => pictureOf('hello')).toThrow('The demo has other scenes.'));
