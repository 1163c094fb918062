/** One way to do the same work. Every method throws where the answer is not the expected one: a fast wrong client is no client. */
export interface Client {
  /** Creates a payout of 10.50 under a number that was not used before. */
  readonly create?: (nth: number) => Promise<void>;
  /** Reads one page of 100. @returns how many payouts it held */
  readonly page?: () => Promise<number>;
  /** Reads every payout, newest first. @returns how many there were */
  readonly all?: (walk: Walk) => Promise<number>;
  /** Verifies one delivery. */
  readonly webhook?: (delivery: Delivery) => Promise<void>;
}

/** What `all` walks. */
export interface Walk {
  readonly count: number;
  /** Windows of time at once; `null` for one page after the other. */
  readonly parallel: number | null;
}

/** A signed webhook, as received. */
export interface Delivery {
  readonly body: string;
  readonly signature: string;
}

/** Makes a client of the server on this port of loopback. */
export type Connect = (port: number) => Promise<Client>;

/** Stops a run whose clients do not do the same. */
export function expected(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not what the server answers: ${what}`);
}
