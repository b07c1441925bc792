/** A good spec; cases state only what they set differently. `undefined` leaves a field out. */
export const WEB = { type: 'Web', redirectUris: ['https://shop.example.com/callback'] };
export const NATIVE = { type: 'Native', redirectUris: ['com.example.shop:/callback'] };
export const MACHINE = { type: 'MachineToMachine', redirectUris: undefined };

/** A spec with every field of one vendor set. */
export const EVERYTHING = {
  providerRef: { kind: 'ClusterOAuthProvider', name: 'logi' },
  displayName: 'Shop',
  description: 'The web shop',
  type: 'Web',
  redirectUris: ['https://shop.example.com/callback', 'http://localhost:3000/callback?x=y', 'http://[::1]/callback'],
  postLogoutRedirectUris: ['https://shop.example.com/'],
  scopes: ['openid', 'profile:basic', 'blog:post.write'],
  grantTypes: ['authorization_code', 'refresh_token'],
  tokenEndpointAuthMethod: 'client_secret_basic',
  logoUri: 'https://shop.example.com/logo.svg',
  backchannelLogout: { uri: 'https://shop.example.com/logout', sessionRequired: true },
  corsAllowedOrigins: ['https://shop.example.com', 'http://localhost:3000'],
  tokens: { idTokenTtl: '1h', refreshTokenTtl: '336h', alwaysIssueRefreshToken: true, rotateRefreshToken: true },
  logto: {
    customData: { team: 'shop', nested: { deep: [1, 'two', null] } },
    tenantId: 'default',
    thirdParty: { consentScopes: { user: ['profile'], resource: ['abc'], organization: [], organizationResource: [] } },
    maxAllowedGrants: 3,
  },
  secret: {
    name: 'shop-oauth',
    format: 'Default',
    keys: { clientId: 'CLIENT_ID', clientSecret: 'CLIENT_SECRET', issuer: 'ISSUER', previousClientSecret: 'OLD' },
    template: {
      metadata: { labels: { app: 'shop' }, annotations: { 'example.com/note': '' } },
      data: { 'config.json': '{"secret": ${clientSecret|json}}' },
    },
  },
  rotation: {
    interval: '2160h',
    window: { days: ['Sat', 'Sun'], from: '22:00', to: '04:00', timeZone: 'America/Argentina/Buenos_Aires' },
    overlap: '24h',
    retireAfter: '168h',
    restart: 'Referencing',
    onSecretLoss: 'Reissue',
  },
  deletionPolicy: 'Retain',
  deletionProtection: false,
  management: 'Full',
  adopt: {
    applicationId: '42',
    secret: 'Keep',
    secretRef: { name: 'old', keys: { clientId: 'id', clientSecret: 's' } },
  },
  suspend: false,
};
