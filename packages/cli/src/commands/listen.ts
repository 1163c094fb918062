import { isPayoutError, type PayoutEvent } from '@disburse/core';
import type { Command } from 'commander';
import { whose } from '../account.ts';
import type { Call, Ending } from '../call.ts';
import { CliError, EXIT } from '../exit-code.ts';
import type { Provider } from '../factories.ts';
import { together } from '../mistakes.ts';
import { payoutRecord } from '../out.ts';
import type { Perform } from '../perform.ts';
import type { Results } from '../records.ts';
import { openSession, type Session, webhookSecretsOf } from '../session.ts';
import { printable, STATUS_COLOURS } from '../style.ts';
import { moneyText, timeText } from '../tables.ts';
import { numberOf } from '../typed.ts';
import { inWords } from '../words.ts';
import { type Delivery, startReceiver } from '../webhooks/receiver.ts';

interface ListenOptions {
  readonly port: string;
  readonly count?: string | undefined;
}
type ListenCall = Call<'listen', ListenOptions>;

export function addListen(program: Command, perform: Perform): void {
  program
    .command('listen')
    .description('Receive webhooks on 127.0.0.1, verify them, and print what they say.')
    .option('--port <port>', 'listen on this port, or on a free one for 0', '4242')
    .option('--count <count>', 'stop after this many deliveries')
    .addHelpText(
      'after',
      `
POST /NAME goes to the provider of that name. Any other path goes to the
provider whose secret fits.

Examples:
  $ disburse listen
  $ disburse listen --port 0 --provider eu --json`,
    )
    .action(perform('listen', 'reads', listen));
}

async function listen(call: ListenCall): Promise<Ending<'listen'>> {
  const [port, limit, { session, candidates }] = await together(
    () => portOf(call.options),
    () => limitOf(call.options),
    () => opened(call),
  );
  const enough = Promise.withResolvers<void>();
  let deliveries = 0;
  const receiver = await startReceiver(port, async (delivery) => {
    const steps = await stepsFor(call, session, candidates, delivery);
    for (const step of steps) call.emit({ result: step, text: linesOf(call, step) });
    deliveries += 1;
    if (deliveries >= limit) enough.resolve();
    return steps.some((step) => 'refused' in step) ? 400 : 200;
  });
  call.emit({
    result: { listening: receiver.url },
    text: [`Listening at ${receiver.url} for ${candidates.map(({ name }) => name).join(', ')}.`],
  });
  call.signal.addEventListener('abort', () => enough.resolve(), { once: true });
  await enough.promise;
  await receiver.close();
  const nothing = { result: null, text: [] };
  if (call.options.count === undefined || deliveries >= limit) return { ...nothing, exitCode: EXIT.done };
  const error = new CliError('interrupted', `interrupted after ${deliveries} of ${limit} deliveries.`);
  return { ...nothing, exitCode: error.exitCode, error };
}

async function opened(call: ListenCall): Promise<{ readonly session: Session; readonly candidates: readonly Provider[] }> {
  const session = await openSession(call);
  return { session, candidates: candidatesOf(call, session) };
}

function portOf({ port }: ListenOptions): number {
  const number = numberOf(port);
  if (!Number.isSafeInteger(number) || number > 65_535) throw new CliError('usage', '--port is a number from 0 to 65535.');
  return number;
}

function limitOf({ count }: ListenOptions): number {
  if (count === undefined) return Number.POSITIVE_INFINITY;
  const limit = numberOf(count);
  if (!Number.isSafeInteger(limit) || limit < 1) throw new CliError('usage', '--count is a whole number from 1.');
  return limit;
}

/** Providers that can verify anything; nobody else is listened for. */
function candidatesOf(call: ListenCall, session: Session): readonly Provider[] {
  const names = call.options.provider === undefined ? session.names : [session.provider().name];
  const able = names.filter((name) => webhookSecretsOf(session, name).length > 0);
  if (able.length > 0) return able.map((name) => session.provider(name));
  throw new CliError('config', `${session.config.shown} has no "webhookSecrets" for ${names.join(', ')}: no delivery could be believed.`, {
    advice: ['Add "webhookSecrets": [{ "env": "NAME_OF_A_VARIABLE" }] to the provider.'],
  });
}

type Step = Results['listen'];

/** Several providers may share an address: a delivery belongs to the one whose secret it was signed with. */
async function stepsFor(call: ListenCall, session: Session, candidates: readonly Provider[], delivery: Delivery): Promise<readonly Step[]> {
  await session.refreshClock();
  const named = candidates.filter(({ name }) => delivery.path === `/${name}`);
  let refusal: string | null = null;
  let ignoredBy: string | null = null;
  for (const provider of named.length > 0 ? named : candidates) {
    const events = await eventsOf(provider, delivery);
    if (typeof events === 'string') refusal ??= events;
    else if (events.length > 0) return events.map((event) => ({ event: { ...event, payout: recordOf(call, event) } }));
    else ignoredBy ??= provider.name;
  }
  return [
    ignoredBy === null
      ? { refused: refusal ?? 'nobody is configured for it' }
      : { ignored: `verified by ${ignoredBy}, and no event of a payout` },
  ];
}

async function eventsOf(provider: Provider, { headers, body }: Delivery): Promise<readonly PayoutEvent[] | string> {
  try {
    return await provider.parseWebhook({ headers, body });
  } catch (error) {
    if (isPayoutError(error)) return inWords(error.message);
    throw error;
  }
}

const recordOf = (call: ListenCall, { payout }: PayoutEvent): ReturnType<typeof payoutRecord> | null =>
  payout === null ? null : payoutRecord(payout, call.options.raw);

function linesOf(call: ListenCall, step: Step): readonly string[] {
  if ('event' in step) {
    const { occurredAt, name, type, payoutId, payout } = step.event;
    const state =
      payout === null
        ? `read it: disburse get ${payoutId} ${whose(name, null)}`
        : `${call.paint(STATUS_COLOURS[payout.status], payout.status)}  ${moneyText(payout.money)}`;
    return [printable(`${timeText(occurredAt)}  ${name}  ${type}  ${payoutId}`) + `  ${state}`];
  }
  if ('ignored' in step) return [`ignored  ${printable(step.ignored)}`];
  return 'refused' in step ? [`refused  ${printable(step.refused)}`] : [];
}
