/** Kind of client (RFC 6749 section 2.1): a public one has no secret. */
type ClientKind = 'confidential' | 'public';

interface KeyNames {
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly issuer?: string;
}

/** Names of sets of keys, as the spec says them. */
export const SECRET_FORMAT_NAMES = ['Default', 'Env', 'Logi', 'OAuth2Proxy'] as const;
type SecretFormat = (typeof SECRET_FORMAT_NAMES)[number];

/** Which key holds what, per format and kind of client. A public client finds its endpoints by the issuer (protocol S5). */
export const SECRET_FORMATS: Readonly<Record<SecretFormat, Readonly<Record<ClientKind, KeyNames>>>> = {
  // RFC 6749 section 2.3.1.
  Default: {
    confidential: { clientId: 'client_id', clientSecret: 'client_secret' },
    public: { clientId: 'client_id', issuer: 'issuer' },
  },
  Env: variables('CLIENT_ID', 'CLIENT_SECRET', 'ISSUER'),
  // docs.1pass.dev/en/integrations/nextjs, "Environment variables": the URL of logi's API is its issuer.
  Logi: variables('LOGI_CLIENT_ID', 'LOGI_CLIENT_SECRET', 'LOGI_API_URL'),
  // oauth2-proxy.github.io, configuration overview: a flag in capitals behind OAUTH2_PROXY_.
  OAuth2Proxy: variables('OAUTH2_PROXY_CLIENT_ID', 'OAUTH2_PROXY_CLIENT_SECRET', 'OAUTH2_PROXY_OIDC_ISSUER_URL'),
};

/** Every key that a format can write: id, secret and issuer, in this order. */
export function namesOf(format: SecretFormat): readonly [clientId: string, clientSecret: string, issuer: string] {
  const { confidential, public: open } = SECRET_FORMATS[format];
  return [confidential.clientId, confidential.clientSecret ?? '', open.issuer ?? ''];
}

function variables(clientId: string, clientSecret: string, issuer: string): Readonly<Record<ClientKind, KeyNames>> {
  return { confidential: { clientId, clientSecret, issuer }, public: { clientId, issuer } };
}
