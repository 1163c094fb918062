// Contract section 4: wires, saved methods, statement descriptors.
import { describe, expect, it } from 'vitest';
import { errorOf } from '../__fixtures__/asking.ts';
import { ACH_ONLY_ROUTING_NUMBER, type TreasuryPaymentMethodOptions } from '../index.ts';
import { ACH, address, DATA, invalid, LINES, NETWORK, paying, text, TO_ACCOUNT, TO_TOKEN, WIRE } from './__fixtures__/paying.ts';

describe('wires', () => {
  it.each(Object.keys(LINES))('need %s of the address', async (line) => {
    const { pay, world } = paying();
    const reply = await pay(`${ACH}${address(line)}&${NETWORK}=us_domestic_wire`);
    expect(errorOf(reply)).toEqual(invalid(undefined, text(`${line} is missing`), `${DATA}[billing_details][address][${line}]`));
    expect(world.payouts).toHaveLength(0);
  });

  it('can do without the country where the world says so', async () => {
    const { pay } = paying({ variants: { wireNeedsCountry: false } });
    expect((await pay(`${ACH}${address('country')}&${NETWORK}=us_domestic_wire`)).status).toBe(200);
    expect((await pay(`${ACH}${address('city')}&${NETWORK}=us_domestic_wire`)).status).toBe(400);
  });

  it('need a bank that takes them; ach does not', async () => {
    const { pay } = paying();
    const wire = WIRE.replace('110000000', ACH_ONLY_ROUTING_NUMBER);
    expect(errorOf(await pay(wire))).toEqual(
      invalid(undefined, text('does not support wires'), `${DATA}[us_bank_account][routing_number]`),
    );
    expect((await pay(wire.replace('us_domestic_wire', 'ach'))).status).toBe(200);
  });

  it.each<[string, TreasuryPaymentMethodOptions, string, number, string]>([
    ['ach by preference', {}, '', 200, 'ach'],
    ['a wire by preference, without address', { network: 'us_domestic_wire' }, '', 400, ''],
    [
      'a wire by preference',
      { network: 'us_domestic_wire', address: { line1: 'a', city: 'b', state: 'CA', postal_code: '1', country: 'US' } },
      '',
      200,
      'us_domestic_wire',
    ],
    ['ach in spite of the preference', { network: 'us_domestic_wire' }, `&${NETWORK}=ach`, 200, 'ach'],
    ['a wire in spite of the preference, without address', {}, `&${NETWORK}=us_domestic_wire`, 400, ''],
  ])('go by a saved method: %s', async (_, options, more, status, network) => {
    const { pay, world } = paying();
    const { id } = world.account().addPaymentMethod(options);
    const { status: answered, json } = await pay(`${TO_TOKEN.replace('pm_usBankAccount', id)}${more}`);
    expect(answered).toBe(status);
    if (status === 200) {
      expect(json).toMatchObject({ destination_payment_method: id, destination_payment_method_details: { us_bank_account: { network } } });
    } else expect(json.error.param).toBe('destination_payment_method');
  });
});

describe('statement descriptors', () => {
  it.each<[string, string, number]>([
    ['ach', ACH, 10],
    ['us_domestic_wire', WIRE, 140],
    ['stripe', TO_ACCOUNT, 500],
  ])('of %s payments have their limit', async (_, body, most) => {
    const { pay, world } = paying();
    expect((await pay(`${body}&statement_descriptor=${'a'.repeat(most)}`)).status).toBe(200);
    const reply = await pay(`${body}&statement_descriptor=${'a'.repeat(most + 1)}`);
    expect(errorOf(reply)).toEqual(invalid(undefined, text(`at most ${most}`), 'statement_descriptor'));
    expect(world.payouts).toHaveLength(1);
  });

  it.each(['é', '<', '%25', '%27', '/', '%0A', ','])('have no %s', async (character) => {
    expect(errorOf(await paying().pay(`${ACH}&statement_descriptor=a${character}`))).toMatchObject({
      status: 400,
      code: undefined,
      param: 'statement_descriptor',
    });
  });

  it('have no underscore where the world says so', async () => {
    const { pay } = paying({ variants: { underscoreInDescriptor: false } });
    expect(errorOf(await pay(`${ACH}&statement_descriptor=payment_1`))).toMatchObject({ status: 400, param: 'statement_descriptor' });
  });
});
