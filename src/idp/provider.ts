import type { Credentials, Redacted } from '../credentials.ts';

/** How an identity provider behaves, in words that the plan reads. Nothing asks for the vendor's name. */
export interface Manners {
  /** Whether a registration can carry our owner mark (protocol I5). */
  readonly ownerMark: 'stored' | 'none';
  /** Whether a secret can be read again after it was issued. */
  readonly secrets: 'readable' | 'shown-once';
  /** Whether a new secret leaves the former ones working. */
  readonly rotation: 'overlapping' | 'immediate';
  /** Whether all registrations of the tenant can be listed. */
  readonly listing: 'complete' | 'none';
  /** Whether creates may run side by side with one credential. */
  readonly creates: 'one-at-a-time' | 'parallel';
}

/** The kinds of client (RFC 6749 section 2.1) that an application can be. */
export type ApplicationType = 'Web' | 'SinglePage' | 'Native' | 'MachineToMachine';

/**
 * What we want a registration to say (RFC 7591 section 2, client metadata).
 *
 * `undefined` means that the user never said it: the provider's own value stays and is not drift.
 */
export interface ClientMetadata {
  readonly name: string;
  readonly type: ApplicationType;
  readonly redirectUris: readonly string[];
  readonly scopes: readonly string[] | undefined;
  /** The block of the spec that belongs to this provider alone; each adapter decodes its own. */
  readonly extension: { readonly webhookUrl: string | undefined; readonly appLinkUrl: string | undefined };
}

/** A field of {@link ClientMetadata} as the spec names it, for conditions and Events. */
export type MetadataField = 'displayName' | 'redirectUris' | 'scopes' | 'webhookUrl' | 'appLinkUrl';

/** Whether a client can be used, as the provider has it. `unknown`: a word that we have not seen before. */
export type Approval = 'usable' | 'pending' | 'suspended' | 'unknown';

/** What the provider holds for an application. `undefined` where the answer does not show a field. */
export interface Registration {
  /** The provider's handle for management calls. */
  readonly id: string;
  readonly clientId: string;
  readonly name: string | undefined;
  /** RFC 6749 section 2.1. */
  readonly clientType: 'public' | 'confidential' | undefined;
  readonly redirectUris: readonly string[] | undefined;
  readonly scopes: readonly string[] | undefined;
  /** `null`: the provider says that none is set. */
  readonly extension: {
    readonly webhookUrl: string | null | undefined;
    readonly appLinkUrl: string | null | undefined;
  };
  readonly approval: Approval;
  /** As the provider says them, for people to read; never decided upon. */
  readonly facts: {
    readonly status: string | undefined;
    readonly environment: string | undefined;
    readonly tier: string | undefined;
    readonly organization: string | undefined;
    readonly createdAt: string | undefined;
  };
}

/** A registration just made. `secret` is missing for a public client, or when the provider showed none (protocol R8). */
export interface Registered {
  readonly registration: Registration;
  readonly secret: Redacted | undefined;
  /** What the adapter asks us to keep for later calls on this registration (a registration access token, say). */
  readonly state: Redacted | undefined;
}

/** All registrations of the tenant at one time, complete by protocol R3. */
export interface Inventory {
  readonly registrations: readonly Registration[];
}

/** A wish that this provider cannot grant, found without asking it. `path` is the field's path in the spec. */
export interface Refusal {
  readonly reason: 'UnsupportedByProvider' | 'InvalidSpec';
  readonly path: string;
  readonly message: string;
}

/** `unknown` proves nothing (protocol S10). */
export type Verification = 'good' | 'bad' | 'unknown';

/**
 * An identity provider's management API, reduced to what a pass needs.
 *
 * Every method throws only {@link ProviderError}, never retries (protocol O6), ends by the deadline that its signal
 * carries, and holds no state that decides anything. None of them is safe to repeat blindly except the reading ones,
 * `update` and `remove`; `register` and `issueSecret` are operations (protocol O1).
 */
export interface IdentityProvider {
  /** Block, endpoint origin and, where known, tenant (protocol I3). Stable for one provider object. */
  readonly identity: string;
  /** OpenID Connect issuer that the clients use. */
  readonly issuer: string;
  readonly manners: Manners;
  /** The most that this provider is known to bear with one credential. `undefined`: no limit is known. */
  readonly limits: {
    readonly createsPerHour: number | undefined;
    readonly createsPerDay: number | undefined;
    readonly createsPerWeek: number | undefined;
    readonly requestsPerMinute: number | undefined;
  };
  /** Fields of the spec, beyond name, type and redirect URIs, that this provider can honour. */
  readonly honours: ReadonlySet<string>;

  /** Fields that {@link IdentityProvider.update} can take away again. */
  readonly clears: ReadonlySet<MetadataField>;

  /** What a user of `wanted` has to know and can't see in the registration, each a sentence without a full stop. Pure. */
  remarks(wanted: ClientMetadata): readonly string[];
  /** What this provider cannot honour in `wanted`, each with its path. Pure. */
  refusals(wanted: ClientMetadata): readonly Refusal[];
  /**
   * Which fields of `found` do not say what `wanted` says. Pure; knows which spellings are equal here. A field that
   * `wanted` leaves out or `found` does not show never differs.
   */
  differences(wanted: ClientMetadata, found: Registration): readonly MetadataField[];

  /** Whether the provider can be reached with these credentials. Changes nothing. */
  check(signal: AbortSignal): Promise<void>;
  /** Every registration that the credentials can see. */
  inventory(signal: AbortSignal): Promise<Inventory>;
  /** @throws ProviderError `not-found` */
  get(id: string, signal: AbortSignal): Promise<Registration>;
  /** Creates a registration that is called `name` at first, with everything else of `wanted`. */
  register(name: string, wanted: ClientMetadata, signal: AbortSignal): Promise<Registered>;
  /**
   * Brings `fields` of the registration in step with `wanted` and returns what the provider then holds, which may
   * still differ. A field that is named here and that `wanted` leaves out is cleared where the provider can do that.
   */
  update(
    id: string,
    wanted: ClientMetadata,
    fields: readonly MetadataField[],
    signal: AbortSignal,
  ): Promise<Registration>;
  /** Issues a secret; with `rotation: immediate` the former one stops working. `undefined`: none was shown. */
  issueSecret(id: string, secretName: string, signal: AbortSignal): Promise<Redacted | undefined>;
  /** Deletes a superseded secret. Never called where `rotation` is `immediate`. */
  retireSecret(id: string, secretName: string, signal: AbortSignal): Promise<void>;
  /** Whether the credentials log in at the provider. Never throws for wrong ones. */
  verify(credentials: Credentials, signal: AbortSignal): Promise<Verification>;
  /** Deletes the registration. @throws ProviderError `not-found` when it is not there: one witness of two (D2) */
  remove(id: string, signal: AbortSignal): Promise<void>;
}
