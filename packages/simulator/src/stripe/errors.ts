/** The error of an answer (contract section 7). `doc_url` follows from the code. */
export interface StripeErrorBody {
  readonly type?: 'api_error' | 'card_error' | 'idempotency_error' | 'invalid_request_error';
  readonly code?: string;
  readonly message: string;
  readonly param?: string;
}

/**
 * How far a refused request got, which decides whether the idempotency key remembers the refusal: `protocol` and
 * `validation` are never stored, `execution` is.
 */
export type RefusalStage = 'protocol' | 'validation' | 'execution';

/** A request that Stripe refuses. */
export class Refusal extends Error {
  readonly status: number;
  readonly error: StripeErrorBody;
  readonly stage: RefusalStage;

  constructor(status: number, error: StripeErrorBody, stage: RefusalStage) {
    super(error.message);
    this.status = status;
    this.error = error;
    this.stage = stage;
  }
}

/** A 400 from before the execution began. */
export function invalid(error: StripeErrorBody): Refusal {
  return new Refusal(400, error, 'validation');
}

/** A refusal of a request whose parameters were fine. */
export function refused(error: StripeErrorBody, status = 400): Refusal {
  return new Refusal(status, error, 'execution');
}

/** The envelope as sent. */
export function envelope({ type = 'invalid_request_error', code, message, param }: StripeErrorBody): object {
  return {
    error: {
      ...(code === undefined ? {} : { code, doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}` }),
      message,
      ...(param === undefined ? {} : { param }),
      type,
    },
  };
}
