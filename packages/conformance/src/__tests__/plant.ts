// How one mistake is planted in the correct adapter, and found.
import type { MoneyProfile, Payout, PayoutError, PayoutOutcome } from '@disburse/core';
import type { HttpResponse, Refusal, StatusTable } from '@disburse/core/adapter';
import { describe, expect, it } from 'vitest';
import { type ConformanceWorld, runConformance } from '../index.ts';
import { harborWorld } from './harbor-world.ts';
import {
  HARBOR_PARTS,
  type HarborOperations,
  type HarborParts,
  type HarborProvider,
  type HarborSettings,
  type HarborSpec,
  harborFactory,
  refusalOf,
} from './harbor.ts';

/** What is wrong, how it is planted, and the checks that must find it. */
export type Mistake = readonly [what: string, parts: Partial<HarborParts>, caughtBy: readonly string[]];

/** One test for each mistake: every check that it belongs to fails. That they pass without it, conformance.test.ts shows. */
export function mustBeCaught(purpose: string, mistakes: readonly Mistake[], worldWith = harborWith): void {
  describe(`${purpose}: a planted mistake is found`, () => {
    it.each(mistakes)('%s', async (_, parts, caughtBy) => {
      const { checks } = await runConformance(worldWith(parts), (id) => caughtBy.includes(id));
      const found = checks.filter(({ result }) => result === 'failed').map(({ id }) => id);
      expect(found.sort()).toEqual([...caughtBy].sort());
    });
  });
}

const harborWith = (parts: Partial<HarborParts>): ConformanceWorld => harborWorld(harborFactory(parts));

/** Replaces members of the spec. */
export const inSpec = (change: (spec: HarborSpec, settings: HarborSettings) => Partial<HarborSpec>): Partial<HarborParts> => ({
  spec: (spec, settings) => ({ ...spec, ...change(spec, settings) }),
});

/** Replaces operations. */
export const inOperations = (change: (written: HarborOperations, ...rest: Rest) => Partial<HarborOperations>): Partial<HarborParts> => ({
  operations: (written, ...rest) => ({ ...written, ...change(written, ...rest) }),
});
type Rest = Parameters<HarborParts['operations']> extends [unknown, ...infer Others] ? Others : never;

/** Changes every payout that is read. */
export const inPayout = (change: (payout: Payout) => Partial<Payout> | Record<string, unknown>): Partial<HarborParts> => ({
  toPayout: (parts, name, json) => {
    const payout = HARBOR_PARTS.toPayout(parts, name, json);
    return { ...payout, ...change(payout) } as Payout;
  },
});

/** What is sent, or what comes back, is not what the adapter meant. */
export const onTheLine = (
  send: (request: Request, next: typeof fetch, settings: HarborSettings) => Promise<Response>,
): Partial<HarborParts> => ({
  settings: (settings) => ({
    ...settings,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const headers = Object.fromEntries(request.headers);
      const body = request.method === 'GET' ? {} : { body: await request.text() };
      const plain = new Request(request.url, { method: request.method, headers, ...body });
      return send(plain, (url, changed) => (settings.fetch ?? fetch)(url, { ...changed, signal: init?.signal ?? null }), settings);
    },
  }),
});

/** A wrapper around the provider that core made, as somebody writes who does not use it. */
export const around = (change: (provider: HarborProvider, settings: HarborSettings) => object): Partial<HarborParts> => ({
  provider: (provider, settings) => {
    const wrapped = Object.create(Object.prototype, Object.getOwnPropertyDescriptors(provider)) as HarborProvider;
    return Object.assign(wrapped, change(provider, settings));
  },
});

/** Changes what creates and submits say. */
export const aroundOutcome = (change: (outcome: PayoutOutcome) => PayoutOutcome): Partial<HarborParts> =>
  around((provider) => ({
    createPayout: async (...given: Parameters<HarborProvider['createPayout']>) => change(await provider.createPayout(...given)),
    submit: async (...given: Parameters<HarborProvider['submit']>) => change(await provider.submit(...given)),
  }));

/** Calls "failed" what is unknown. */
export const failedInstead = (outcome: PayoutOutcome, of: (error: PayoutError) => boolean): PayoutOutcome =>
  outcome.outcome === 'unknown' && of(outcome.error)
    ? { outcome: 'rejected', error: outcome.error, retry: 'same_attempt', submission: outcome.submission, replayed: false, notices: [] }
    : outcome;

/** Changes what an answer without success means. */
export const refusing = (change: (answer: HttpResponse, right: Refusal) => Refusal): Partial<HarborParts> => ({
  refusal: (answer, purpose) => change(answer, refusalOf(answer, purpose)),
});
/** The refusal as a certain one. */
export const asRejected = (right: Refusal): Refusal =>
  ({ ...right, code: 'invalid_state', outcome: 'rejected', keyState: 'unused' }) as Refusal;

/** Replaces how a status is read. */
export const table = (read: (raw: string) => ReturnType<StatusTable['read']>): Partial<HarborParts> => ({
  status: { ...HARBOR_PARTS.status, read },
});

/** Replaces members of the money profile. */
export const money = (change: (profile: MoneyProfile) => Partial<MoneyProfile>): Partial<HarborParts> => ({
  money: { ...HARBOR_PARTS.money, ...change(HARBOR_PARTS.money) },
});

/** The request with other headers. */
export const withHeaders = (request: Request, change: (headers: Headers) => void): Request => {
  const headers = new Headers(request.headers);
  change(headers);
  return new Request(request, { headers });
};

/** Hands the request on. */
export const send = async (request: Request, next: typeof fetch, headers: Headers = request.headers): Promise<Response> =>
  next(request.url, {
    method: request.method,
    headers: Object.fromEntries(headers),
    ...(request.method === 'GET' ? {} : { body: await request.clone().text() }),
  });

/** The object without these members. */
export function without<Given extends object>(given: Given, ...members: readonly (keyof Given & string)[]): Given {
  return Object.fromEntries(Object.entries(given).filter(([member]) => !members.some((gone) => gone === member))) as Given;
}
