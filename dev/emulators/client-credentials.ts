import type { Arrival } from './frontend.ts';

/** What a client says of itself at a token endpoint. */
export interface Presented {
  readonly clientId: string;
  readonly clientSecret: string | undefined;
  readonly method: 'basic' | 'body' | 'both';
}

/** The credentials in the header or in the form; `undefined` when there is not even a client id. */
export function presentedBy({ headers }: Pick<Arrival, 'headers'>, form: URLSearchParams): Presented | undefined {
  const basic = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headers.authorization ?? '')?.[1];
  if (basic === undefined) {
    const clientId = form.get('client_id');
    if (clientId === null) return undefined;
    return { clientId, clientSecret: form.get('client_secret') ?? undefined, method: 'body' };
  }
  const [clientId = '', clientSecret] = Buffer.from(basic, 'base64').toString().split(/:(.*)/s).map(formDecoded);
  return { clientId, clientSecret, method: form.has('client_secret') ? 'both' : 'basic' };
}

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
function formDecoded(text: string): string {
  return new URLSearchParams(`v=${text.replaceAll('&', '%26')}`).get('v') ?? '';
}
