import { ANNOTATIONS } from '../../src/api/names.ts';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import { OPERATOR_ID, OPERATOR_SECRET } from '../emulators/logto/console.ts';
import type { Planned, Standing } from './story.ts';

/** An object as people apply it. */
export interface Manifest {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Nothing waits for a limit. */
const MANY = 10_000;

/** What the operator itself logs in with, by the provider whose it is. */
export const OPERATOR_CREDENTIALS = {
  logi: { apiKey: DEFAULT_KEY },
  logto: { clientId: OPERATOR_ID, clientSecret: OPERATOR_SECRET },
} as const;

/** Secrets with what the operator logs in with. */
export function credentialManifests(namespace: string): readonly Manifest[] {
  return Object.entries(OPERATOR_CREDENTIALS).map(([name, stringData]) => ({
    metadata: { name, namespace },
    stringData,
  }));
}

/**
 * The provider objects, at these addresses.
 *
 * @param asked changes the spec and nothing that it does: registrations are listed when it changes, sooner than the
 *   shortest interval would have it
 */
export function providerManifests(
  namespace: string,
  { logi, logto }: Readonly<Record<Planned['provider'], string>>,
  asked: number,
): readonly Manifest[] {
  const limits = {
    createsPerHour: MANY,
    createsPerDay: MANY,
    createsPerWeek: MANY,
    requestsPerMinute: MANY + asked,
    automaticRotationsPerHour: MANY,
  };
  const spec = { limits, resyncInterval: '1m' };
  return [
    {
      metadata: { name: 'logi', namespace },
      spec: { ...spec, logi: { apiUrl: logi, apiKeySecretRef: { name: 'logi' } } },
    },
    {
      metadata: { name: 'logto', namespace },
      spec: { ...spec, logto: { endpoint: logto, credentialsSecretRef: { name: 'logto' } } },
    },
  ];
}

/** What a team applies when it wants this. */
export function applicationManifest(
  { name, provider, type }: Planned,
  { edition, token }: NonNullable<Standing>,
  namespace: string,
): Manifest {
  const { redirectUris } = wantedOf({ name, type }, edition);
  return {
    metadata: {
      name,
      namespace,
      ...(token === undefined ? {} : { annotations: { [ANNOTATIONS.rotateRequestedAt]: token } }),
    },
    spec: {
      providerRef: { name: provider },
      displayName: wantedOf({ name, type }, edition).name,
      type,
      ...(redirectUris.length === 0 ? {} : { redirectUris }),
    },
  };
}

/** What the registration of an edition says. */
export function wantedOf({ name, type }: Pick<Planned, 'name' | 'type'>, edition: number) {
  return {
    name: edition === 0 ? `The ${name}` : `The ${name}, edition ${edition}`,
    redirectUris: type === 'MachineToMachine' ? [] : [`https://${name}.example.com/callback/${edition}`],
  };
}
