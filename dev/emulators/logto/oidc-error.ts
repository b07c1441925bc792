import { jsonAnswer } from '../delivery.ts';
import { Refusal } from './refusal.ts';

const MESSAGES: Readonly<Record<string, string>> = {
  invalid_redirect_uri: "`redirect_uri` did not match any of the client's registered `redirect_uris`.",
  invalid_request: 'Request is invalid.',
  invalid_target: 'Invalid resource indicator.',
  unsupported_grant_type: 'Unsupported `grant_type` requested.',
};

/** A refusal in the form in which Logto wraps the errors of its OIDC layer. */
export function oidcError(
  status: number,
  error: string,
  description: string,
  {
    headers,
    fields,
  }: {
    readonly headers?: Readonly<Record<string, string>>;
    readonly fields?: Readonly<Record<string, string>>;
  } = {},
): Refusal {
  const code = `oidc.${error}`;
  const message = MESSAGES[error] ?? `An OIDC error occurred: ${code}.`;
  return new Refusal(jsonAnswer(status, { code, message, error, error_description: description, ...fields }, headers));
}
