/** An answer of the API that is no success. */
export class ApiError extends Error {
  readonly code = "TOXIPROXY_API";
  readonly status: number;

  constructor(message: string, status: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/** What can go wrong, each with the text and the status that clients know. */
export const refusals = {
  badBody: (why: string): ApiError => new ApiError(`bad request body: ${why}`, 400),
  missing: (field: string): ApiError => new ApiError(`missing required field: ${field}`, 400),
  proxyNotFound: (): ApiError => new ApiError("proxy not found", 404),
  proxyExists: (): ApiError => new ApiError("proxy already exists", 409),
  invalidStream: (): ApiError =>
    new ApiError("stream was invalid, can be either upstream or downstream", 400),
  invalidType: (): ApiError => new ApiError("invalid toxic type", 400),
  toxicExists: (): ApiError => new ApiError("toxic already exists", 409),
  toxicNotFound: (): ApiError => new ApiError("toxic not found", 404),
} as const;

/** `error` as the API tells it: what has no status is 500. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError(error instanceof Error ? error.message : String(error), 500, { cause: error });
}
