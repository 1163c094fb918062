// NEVER-TWICE R13: what makes an answer certainly another payout, and what is only worth a notice.
import { describe, expect, it } from 'vitest';
import { acmeWorld, RENT, TEN } from '../__tests__/acme-world.ts';
import { matchSubmission } from './match-payout.ts';
import type { AdapterRules } from './context.ts';
import type { Payout } from '../payout/payout.ts';
import type { Submission } from '../stores/submission.ts';

const { context, acme } = acmeWorld();
const asked = await acme.prepare(RENT);
const ours = { token: asked.correlation.token };

describe('an answer', () => {
  it.each<
    readonly [string, Partial<Payout>, Partial<Submission>, Partial<AdapterRules>, mismatch: RegExp | null, notices: readonly string[]]
  >([
    ['as it was asked for', {}, {}, {}, null, []],
    ['of another currency', { money: { ...TEN, currency: 'USD' } }, {}, {}, /it is in USD, not in EUR/, []],
    ['of another amount', { money: { ...TEN, amount: '9.99' } }, {}, {}, /it is over 9.99 EUR, not over 10.00/, []],
    [
      'of another amount, where fees come off',
      { money: { ...TEN, amount: '9.75' } },
      {},
      { amountInAnswer: 'may_differ' },
      null,
      ['amount_differs'],
    ],
    ['of another currency, where fees come off', { money: { ...TEN, currency: 'USD' } }, {}, { amountInAnswer: 'may_differ' }, /USD/, []],
    ['with an amount that cannot be read', { money: null }, {}, {}, /^its amount or currency cannot be read, and 10.00 EUR was/, []],
    [
      'with an amount that cannot be read, where fees come off',
      { money: null },
      {},
      { amountInAnswer: 'may_differ' },
      /its amount or currency cannot be read/,
      [],
    ],
    ['that names no amount, as it may', { money: null }, {}, { withoutAmount: () => true }, null, ['amount_missing']],
    [
      'of another amount, where it may name none',
      { money: { ...TEN, amount: '9.99' } },
      {},
      { withoutAmount: () => true },
      /over 9.99/,
      [],
    ],
    ['of a full balance, without an amount yet', { money: null }, { money: 'full_balance' }, {}, null, []],
    ['of a full balance', { money: { amount: '512.00', currency: 'USD' } }, { money: 'full_balance' }, {}, null, []],
    ['with another token', { metadata: { token: 'another' } }, {}, {}, /the token of another submission/, []],
    ['without a token', { metadata: {} }, {}, {}, null, ['token_missing']],
    ['without a token, where there is none', { metadata: {} }, { correlation: { by: 'none', token: 'k' } }, {}, null, []],
    [
      'with a stranger’s token, where there is none',
      { metadata: { token: 'x' } },
      { correlation: { by: 'none', token: 'k' } },
      {},
      /token/,
      [],
    ],
    ['in live mode, asked for in test mode', { live: true }, { live: false }, {}, /it is a live payout and a test one was asked for/, []],
    ['in test mode, asked for in live mode', { live: false }, { live: true }, {}, /it is a test payout and a live one was asked for/, []],
    ['in live mode, where the credential does not tell', { live: true }, { live: null }, {}, null, []],
    [
      'wrong in every way',
      { live: true, metadata: { token: 'x' }, money: { ...TEN, currency: 'USD' } },
      { live: false },
      {},
      /token.*; .*live.*; .*USD/,
      [],
    ],
  ])('%s', (_, change, submission, its, mismatch, notices) => {
    const payout = { id: 'ac_1', live: false, money: TEN, metadata: ours, ...change } as Payout;
    const found = matchSubmission(context.with({ rules: { ...context.rules, ...its } }), { ...asked, ...submission }, payout);
    if (mismatch === null) expect(found.mismatch).toBeNull();
    else expect(found.mismatch).toMatch(mismatch);
    expect(found.certain).toBe(mismatch !== null && !String(mismatch).includes('cannot be read'));
    expect(found.notices.map(({ code }) => code)).toEqual(notices);
  });
});
