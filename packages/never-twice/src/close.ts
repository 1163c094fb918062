import type { PayoutOutcome, Submission } from '@disburse/core';
import * as app from './application.ts';
import { isOf, type Paid } from './ledger.ts';
import { type Deployment, type Process, start } from './processes.ts';
import { excuseForRejected, excuseForTwo } from './scope.ts';
import { DAY_MS, SECOND_MS } from './time.ts';

/** Whoever follows what `next` says comes to an end within so many steps, or is stranded. */
const MOST_STEPS = 14;

/** After everything calmed down: every submission that anybody holds must come to its true end. */
export async function closeAll(scene: app.Scene, deployment: Deployment, jobs: readonly app.Job[]): Promise<void> {
  const process = start(deployment);
  for (const job of jobs) await close(scene, deployment, process, job);
}

async function close(scene: app.Scene, deployment: Deployment, process: Process, job: app.Job): Promise<void> {
  const stored = [...(deployment.store?.rows.values() ?? [])]
    .map(({ json }) => json)
    .filter((json) => read(json).reference === job.reference);
  // The one that a store keeps counts for all with its key.
  const identityOf = ({ key, name, preparedAt }: Submission): string =>
    JSON.stringify([key, name, ...(deployment.store === null ? [preparedAt] : [])]);
  const held = new Map([...job.held, ...stored].map((json) => [identityOf(read(json)), json]));
  const { ledger } = scene.line;
  for (const json of held.values()) {
    const outcome = await follow(scene, process, job, json);
    checkFound(scene, process.machine.name, job, json, outcome);
  }
  for (const paid of ledger.paid.filter(({ reference }) => reference === job.reference)) {
    const isHeld = [...held.values()].some((json) => isOf(paid, read(json)));
    if (!isHeld)
      scene.judge.blame(
        'lost',
        job.reference,
        `${paid.id}: nobody holds its submission`,
        deployment.store === null || paid.flight.machine.endsWith(' beside') ? 'another process' : null,
      );
  }
  if (scene.line.dice.chance(0.5)) await createOnceMore(scene, process, job);
}

const read = (json: string): Submission => JSON.parse(json) as Submission;

function checkFound({ judge, line, protection }: app.Scene, by: string, job: app.Job, json: string, outcome: PayoutOutcome | null): void {
  if (outcome === null) return;
  const mine = line.ledger.paid.filter((paid) => isOf(paid, read(json)));
  const found = outcome.outcome === 'accepted' && mine.some(({ id }) => id === outcome.payout.id);
  const [first] = mine;
  if (found || first === undefined) return;
  // Answered with the reference's other payout, it is as bad as the double payment, which was judged when it was made, and no worse.
  const other = line.ledger.paid.find(
    (paid) => outcome.outcome === 'accepted' && paid.id === outcome.payout.id && paid.reference === job.reference,
  );
  const excuse =
    other === undefined
      ? excuseForRejected(by, first.flight.machine, job.reference, protection)
      : excuseForTwo(...inOrder(first, other), protection);
  judge.blame('lost', job.reference, `${first.id} exists, and its submission ended ${outcome.outcome}`, excuse);
}

const inOrder = (one: Paid, other: Paid): [Paid, Paid] => (one.at <= other.at ? [one, other] : [other, one]);

/** Does what `next` says until it ends; the person whom `ask` asks looks at the world, and comes back when told to wait. */
async function follow(scene: app.Scene, process: Process, job: app.Job, json: string): Promise<PayoutOutcome | null> {
  const { runtime } = process.machine;
  const { attempt } = read(json);
  // Where another attempt stands in the way, that one is resolved first: paid, it resolves the reference; refused, this one is next.
  const isOver = (told: PayoutOutcome): boolean =>
    told.outcome === 'accepted' || (told.outcome === 'rejected' && (told.submission?.attempt ?? attempt) === attempt);
  let outcome = await app.submit(scene, process, job, json, 'submit');
  for (let steps = 0; outcome !== null && !isOver(outcome); steps += 1) {
    if (outcome.outcome !== 'unknown') {
      outcome = await app.submit(scene, process, job, json, 'submit');
      continue;
    }
    if (steps >= MOST_STEPS) {
      scene.judge.blame('stranded', job.reference, `still unknown after ${steps} steps: ${outcome.error.message}`);
      return null;
    }
    const { next } = outcome;
    if (next.action === 'submit') {
      const patience = Math.min(DAY_MS, 4 ** steps * SECOND_MS); // A stored 500 is answered for as long as its key lives.
      const wait = Math.max(patience, Date.parse(next.notBefore) - runtime.now());
      await runtime.sleep(wait);
      outcome = await app.submit(scene, process, job, JSON.stringify(outcome.submission), 'submit');
    } else {
      const mine = JSON.stringify(outcome.submission);
      const asked = next.candidates.map(({ id }) => id);
      const decided = (await app.personResolves(scene, process, job, mine)) ?? (await app.personTakes(scene, process, job, mine, asked));
      if (decided === 'known') return null; // Paid, by another copy of it than this one; the person has seen it.
      if (decided === null) await runtime.sleep(DAY_MS);
      else outcome = decided;
    }
  }
  return outcome;
}

/** The job runs once more, weeks later. With a store it must not matter. */
async function createOnceMore(scene: app.Scene, process: Process, job: app.Job): Promise<void> {
  const outcome = await app.create(scene, process, job);
  if (outcome?.outcome === 'unknown') await follow(scene, process, job, JSON.stringify(outcome.submission));
}
