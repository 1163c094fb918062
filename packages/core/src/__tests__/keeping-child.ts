// A process that keeps one submission: <folder> <who> <times> [<step before which it is killed> [resolve]]
import { fileSubmissionsOver } from '../stores/file-submissions.ts';
import { nodeFiles } from '../stores/node-files.ts';
import { untilGo } from './child.ts';
import { countedFiles } from './counted-files.ts';
import { submissionToKeep } from './store-rules.ts';

const [folder = '', who = '', times = '1', killedBefore = '0', resolves] = process.argv.slice(2);
let steps = 0;
const files = countedFiles(nodeFiles, async () => {
  steps += 1;
  if (steps === Number(killedBefore)) process.kill(process.pid, 'SIGKILL');
});
const store = fileSubmissionsOver(files, folder);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

if (Number(times) > 1) await untilGo();
const given = Array.from({ length: Number(times) }, (_, index) => submissionToKeep({ fingerprint: `${who}-${index}` }));
await Promise.all(
  given.map(async (mine) => {
    const kept = await store.putIfAbsent(mine);
    say(`${kept.submission === mine ? 'stored' : 'found'} ${kept.submission.fingerprint}`);
  }),
);
if (resolves === 'resolve') {
  await store.setResolution(submissionToKeep(), { payoutId: 'po_1' });
  say('resolution');
}
say(`steps ${steps}`);
