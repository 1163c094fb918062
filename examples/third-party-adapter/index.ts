export { createFjord, type FjordProvider, type FjordSettings } from './provider.ts';
