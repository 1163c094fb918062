import type { Command } from 'commander';
import type { Call, Ending } from '../call.ts';
import { CliError, EXIT } from '../exit-code.ts';
import { ADAPTERS, type AdapterId } from '../factories.ts';
import { together } from '../mistakes.ts';
import type { Perform } from '../perform.ts';
import { openSession, type Session, webhookSecretsOf } from '../session.ts';
import { table } from '../tables.ts';
import { EVENT_TYPES } from '../webhooks/event-types.ts';
import { sampleEvents, signatureOf } from '../webhooks/samples.ts';

const PATIENCE_MS = 20_000;

export function addEvents(program: Command, perform: Perform): void {
  const events = program
    .command('events')
    .description('List the event types of each provider.')
    .addHelpText('after', '\nExamples:\n  $ disburse events\n  $ disburse events send payout.paid --to http://127.0.0.1:4242')
    .action(perform('events', 'reads', listTypes));
  events
    .command('send')
    .description('Sign a sample event as the provider would, and send it to a URL.')
    .argument('<type>', 'the type of the event, such as payout.paid')
    .requiredOption('--to <url>', 'send it to this URL, such as the one that disburse listen prints')
    .addHelpText('after', '\nExamples:\n  $ disburse events send payout.failed --provider us --to http://127.0.0.1:4242')
    .action(perform('events send', 'reads', send));
}

async function listTypes(call: Call<'events'>): Promise<Ending<'events'>> {
  const rows = ADAPTERS.flatMap((adapter) => Object.entries(EVENT_TYPES[adapter].types).map(([type, meaning]) => [adapter, type, meaning]));
  return {
    exitCode: EXIT.done,
    result: {
      providers: ADAPTERS.map((adapter) => ({
        adapter,
        types: Object.entries(EVENT_TYPES[adapter].types).map(([type, meaning]) => ({ type, meaning })),
        source: EVENT_TYPES[adapter].source,
      })),
    },
    text: table(['adapter', 'type', 'meaning'], rows, call),
  };
}

async function send(call: Call<'events send', { readonly to: string }>): Promise<Ending<'events send'>> {
  const type = call.args[0] ?? '';
  const { to } = call.options;
  const [, { session, name, adapter }] = await together(
    () => assertUrl(to),
    () => sender(call, type),
  );
  const sample = (await sampleEvents(adapter, session.now())).find((event) => event.type === type);
  if (sample === undefined) throw new CliError('internal', `there is no sample of ${type}.`);
  const headers = { 'content-type': 'application/json', ...signatureOf(adapter, secretOf(session, name), sample.body, session.now()) };
  const status = await posted(to, headers, sample.body, call.signal);
  return {
    exitCode: status >= 200 && status < 300 ? EXIT.done : EXIT.nothing,
    result: { url: to, type, id: sample.id, status },
    text: [`${type} (${sample.id}) was answered ${status} by ${to}`],
  };
}

function assertUrl(to: string): void {
  if (!URL.canParse(to)) throw new CliError('usage', '--to is a URL, for example http://127.0.0.1:4242.');
}

interface Sender {
  readonly session: Session;
  readonly name: string;
  readonly adapter: AdapterId;
}

/** The provider that would send an event of this type. */
async function sender(call: Call<'events send'>, type: string): Promise<Sender> {
  const session = await openSession(call);
  const { name, id } = session.provider();
  const adapter = id as AdapterId; // Every provider of a configuration is made by one of the factories.
  if (!Object.hasOwn(EVENT_TYPES[adapter].types, type)) {
    throw new CliError('usage', `${name} (${adapter}) has no event ${type}; it has ${Object.keys(EVENT_TYPES[adapter].types).join(', ')}.`);
  }
  return { session, name, adapter };
}

function secretOf(session: Session, name: string): string {
  const [secret] = webhookSecretsOf(session, name);
  if (secret !== undefined) return secret;
  throw new CliError('config', `${session.config.shown} has no "webhookSecrets" for ${name}, so nothing can be signed.`, {
    advice: [`Add "webhookSecrets": [{ "env": "NAME_OF_A_VARIABLE" }] to providers.${name}.`],
  });
}

async function posted(url: string, headers: Readonly<Record<string, string>>, body: string, signal: AbortSignal): Promise<number> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    throw new CliError('unavailable', `${url} did not answer.`, {
      advice: ['disburse listen, in another terminal, is something that does.'],
    });
  }
}
