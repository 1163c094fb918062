import { PayoutError } from '@disburse/core';
import type { Refusal } from '@disburse/core/adapter';
import { type HarborProvider } from '../__tests__/harbor.ts';
import { around, inOperations, inPayout, mustBeCaught, refusing } from '../__tests__/plant.ts';

let sends = 0;

mustBeCaught('changes', [
  [
    'a cancel that is too late is a matter of permission',
    refusing(({ status }, right) =>
      status === 409 ? ({ ...right, code: 'permission', outcome: 'rejected', keyState: 'unused' } as Refusal) : right,
    ),
    ['cancel/too-late', 'cancel/twice'],
  ],
  [
    'a page in the place of a canceled payout is taken as not found',
    refusing(({ status, json }, right) =>
      status === 404 && json === undefined ? ({ ...right, code: 'not_found', outcome: 'rejected', keyState: 'unused' } as Refusal) : right,
    ),
    ['cancel/lost-answer'],
  ],
  [
    'a lost cancel is told as done',
    around((provider) => ({
      cancel: async (id: string) => {
        const before = await provider.retrieve(id).catch(() => null);
        return provider.cancel(id).catch((error: PayoutError) => {
          if (error.outcome === 'unknown') return { ...before, status: 'canceled' };
          throw error;
        });
      },
    })),
    ['cancel/unknown'],
  ],
  [
    'a lost cancel is told as refused',
    around((provider) => ({
      cancel: (id: string) =>
        provider.cancel(id).catch((error: PayoutError) => {
          throw new PayoutError(error.code, error.message, { ...error.details(), outcome: 'rejected' });
        }),
    })),
    ['cancel/unknown'],
  ],
  ['a paid payout says that it can be canceled', inPayout(({ status }) => ({ cancelable: status !== 'canceled' })), ['cancel/too-late']],
  [
    'removing all metadata removes ours',
    around((provider, { fetch: send, token }) => ({
      update: async (id: string, change: Parameters<HarborProvider['update']>[1]) => {
        if (change.metadata !== null) return provider.update(id, change);
        await send?.(`https://harbor.test/payouts/${id}`, {
          method: 'POST',
          body: JSON.stringify({ metadata: null }),
          headers: { authorization: `Bearer ${token}` },
        });
        return provider.retrieve(id);
      },
    })),
    ['update/keeps-ours'],
  ],
  [
    'an update replaces instead of merging',
    inOperations((written) => ({
      update: async (id, { metadata }, ...rest) => {
        const known = await written.retrieve(id, ...rest);
        const gone = Object.fromEntries(Object.keys(known.metadata).map((key) => [key, null]));
        return written.update(id, { metadata: { ...gone, ...metadata } }, ...rest);
      },
    })),
    ['update/metadata'],
  ],
  [
    'a reversal has a random key',
    inOperations((written) => ({ reverse: (id, change, key, ...rest) => written.reverse(id, change, `${key}${(sends += 1)}`, ...rest) })),
    ['reverse/once'],
  ],
  [
    'reverse returns what was reversed',
    around((provider) => ({
      reverse: async (id: string) => {
        await provider.reverse(id);
        return provider.retrieve(id);
      },
    })),
    ['reverse/reverses'],
  ],
  ['the reversal is not named', inPayout(() => ({ reversedBy: null })), ['reverse/reverses']],

  [
    'a cancel returns the payout as it was',
    around((provider) => ({
      cancel: async (id: string) => {
        const before = await provider.retrieve(id);
        await provider.cancel(id);
        return before;
      },
    })),
    ['cancel/cancels', 'cancel/lost-answer'],
  ],
  [
    'a lost update is not looked after',
    around((provider, { fetch: send, token }) => ({
      update: async (id: string, { metadata }: Parameters<HarborProvider['update']>[1]) => {
        const headers = { authorization: `Bearer ${token}` };
        try {
          await send?.(`https://harbor.test/payouts/${id}`, { method: 'POST', body: JSON.stringify({ metadata }), headers });
        } catch {
          throw new PayoutError('provider_unavailable', 'the update was lost', { outcome: 'unknown' });
        }
        return provider.retrieve(id);
      },
    })),
    ['update/lost-answer', 'update/keeps-ours'],
  ],
  [
    'a refused reversal is unknown',
    refusing(({ status }, right) => (status === 422 ? ({ ...right, outcome: 'unknown', resend: false } as Refusal) : right)),
    ['reverse/wrong-state'],
  ],
]);
