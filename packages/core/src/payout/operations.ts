/** Every operation, in the order in which {@link Capabilities.operations} names them. */
export const OPERATIONS = [
  'createPayout',
  'prepare',
  'submit',
  'lookup',
  'resolve',
  'retrieve',
  'list',
  'listAll',
  'cancel',
  'parseWebhook',
  'update',
  'reverse',
  'balances',
] as const;

export type Operation = (typeof OPERATIONS)[number];
