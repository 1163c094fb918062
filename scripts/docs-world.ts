// Imported first by every program of the documentation: the simulated providers stand at their real addresses, it is always the same
// Monday, and nothing leaves this machine.
import { createVirtualClock, simulateMollie, simulateStripe, simulateStripeTreasury } from '@disburse/simulator';

const clock = createVirtualClock();
const MONDAY = clock.now();
Date.now = (): number => MONDAY + Math.floor(performance.now());

const stripe = simulateStripe({ clock });
const treasury = simulateStripeTreasury({ clock });
const mollie = simulateMollie({ clock });

// Credentials of no account.
const CREDENTIALS = {
  STRIPE_SECRET_KEY: 'sk_test_docs',
  STRIPE_WEBHOOK_SECRET: 'whsec_docs',
  MOLLIE_TOKEN: 'test_docs',
  MOLLIE_ACCESS_TOKEN: 'access_docs',
  MOLLIE_WEBHOOK_SECRET: 'docs',
};
Object.assign(process.env, CREDENTIALS);
for (const key of ['sk_test_docs', 'sk_test_...', 'rk_test_docs']) {
  stripe.acceptApiKey(key);
  treasury.acceptApiKey(key);
}
for (const token of ['test_docs', 'test_...', 'access_docs', 'access_...']) mollie.acceptCredential({ token });

/** What the pages call the things of this world. */
function namesFor(account: string | undefined): readonly (readonly [shown: string, real: string])[] {
  const payer = stripe.account(account);
  const holder = treasury.account(account);
  return [
    ['ba_1', payer.addBankAccount({ currency: 'usd' }).id],
    ['fa_1', holder.financialAccount().id],
    ['fa_2', treasury.account('acct_recipient').financialAccount().id],
    ['cus_1', holder.customers[0] ?? ''],
    ['pm_1', holder.addPaymentMethod().id],
    ['bal_1', mollie.test.balance().id],
  ];
}

const namesOf = new Map<string, ReturnType<typeof namesFor>>();

const HOSTS: Readonly<Record<string, (path: string) => typeof globalThis.fetch>> = {
  'api.stripe.com': (path) => (path.startsWith('/v1/treasury/') || path.startsWith('/v1/test_helpers/treasury/') ? treasury : stripe).fetch,
  'api.mollie.com': () => mollie.fetch,
};

const realFetch = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const request = new Request(input, init);
  const url = new URL(request.url);
  if (url.hostname === '127.0.0.1') return realFetch(request);
  const provider = Object.hasOwn(HOSTS, url.hostname) ? HOSTS[url.hostname] : undefined;
  if (provider === undefined) throw new Error(`No request of the documentation goes to ${url.hostname}.`);
  const account = request.headers.get('stripe-account') ?? undefined;
  const names = namesOf.get(account ?? '') ?? namesFor(account);
  namesOf.set(account ?? '', names);
  const real = (text: string): string => names.reduce((left, [name, id]) => left.replaceAll(new RegExp(`\\b${name}\\b`, 'g'), id), text);
  const shown = (text: string): string => names.reduce((left, [name, id]) => left.replaceAll(id, name), text);
  await clock.advance(Math.max(0, Date.now() - clock.now()));
  const answer = await provider(url.pathname)(real(request.url), {
    method: request.method,
    headers: request.headers,
    body: request.body === null ? null : real(await request.text()),
    signal: request.signal,
  });
  const { status, headers } = answer;
  return new Response(status === 204 ? null : shown(await answer.text()), { status, headers });
};
