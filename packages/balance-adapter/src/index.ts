export type { BalanceBags } from './options.ts';
export {
  type BalanceFactory,
  type BalanceProvider,
  type BalanceProviderFor,
  type BalanceSettings,
  createBalance,
  type ReadingBalanceProvider,
} from './provider.ts';
export { type BalancePayoutObject, balancePayoutOf } from './wire.ts';
