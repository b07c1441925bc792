import { MARK_KEY } from '../../src/idp/owner-mark.ts';
import { isRecord, type KubeObject } from '../../src/kube/object.ts';
import { EVENTS, OAUTH_APPLICATIONS, OAUTH_PROVIDERS, SECRETS } from '../../src/kube/resources.ts';
import { applicationOf } from '../sim/application-view.ts';
import type { ByHand } from './by-hand.ts';
import { dataOf } from './histories.ts';
import type { Evidence, FoundObject, FoundRegistration, FoundSecret } from './judge.ts';
import { OPERATOR_CREDENTIALS, wantedOf } from './manifests.ts';
import type { Setting } from './setting.ts';
import { type Story, standingAfter } from './story.ts';
import { stateOf } from './unrest.ts';

/** Looks at everything there is, by the API server and at the providers themselves. */
export async function gather(story: Story, setting: Setting, hand: ByHand): Promise<Evidence> {
  const { hands, namespace, witness, fleet } = setting;
  const [applications, providers, events, secrets, logs] = await Promise.all([
    hands.list(OAUTH_APPLICATIONS, namespace),
    hands.list(OAUTH_PROVIDERS, namespace),
    hands.list(EVENTS, namespace),
    hands.list(SECRETS, namespace),
    fleet.logs(),
  ]);
  const secretNamed = new Map(secrets.map((secret) => [secret.metadata.name, secret]));
  return {
    wanted: story.applications.flatMap((planned) => {
      const standing = standingAfter(planned);
      if (standing === undefined) return [];
      const { name, type } = planned;
      const { edition, token } = standing;
      return [{ name, type, token, registration: wantedOf(planned, edition) }];
    }),
    objects: applications.map((object) => foundObject(object, secretNamed, setting)),
    registrations: registrationsBeside(hand, setting),
    byHand: hand.look(),
    histories: witness.histories(),
    letGo: witness.letGo(),
    texts: [
      ...logs,
      { place: 'an application', text: JSON.stringify([...witness.states(OAUTH_APPLICATIONS), ...applications]) },
      { place: 'a provider object', text: JSON.stringify([...witness.states(OAUTH_PROVIDERS), ...providers]) },
      { place: 'an Event', text: JSON.stringify([...witness.states(EVENTS), ...events]) },
    ],
    secrets: [...hand.secrets, ...ownCredentials(), ...issued(setting)],
    falls: fleet.falls(),
  };
}

function foundObject(object: KubeObject, secrets: ReadonlyMap<string, KubeObject>, setting: Setting): FoundObject {
  const { provider, applicationId, clientId, secret } = applicationOf(object);
  const held = secrets.get(secret?.name ?? '');
  const which = provider === 'logi' ? 'logi' : 'logto';
  return {
    ...stateOf(object),
    name: object.metadata.name,
    provider: which,
    applicationId,
    clientId,
    secret: held === undefined ? undefined : foundSecret(dataOf(held), setting[which]),
  };
}

function foundSecret(
  { client_id: clientId, client_secret: value }: Readonly<Record<string, string>>,
  emulator: { logsIn(clientId: string, clientSecret: string): boolean },
): FoundSecret {
  const logsIn = clientId !== undefined && value !== undefined && emulator.logsIn(clientId, value);
  return { clientId, holds: value === undefined ? 'no value' : 'a value', logsIn: logsIn ? 'yes' : 'no' };
}

function registrationsBeside({ ids }: ByHand, { logi, logto }: Setting): readonly FoundRegistration[] {
  return [
    ...logi
      .applications()
      .filter(({ id, softDeleted }) => !softDeleted && !ids.logi.has(id))
      .map(({ id, clientId, name, redirectUris }) => {
        return { provider: 'logi', id: String(id), clientId, name, redirectUris, birth: name } as const;
      }),
    ...logto
      .applications()
      .filter(({ id }) => !ids.logto.has(id))
      .map(({ id, name, customData, oidcClientMetadata: { redirectUris } }) => {
        const birth = operationIn(customData[MARK_KEY]);
        return { provider: 'logto', id, clientId: id, name, redirectUris, birth } as const;
      }),
  ];
}

function operationIn(mark: unknown): string | undefined {
  const operation = isRecord(mark) ? mark['operation'] : undefined;
  return typeof operation === 'string' ? operation : undefined;
}

function ownCredentials(): Evidence['secrets'] {
  const { logi, logto } = OPERATOR_CREDENTIALS;
  return [
    { what: 'the API key', value: logi.apiKey },
    { what: "the operator's own secret", value: logto.clientSecret },
  ];
}

/** Whatever Logto has issued, and how every secret of logi begins. */
function issued({ logto }: Setting): Evidence['secrets'] {
  return [...logto.issued(), 'logi_secret_'].map((value) => ({ what: 'an issued secret', value }));
}
