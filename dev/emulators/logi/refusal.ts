import type { Answer } from '../delivery.ts';
import { htmlAnswer, jsonAnswer } from '../delivery.ts';
import type { Switches } from './switches.ts';

/** What a refusal says. */
export interface RefusalDetails {
  readonly status: number;
  readonly code: string;
  readonly text: string;
  /** The field that is wrong, as the API names it. */
  readonly field?: string | undefined;
  /** Further members of the body. Makes the form a documented one, which no switch changes. */
  readonly documented?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The server says no. Thrown before any effect. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly details: RefusalDetails;

  constructor(details: RefusalDetails) {
    super(details.text);
    this.details = details;
  }
}

/** The code of a page that is too large. */
export const INVALID_PAGINATION = 'invalid_pagination';

/** The request makes no sense as it stands: 422. */
export function invalid(field: string, code: string, text: string): Refusal {
  return new Refusal({ status: 422, code, text, field });
}

/** The refusal on the wire, in the form that the switches choose. */
export function refusalAnswer({ details }: Refusal, switches: Switches): Answer {
  const { status, headers = {}, documented } = details;
  if (isPage(details, switches)) return htmlAnswer(status);
  const body = documented === undefined ? undocumented(details, switches) : { error: details.code, ...documented };
  return jsonAnswer(status, body, headers);
}

function isPage({ status, code }: RefusalDetails, { notFoundForm, largePages }: Switches): boolean {
  return (
    (status === 404 && notFoundForm === 'html') || (code === INVALID_PAGINATION && largePages === 'refused-in-html')
  );
}

function undocumented({ code, text, field }: RefusalDetails, { errorForm }: Switches): unknown {
  switch (errorForm) {
    case 'code':
      return { error: code };
    case 'code-and-description':
      return { error: code, error_description: text };
    case 'errors-array':
      return { errors: [text] };
    case 'errors-object':
      return { errors: { [field ?? 'base']: [text] } };
    case 'errors-text':
      return { errors: text };
    case 'fields':
      return field === undefined || field === 'base' ? { error: code } : { [field]: [text] };
  }
}
