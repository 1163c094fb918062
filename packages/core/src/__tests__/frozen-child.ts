// A process whose prototypes nobody can change any more, as after `lockdown` or a common answer to prototype pollution.
const kinds = [Object, Function, Array, String, Number, Boolean, Error, TypeError, Promise, Map, Set, RegExp, Date];
const inherited: readonly object[] = kinds.flatMap((kind) => [kind, kind.prototype]);
inherited.forEach((each) => Object.freeze(each));

const { addMoney } = await import('../index.ts');
const { ACME_TOKEN, acmeBank } = await import('./acme-bank.ts');
const { createAcme } = await import('./acme.ts');
const { manualTime } = await import('./manual-time.ts');

const time = manualTime();
const bank = acmeBank({ now: () => time.now() });
const acme = createAcme({ token: ACME_TOKEN, fetch: bank.fetch, runtime: time });
const money = addMoney({ amount: '10.00', currency: 'EUR' }, { amount: '0.50', currency: 'EUR' });
const paid = await acme.createPayout({ reference: 'rent-2026-11', money });
const refused = await acme.createPayout({ reference: 'rent-2026-12', money: { amount: '1.005', currency: 'EUR' } });
const [listed] = (await acme.list()).payouts;
process.stdout.write(`${paid.outcome} ${refused.outcome} ${listed?.money?.amount ?? 'nothing'}\n`);
