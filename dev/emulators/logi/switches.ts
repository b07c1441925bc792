/**
 * What logi's documentation leaves open, one switch for each unknown.
 *
 * The first alternative named is the default: what the documentation says, else what it suggests, else the stricter.
 */
export interface Switches {
  /** Rate limits: 10 creates an hour and 30 a day per key, 60 other calls a minute per address, 20 logins per client. */
  readonly limits: 'on' | 'off';
  /** How the limits count. Rack::Attack counts in fixed windows; a sliding one is stricter. */
  readonly limitWindow: 'sliding' | 'fixed';
  /** Whether a create that was refused uses up the create limits. */
  readonly failedCreates: 'counted' | 'free';
  /** The form of `Retry-After` with a 429. */
  readonly retryAfter: 'seconds' | 'date' | 'none';
  /** Creates of one developer at once: served one after the other, or all but one refused with 409. */
  readonly concurrentCreates: 'serialised' | 'one-passes';

  /** The key around the fields of a create and an update. */
  readonly wrapperKey: 'application' | 'oauth_application' | 'both';
  /** Fields that the endpoint does not know: 422, or no notice. */
  readonly unknownFields: 'refused' | 'ignored';
  /** `client_type` in an update. */
  readonly immutableFields: 'refused' | 'ignored';
  /** `logo_url`, which only old documentation has. */
  readonly logoUrl: 'unknown' | 'accepted';
  /** The answer to a body that does not call itself JSON. */
  readonly wrongContentType: 415 | 400;
  /** Values of `X-Logi-Client-Type` other than `cli` and `mcp`: recorded as `api`, or 422. */
  readonly clientTypeHeader: 'any' | 'known';

  /** One application in an answer: the object, or the object under `application`. */
  readonly answers: 'bare' | 'wrapped';
  readonly ids: 'number' | 'text';
  /** A list: a top-level array, or an object with the array under this name. */
  readonly list: 'array' | 'applications' | 'data';
  /** Paging of the list by `page` and `per_page`, by `since` and `limit` as the events API has it, or by `cursor`. */
  readonly paging: 'none' | 'page' | 'since' | 'cursor';
  /** Applications on a page when the request does not say. */
  readonly pageSize: number;
  /** Pages larger than the server's largest: as large as that, or 422, as JSON or as a page. */
  readonly largePages: 'clamped' | 'refused' | 'refused-in-html';
  /** How an answer says that there are more pages: not at all, by a total, or by a `Link` header. */
  readonly pagingHint: 'none' | 'total' | 'link';
  /** How long a new application is missing from the list, in ms. */
  readonly listLagMs: number;
  /** The form of error bodies whose form is not documented. `fields`: the fields at the top, or a code where there is none. */
  readonly errorForm: 'code-and-description' | 'code' | 'errors-array' | 'errors-object' | 'errors-text' | 'fields';
  /** The 404 for an id that is not there. */
  readonly notFoundForm: 'json' | 'html';
  readonly organizationForm: 'text' | 'object';
  /** `created_at`: ISO 8601, or as the command line prints it. */
  readonly createdAtForm: 'iso' | 'printed';
  readonly tokenEndpointAuthMethod: 'client_secret_basic' | 'client_secret_post';
  /** Server-side attributes that may show in answers. */
  readonly extraAnswerFields: 'none' | 'some';
  /** The spelling of the profile scope in answers. */
  readonly profileScope: 'as-sent' | 'profile' | 'profile:basic';
  /** The order of URIs and scopes in answers. */
  readonly listOrder: 'as-sent' | 'sorted';

  /** A create with a name that the organization already uses: another one, the one that is there, or 422. */
  readonly sameName: 'another' | 'found' | 'refused';
  /** The status when `sameName: found` finds one. */
  readonly foundStatus: 200 | 201;
  /** Whether the name of a deleted application can be used again, where names matter at all. */
  readonly deletedNames: 'reserved' | 'free';
  /** Whether the create of a confidential client shows its secret. */
  readonly createSecret: 'shown' | 'withheld';
  /** How an answer lacks a secret that it could have had. */
  readonly emptySecret: 'missing' | 'empty' | 'null';
  /** Status of a new application without risk flags. */
  readonly initialStatus: 'sandbox' | 'approved';
  /** Whether risk flags are raised, which make a new application `pending`. */
  readonly riskFlags: 'raised' | 'never';
  /** Whose creates count for `high_volume_developer`. */
  readonly highVolumePer: 'developer' | 'organization';
  /** Whether `profile:basic` raises `unlisted_scope`. */
  readonly profileBasic: 'unflagged' | 'flagged';
  /** Whether a placeholder name raises its flag only as the whole name. */
  readonly suspiciousNames: 'whole' | 'word';
  readonly defaultScopes: readonly string[];
  readonly offlineAccess: 'accepted' | 'refused';

