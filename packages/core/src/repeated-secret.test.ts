// A provider, or somebody before it, that sends the credential back: in an id, a code, a sentence or a header.
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ACME_TOKEN } from './__tests__/acme-bank.ts';
import { acmeWorld, answered, changed, RENT } from './__tests__/acme-world.ts';
import { mismatchError } from './about-ours.ts';
import { errorOf } from './engine.ts';
import { PayoutError } from './errors.ts';
import type { Payout } from './payout.ts';

const everything = (value: unknown): string => `${JSON.stringify(value)} ${inspect(value, { depth: 9, showHidden: true })}`;
const bare = (id: string): Payout => ({ id }) as Payout;

describe('is told nowhere', () => {
  it('as the id of a payout, nor by what is told of the call', async () => {
    const world = acmeWorld({ resends: 0 });
    world.onCreate(changed((payout) => ({ ...payout, id: ACME_TOKEN })));
    const outcome = await world.acme.createPayout(RENT);
    expect(everything([outcome, world.events])).not.toContain(ACME_TOKEN);
    expect(world.bank.payouts).toHaveLength(1);
  });

  it('as an id that another id is compared with', async () => {
    const world = acmeWorld();
    await world.acme.createPayout(RENT);
    world.onRead(changed((payout) => ({ ...payout, id: `ac_${ACME_TOKEN}` })));
    const error: unknown = await world.acme.retrieve('ac_1').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'unexpected_response', payoutId: null });
    expect(everything(error)).not.toContain(ACME_TOKEN);
  });

  it('in a refusal, as a code or a sentence', async () => {
    const world = acmeWorld({ resends: 0 });
    world.onCreate(answered(400, { code: ACME_TOKEN, message: `you sent ${ACME_TOKEN}` }));
    expect(everything(await world.acme.createPayout(RENT))).not.toContain(ACME_TOKEN);
  });

  it('in an error that an adapter made of what is not redacted', () => {
    const { engine } = acmeWorld();
    const answer = { status: 400, headers: new Headers(), text: '', json: undefined };
    const refusal = {
      code: 'invalid_request',
      message: 'no.',
      providerCode: ACME_TOKEN,
      providerMessage: `you sent ${ACME_TOKEN}`,
      outcome: 'rejected',
      key: 'ask',
    } as const;
    const error = errorOf(engine, refusal, answer, 'rejected');
    expect([error.providerCode, error.providerMessage]).toEqual([null, 'you sent [redacted]']);
    expect(everything(mismatchError(engine, bare(ACME_TOKEN), 'it is in USD'))).not.toContain(ACME_TOKEN);
  });

  it('in a diagnostic', () => {
    const { engine, events } = acmeWorld();
    engine.telemetry({ type: 'diagnostic', code: 'webhook_refused', message: `of ${ACME_TOKEN}` });
    expect(events).toMatchObject([{ message: 'of [redacted]' }]);
  });
});

it.each([['po_1\nlevel=info'], ['x'.repeat(129)], ['Jane Doe'], ['']])('an error has no id that looks like none: %j', (id) => {
  const error = new PayoutError('unsupported', 'no.', { payoutId: id, requestId: id });
  expect([error.payoutId, error.requestId]).toEqual([null, null]);
});
