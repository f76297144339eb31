/** The error result of a function that the component imports. jco passes the payload on as the WIT error value. */
export class WasiError extends Error {
  readonly payload: unknown;

  constructor(payload: unknown) {
    super(`WASI error: ${JSON.stringify(payload)}`);
    this.payload = payload;
  }
}
