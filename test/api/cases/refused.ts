/** A spec that must be refused: how it differs from `WEB`, and what the API server says where. */
export interface Refused {
  readonly name: string;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly field: string;
  readonly message: string;
}
