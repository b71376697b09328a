/** The key of control requests, which ask past the limiter; no scenario's key may be called so. */
export const controlKey = "(control)";
