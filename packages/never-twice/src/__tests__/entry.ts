// What one bundle holds: see bundle.ts.
export { DIRECTED, directed } from './directed.ts';
export { simulate } from '../simulate.ts';
export { tally } from '../tally.ts';
