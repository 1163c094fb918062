// One measurement of one client in a fresh process: what to do comes as JSON, what was measured goes back as a message.
import { createHmac } from 'node:crypto';
import { stripePayout, WEBHOOK_SECRET } from './canned.ts';
import { type Client, type Connect, expected } from './client.ts';

/** What a child is asked to do. */
export interface Job {
  readonly client: string;
  readonly measure: 'create' | 'page' | 'all' | 'webhook' | 'import';
  readonly port: number;
  /** How many creates, pages or deliveries; for `all`, how many payouts the list has. */
  readonly count: number;
  readonly inFlight: number;
  readonly parallel: number | null;
}

/** What a child measured. */
export interface Measured {
  readonly items: number;
  readonly wallMs: number;
  /** User and system time of the whole process, all threads. */
  readonly cpuMs: number;
  /** The most memory that the process ever had (resident). */
  readonly peakBytes: number;
}

const IMPORTS: Readonly<Record<string, () => Promise<unknown>>> = {
  'disburse-stripe': () => import('@disburse/stripe-adapter'),
  stripe: () => import('stripe'),
};

/** Before anything is measured: code is compiled, connections are open. */
const WARM_UP = 400;

async function measured(work: () => Promise<number>): Promise<Measured> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const items = await work();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { items, wallMs, cpuMs: (user + system) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

/** `count` calls, `inFlight` at a time. */
async function repeat(count: number, inFlight: number, call: (nth: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await call(next);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return count;
}

function delivery() {
  const created = Math.floor(Date.now() / 1000);
  const object = stripePayout(1, 1050, 'usd', { invoice: '47' });
  const body = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    api_version: '2026-10-28.endive',
    created,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: 'req_1', idempotency_key: 'key-1' },
    type: 'payout.paid',
  });
  return { body, signature: `t=${created},v1=${createHmac('sha256', WEBHOOK_SECRET).update(`${created}.${body}`).digest('hex')}` };
}

async function callsOf(client: Client, { measure, count, inFlight }: Job): Promise<Measured> {
  const { create, page, webhook } = client;
  const signed = delivery();
  const calls: Readonly<Record<string, ((nth: number) => Promise<unknown>) | undefined>> = {
    create,
    page: page === undefined ? undefined : async () => expected((await page()) === 100, 'a full page'),
    webhook: webhook === undefined ? undefined : () => webhook(signed),
  };
  const call = calls[measure];
  if (call === undefined) throw new Error(`${measure} is not in this client`);
  await repeat(WARM_UP, inFlight, (nth) => call(1_000_000 + nth));
  return measured(() => repeat(count, inFlight, call));
}

async function run(job: Job): Promise<Measured> {
  if (job.measure === 'import') {
    return measured(async () => {
      await IMPORTS[job.client]?.();
      return 1;
    });
  }
  const { connect } = (await import(new URL(`clients/${job.client}.js`, import.meta.url).href)) as { readonly connect: Connect };
  const client = await connect(job.port);
  if (job.measure !== 'all') return callsOf(client, job);
  const done = await measured(async () => (await client.all?.({ count: job.count, parallel: job.parallel })) ?? 0);
  expected(done.items === job.count, `${done.items} of ${job.count} payouts`);
  return done;
}

process.send?.(await run(JSON.parse(process.argv[2] ?? '') as Job), () => process.disconnect());
