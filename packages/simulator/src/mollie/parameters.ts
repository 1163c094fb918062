// Closed parameter sets: what is not a parameter of the operation is refused (contract sections 2, 6 and 10).
import { BALANCE_CURRENCIES, hundredths } from './money.ts';
import { Refusal } from './errors.ts';

/** The query of a request; the last of several values counts. */
export type Query = Readonly<Record<string, string>>;

/** A JSON object as sent. */
export type Body = Readonly<Record<string, unknown>>;

/** The query as names and values. */
export function parseQuery(query: string): Query {
  return Object.fromEntries(new URLSearchParams(query));
}

/** @throws {Refusal} 422 for the first name that is no parameter. */
export function checkNames(names: readonly string[], known: readonly string[], where: 'query' | 'body'): void {
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Refusal(422, `"${unknown}" is no ${where} parameter of this operation.`, { field: unknown });
  }
}

/** `testmode` of a query. @throws {Refusal} 422 for anything but `true` and `false`. */
export function queryTestmode(value: string | undefined): boolean {
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw new Refusal(422, 'testmode must be true or false.', { field: 'testmode' });
}

/** `testmode` of a body. @throws {Refusal} 422 for anything but a boolean and null. */
export function bodyTestmode(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw new Refusal(422, 'testmode must be a boolean.', { field: 'testmode' });
}

/** Items per page: 1 to 250, 50 by default. @throws {Refusal} 400 */
export function pageLimit(value: string | undefined): number {
  if (value === undefined) return 50;
  const limit = /^\d{1,9}$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > 250) throw new Refusal(400, 'limit must be a number from 1 to 250.', { field: 'limit' });
  return limit;
}

/** Whether the oldest come first. @throws {Refusal} 400 */
export function ascending(value: string | undefined): boolean {
  if (value === undefined || value === 'desc') return false;
  if (value === 'asc') return true;
  throw new Refusal(400, 'sort must be asc or desc.', { field: 'sort' });
}

/** What a create asks for, checked as far as that is possible without knowing the organization. */
export interface CreateBody {
  readonly balanceId: string;
  /** `full` for the full balance; the value in hundredths. */
  readonly amount: 'full' | { readonly currency: string; readonly gross: number };
  readonly description: string | null;
}

/** @throws {Refusal} 422 */
export function readCreateBody(body: Body, nullAmount: 'full_balance' | 'refused'): CreateBody {
  const { balanceId, amount, description = null } = body;
  if (balanceId === undefined) throw new Refusal(422, 'balanceId is required.', { field: 'balanceId' });
  if (typeof balanceId !== 'string' || !isBalanceId(balanceId)) {
    throw new Refusal(422, 'balanceId must be the id of a balance.', { field: 'balanceId' });
  }
  if (description !== null && (typeof description !== 'string' || Array.from(description).length > 255)) {
    throw new Refusal(422, 'description must be a string of at most 255 characters.', { field: 'description' });
  }
  if (amount === null && nullAmount === 'refused') throw new Refusal(422, 'amount must be an object.', { field: 'amount' });
  return { balanceId, amount: amount === undefined || amount === null ? 'full' : readAmount(amount), description };
}

/** Whether this is an id of a balance by its looks. `primary` is not: it is an alias on the balances paths only. */
export function isBalanceId(text: string): boolean {
  return /^bal_.+/.test(text);
}

function readAmount(amount: unknown): CreateBody['amount'] {
  if (typeof amount !== 'object' || amount === null || Array.isArray(amount)) {
    throw new Refusal(422, 'amount must be an object.', { field: 'amount' });
  }
  checkNames(Object.keys(amount), ['currency', 'value'], 'body');
  const { currency, value } = amount as Body;
  if (typeof currency !== 'string' || !BALANCE_CURRENCIES.includes(currency)) {
    throw new Refusal(422, 'amount.currency must be the currency of a balance.', { field: 'amount.currency' });
  }
  const gross = hundredths(value);
  if (gross === null) throw new Refusal(422, 'amount.value must be a string with two decimals.', { field: 'amount.value' });
  if (gross <= 0) throw new Refusal(422, 'amount.value must be more than zero.', { field: 'amount.value' });
  return { currency, gross };
}
