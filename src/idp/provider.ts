import type { OptionField, Options, OptionValue } from '../api/application/options.ts';
import type { Credentials, Redacted } from '../credentials.ts';
import type { MarkView, OwnerMark } from './owner-mark.ts';

/** How an identity provider behaves, in the words that a pass goes by. Nothing asks for the vendor's name. */
export interface Manners {
  /** Whether a registration can carry our owner mark (protocol I5). */
  readonly ownerMark: 'stored' | 'none';
  /** Whether a secret can be read again after it was issued. */
  readonly secrets: 'readable' | 'shown-once';
  /** Whether a new secret leaves the former ones working. */
  readonly rotation: 'overlapping' | 'immediate';
  /** Whether all registrations of the tenant can be listed. Nothing decides on it: it is for people (`capabilities`). */
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
  /** Everything else that becomes part of the registration, by its path in the spec. */
  readonly options: Options;
}

/** A field of {@link ClientMetadata} by its path in the spec, without the leading `spec.`. */
export type MetadataField = 'displayName' | 'redirectUris' | OptionField;

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
  /** `null`: the provider says that none is set. A field that is not there is not shown. */
  readonly options: FoundOptions;
  /** Whose it is, where the provider stores that (protocol I5). */
  readonly mark: MarkView;
  readonly approval: Approval;
  /** As the provider says them, for people to read; never decided upon. */
  readonly facts: {
    readonly status: string | undefined;
    readonly environment: string | undefined;
    readonly tier: string | undefined;
    readonly organization: string | undefined;
    readonly createdAt: string | undefined;
    /** Host that the provider itself serves for the application. */
    readonly host?: string | undefined;
    readonly customDomains?: readonly CustomDomain[] | undefined;
  };
  /** What the adapter needs of an answer for its next call on the registration, in its own form; nobody else reads it. */
  readonly carried?: unknown;
}

/** What a provider shows of the optional fields; see {@link Registration.options}. */
export type FoundOptions = { readonly [Field in OptionField]?: OptionValue<Field> | null };

/** A further host of an application, and what its owner has to enter into his DNS for it. */
export interface CustomDomain {
  readonly domain: string;
  readonly status: string;
  readonly error: string | undefined;
  readonly dnsRecords: readonly { readonly name: string; readonly type: string; readonly value: string }[];
}

/** A secret that can be read again (`secrets: readable`). */
export interface IssuedSecret {
  /** Unique among those of the registration. */
  readonly name: string;
  readonly value: Redacted;
  /** Epoch ms. */
  readonly createdAtMs: number | undefined;
  /** Epoch ms from which it does not log in any more; `undefined`: never. */
  readonly expiresAtMs: number | undefined;
}

/** One registration with what a listing does not show of it. */
export interface Inspection {
  readonly registration: Registration;
  /** Empty where secrets cannot be read again, and for a public client. */
  readonly secrets: readonly IssuedSecret[];
}

/** What a registration is born with, beside what its user wants. */
export interface Birth {
  /** The name that it bears at first. */
  readonly name: string;
  /** `undefined` where the provider stores none. */
  readonly mark: OwnerMark | undefined;
}

/** A registration just made. `secret` is missing for a public client, or when the provider showed none (protocol R8). */
export interface Registered {
  readonly registration: Registration;
  readonly secret: Redacted | undefined;
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

/** `missing`: there was none of this name, which is as good. */
export type Retirement = 'deleted' | 'missing';

/** `unknown`: the provider cannot tell, which proves nothing (protocol S10). */
export type Verification = 'good' | 'bad' | 'unknown';

/**
 * An identity provider's management API, reduced to what a pass needs.
 *
 * Every method throws only {@link ProviderError}, never retries (protocol O6), ends by the deadline that its signal
 * carries, and holds no state that decides anything. Safe to repeat blindly are the reading ones, `update`, `mark`,
 * `retireSecret` and `remove`, and `issueSecret` where `secrets` is `readable`, as its name makes it the same mint
 * (protocol T2); nothing else is. `register` and `issueSecret` are operations at every provider (O1).
 */
export interface IdentityProvider {
  /** Block, endpoint origin and, where known, tenant (protocol I3). Stable for one provider object. */
  readonly identity: string;
  /** OpenID Connect issuer that the clients use. */
  readonly issuer: string;
  /** Id of the registration that the operator itself logs in with, where it has one. */
  readonly self: string | undefined;
  readonly manners: Manners;
  /** Names that a registration's first secret may have (`secrets: readable`). */
  readonly firstSecretNames: ReadonlySet<string>;
  /** The most that this provider is known to bear with one credential. `undefined`: no limit is known. */
  readonly limits: {
    readonly createsPerHour: number | undefined;
    readonly createsPerDay: number | undefined;
    readonly createsPerWeek: number | undefined;
    readonly requestsPerMinute: number | undefined;
  };
  /** Optional fields that this provider can honour. */
  readonly honours: ReadonlySet<OptionField>;
  /** Fields that a listing does not show, and {@link IdentityProvider.inspect} does. */
  readonly unlisted: ReadonlySet<MetadataField>;

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
  /** What of `found` is not as `wanted` and can never be changed, so that it cannot be taken over. Pure. */
  conflicts(wanted: ClientMetadata, found: Registration): readonly Refusal[];

  /** Every registration that the credentials can see. Changes nothing: it is the check of the credentials too. */
  inventory(signal: AbortSignal): Promise<Inventory>;
  /** @throws ProviderError `not-found` */
  get(id: string, signal: AbortSignal): Promise<Registration>;
  /** The registration with what a listing does not show. @throws ProviderError `not-found` */
  inspect(id: string, signal: AbortSignal): Promise<Inspection>;
  /** The registration as {@link IdentityProvider.get} shows it, with its secrets. @throws ProviderError `not-found` */
  getWithSecrets(id: string, signal: AbortSignal): Promise<Inspection>;
  /** Creates a registration as it is born, with everything else of `wanted` that can be said in the one call. */
  register(birth: Birth, wanted: ClientMetadata, signal: AbortSignal): Promise<Registered>;
  /**
   * Brings `fields` of the registration in step with `wanted` and returns what the provider then holds, which may
   * still differ. A field that is named here and that `wanted` leaves out is cleared where the provider can do that;
   * what neither names stays as it is in `found`. That was read live a moment ago where `ownerMark` is `stored`; without
   * a mark it is what the last listing or answer showed.
   */
  update(
    found: Registration,
    wanted: ClientMetadata,
    fields: readonly MetadataField[],
    signal: AbortSignal,
  ): Promise<Registration>;
  /** Writes the owner mark over the one in `found`. Never called where `ownerMark` is `none`. */
  mark(found: Registration, mark: OwnerMark, signal: AbortSignal): Promise<Registration>;
  /**
   * Issues a secret; with `rotation: immediate` the former one stops working. `undefined`: none was shown. Where
   * `secrets` is `readable`, one of this name that is there already is the one (protocol T2).
   */
  issueSecret(id: string, secretName: string, signal: AbortSignal): Promise<Redacted | undefined>;
  /** Deletes a superseded secret. Never called where `rotation` is `immediate`. */
  retireSecret(id: string, secretName: string, signal: AbortSignal): Promise<Retirement>;
  /**
   * Whether the credentials log in at the provider. Never throws for wrong ones.
   *
   * @throws ProviderError when it was not there to be asked, which says nothing of them
   */
  verify(credentials: Credentials, signal: AbortSignal): Promise<Verification>;
  /** Deletes the registration. @throws ProviderError `not-found` when it is not there: one witness of two (D2) */
  remove(id: string, signal: AbortSignal): Promise<void>;
}
