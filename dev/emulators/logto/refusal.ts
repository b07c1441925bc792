import type { Answer } from '../delivery.ts';
import { jsonAnswer } from '../delivery.ts';
import { MESSAGES } from './messages.ts';

/** What a refusal says besides its code. */
export interface RefusalDetails {
  readonly status: number;
  /** As Logto names it; what clients tell refusals apart by. */
  readonly code: string;
  /** What the message adds to that of the code. */
  readonly said?: string | undefined;
  readonly data?: unknown;
  readonly details?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The server says no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.answer = answer;
  }
}

/** A refusal in the form of Logto's own errors. */
export function refusal({ status, code, said, data, details, headers }: RefusalDetails): Refusal {
  return new Refusal(jsonAnswer(status, { code, data, details, message: said ?? MESSAGES[code] ?? code }, headers));
}

/** A business rule says no: 422. */
export function unprocessable(code: string): Refusal {
  return refusal({ status: 422, code });
}

/** No row with this id, as the database layer puts it. */
export function noSuchId(table: string, id: string): Refusal {
  return refusal({
    status: 404,
    code: 'entity.not_exists_with_id',
    said: `The ${table} with ID \`${id}\` does not exist.`,
  });
}

/** The request makes no sense as it stands, for a reason that no schema can say. */
export function invalidInput(status: number, said: string): Refusal {
  return refusal({ status, code: 'request.invalid_input', said: `Input is invalid. ${said}` });
}

/** A fault that nobody caught. */
export function unexpectedFault(): Refusal {
  return new Refusal(jsonAnswer(500, { message: 'Internal server error.' }));
}

/** What the router says by itself. */
export function textAnswer(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}
