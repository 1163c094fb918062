// The error body (contract section 13.1). The words of `detail` are ours: the provider's are no contract, and nobody may branch on them.

/** The titles of the statuses; 401 has one that differs from the reason phrase. */
const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
};

/** Which errors name the field that caused them: all, all but the seven refusals of a create, or none. */
export type ErrorFields = 'all' | 'validation' | 'none';

/** How a world writes its errors. */
export interface ErrorStyle {
  readonly errorFields: ErrorFields;
  readonly errorLinks: boolean;
}

/** What a refusal may say besides its status and its words. */
export interface RefusalDetails {
  readonly field?: string;
  /** One of the seven refusals of a create: about the state of the world, not about the request. */
  readonly business?: true;
  /** The page of the documentation it points at. */
  readonly page?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused. */
export class Refusal extends Error {
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(status: number, detail: string, details: RefusalDetails = {}) {
    super(detail);
    this.status = status;
    this.details = details;
  }
}

/** The body as sent. */
export function errorBody({ status, message, details }: Refusal, { errorFields, errorLinks }: ErrorStyle): object {
  const { field, business, page = 'handling-errors' } = details;
  const named = field !== undefined && (errorFields === 'all' || (errorFields === 'validation' && business !== true));
  return {
    status,
    title: TITLES[status] ?? 'Error',
    detail: message,
    ...(named ? { field } : {}),
    ...(errorLinks ? { _links: { documentation: { href: `https://docs.mollie.com/overview/${page}`, type: 'text/html' } } } : {}),
  };
}
