/** The error of a function that the component imports: its payload is what WIT says. */
export class WasiError extends Error {
  readonly payload: unknown;

  constructor(payload: unknown) {
    super(`the host answers ${JSON.stringify(payload)}`);
    this.payload = payload;
  }
}