  /** `redirect_uris` and `allowed_scopes` in an update. */
  readonly updateLists: 'taken' | 'ignored' | 'refused';
  readonly updateAnswer: 'application' | 'no-content';
  /** Whether an update makes an approved application pending again. */
  readonly updateKeepsApproval: 'yes' | 'no';
  /** The routes that add and remove one redirect URI. */
  readonly redirectRoutes: 'present' | 'absent';
  /** A create or an update with no redirect URI at all. */
  readonly noRedirectUris: 'refused' | 'accepted';
  /** Taking the last one away by its own route. */
  readonly lastRedirectUri: 'refused' | 'removed';
  readonly duplicateRedirectUri: 'refused' | 'ignored';
  /** Custom schemes: any, or only in reverse-DNS form. */
  readonly customSchemes: 'any' | 'reverse-dns';
  /** Fragments, user information, https to an address literal. */
  readonly oddRedirectUris: 'refused' | 'accepted';
  readonly maxRedirectUris: number;
  readonly maxUriLength: number;
  readonly maxNameLength: number;
  /** Blanks at the ends of a name and between its words. */
  readonly nameBlanks: 'kept' | 'tidied';
  /** What clears `webhook_url` and `app_link_url` in an update. */
  readonly clearing: 'null' | 'empty' | 'both' | 'refused';
  /** Hosts that do not resolve (yet), beside those that never can. */
  readonly unresolvableHosts: readonly string[];

  /** The route that rotates a secret, which is what `logi apps rotate-secret` is thought to call. */
  readonly rotateRoute: 'present' | 'absent';
  readonly rotateAnswer: 'application' | 'secret-only' | 'wrapped';
  readonly publicRotation: 'refused' | 'no-secret';
  readonly deleteStatus: 204 | 200 | 202;
  readonly deleteAgain: 'not-found' | 'done';

  /** Which scopes a key needs: `apps:read` to read and `apps:manage` to write, `apps:manage` for all, none. */
  readonly keyScopes: 'read-and-manage' | 'manage' | 'none';
  readonly manageImpliesRead: 'no' | 'yes';
  /** Whether the role developer may update and delete. */
  readonly developerWrites: 'allowed' | 'refused';
  /** The answer for an application of another organization. */
  readonly foreign: 'not-found' | 'forbidden';
  readonly meRoute: 'present' | 'absent';

  /** Whether a sandbox application can log in. */
  readonly sandboxLogin: 'allowed' | 'refused';
  /** Whether the token endpoint looks at the client or at the grant first. */
  readonly tokenCheck: 'client-first' | 'grant-first';
  /** The status with which the token endpoint refuses a client that sends its credentials in the body (RFC 6749 section 5.2). */
  readonly invalidClient: 401 | 400;
}

/** The documented, else the suggested, else the stricter behaviour. */
export const DEFAULT_SWITCHES: Switches = {
  limits: 'on',
  limitWindow: 'sliding',
  failedCreates: 'counted',
  retryAfter: 'seconds',
  concurrentCreates: 'serialised',
  wrapperKey: 'application',
  unknownFields: 'refused',
  immutableFields: 'refused',
  logoUrl: 'unknown',
  wrongContentType: 415,
  clientTypeHeader: 'any',
  answers: 'bare',
  ids: 'number',
  list: 'array',
  paging: 'none',
  pageSize: 25,
  largePages: 'clamped',
  pagingHint: 'none',
  listLagMs: 0,
  errorForm: 'code-and-description',
  notFoundForm: 'json',
  organizationForm: 'text',
  createdAtForm: 'iso',
  tokenEndpointAuthMethod: 'client_secret_basic',
  extraAnswerFields: 'none',
  profileScope: 'as-sent',
  listOrder: 'as-sent',
  sameName: 'another',
  foundStatus: 200,
  deletedNames: 'reserved',
  createSecret: 'shown',
  emptySecret: 'missing',
  initialStatus: 'sandbox',
  riskFlags: 'raised',
  highVolumePer: 'developer',
  profileBasic: 'unflagged',
  suspiciousNames: 'whole',
  defaultScopes: ['openid', 'profile'],
  offlineAccess: 'accepted',
  updateLists: 'taken',
  updateAnswer: 'application',
  updateKeepsApproval: 'yes',
  redirectRoutes: 'present',
  noRedirectUris: 'refused',
  lastRedirectUri: 'refused',
  duplicateRedirectUri: 'refused',
  customSchemes: 'any',
  oddRedirectUris: 'refused',
  maxRedirectUris: 100,
  maxUriLength: 2048,
  maxNameLength: 255,
  nameBlanks: 'kept',
  clearing: 'null',
  unresolvableHosts: [],
  rotateRoute: 'present',
  rotateAnswer: 'application',
  publicRotation: 'refused',
  deleteStatus: 204,
  deleteAgain: 'not-found',
  keyScopes: 'read-and-manage',
  manageImpliesRead: 'no',
  developerWrites: 'allowed',
  foreign: 'not-found',
  meRoute: 'present',
  sandboxLogin: 'allowed',
  tokenCheck: 'client-first',
  invalidClient: 401,
};
