import { isRecord } from '../../../src/kube/object.ts';
import type { ConsoleDeed } from '../scenario/scenario.ts';
import type { Tenants } from '../tenants.ts';

/** One registration, as a person finds it in a list. */
export interface Found {
  readonly provider: 'logi' | 'logto';
  readonly id: string;
  readonly name: string;
}

/** What changes secrets, which no listing shows. */
export const CHANGES_SECRETS: ReadonlySet<ConsoleDeed> = new Set(['rotate', 'add-secret', 'remove-secret']);

/** Where the owner mark stands. */
const MARK = 'oauthapp.dev/owner';

/** The name under which a registration is made at logi (protocol R5). */
const FIRST_NAME = / \[k8s [0-9a-f]{16}\]$/;

/** As long as the operator takes two registrations with one mark for one create's: twice its deadline and settling. */
const ONE_CREATE_MS = 80_000;

/** What a person at a provider's own console does to one registration, or beside it. What is not there is left alone. */
export function atConsole({ logi, logto }: Tenants, found: Found, how: ConsoleDeed): void {
  switch (found.provider) {
    case 'logi':
      atLogi(logi, found, how);
      break;
    case 'logto':
      atLogto(logto, found, how);
      break;
  }
}

function atLogi(logi: Tenants['logi'], { id, name }: Found, how: ConsoleDeed): void {
  const found = logi.applications().find((each) => String(each.id) === id && !each.softDeleted);
  if (how === 'namesake') logi.createByHand(name);
  if (found === undefined) return;
  switch (how) {
    case 'namesake':
      break;
    case 'rename':
      logi.rename(found.id, `${name} as the console has it`);
      break;
    case 'delete':
      logi.deleteByHand(found.id);
      break;
    case 'copy':
      // Under its first name it cannot be told from the twin that a repeated request makes.
      if (!FIRST_NAME.test(found.name)) logi.createByHand(found.name);
      break;
    case 'rotate':
    case 'add-secret':
    case 'remove-secret':
      if (found.clientType === 'confidential') logi.rotateByHand(found.id);
      break;
    case 'hide':
      logi.vanish(found.id, 'show');
      break;
    case 'unlist':
      logi.vanish(found.id, 'list');
      break;
    case 'show-again':
      logi.reappear(found.id);
      break;
    case 'forge':
      logi.createByHand(`${name} [k8s 0123456789abcdef]`);
      break;
    case 'mark-away':
      // There are no marks.
      break;
  }
}

function atLogto(logto: Tenants['logto'], { id, name }: Found, how: ConsoleDeed): void {
  const found = logto.applications().find((each) => each.id === id);
  if (how === 'namesake') logto.createByHand({ name, type: 'Traditional' });
  if (found === undefined) return;
  const newest = found.secrets.at(-1);
  switch (how) {
    case 'namesake':
      break;
    case 'rename':
      logto.rename(id, `${name} as the console has it`);
      break;
    case 'delete':
      logto.deleteByHand(id);
      break;
    case 'copy':
      // Sooner, it cannot be told from the twin that a repeated request makes.
      if (logto.clock.now() - found.createdAt > ONE_CREATE_MS) logto.copyByHand(id);
      break;
    case 'add-secret':
      logto.addSecret(id, freeName(found.secrets.map((secret) => secret.name)));
      break;
    case 'rotate':
    case 'remove-secret':
      if (newest !== undefined) logto.removeSecret(id, newest.name);
      break;
    case 'hide':
      logto.vanish(id, 'show');
      break;
    case 'unlist':
      logto.vanish(id, 'list');
      break;
    case 'show-again':
      logto.reappear(id);
      break;
    case 'forge':
      logto.createByHand({ name, type: found.type, customData: forgedData(found.customData) });
      break;
    case 'mark-away':
      logto.setCustomData(id, { ...found.customData, ...awayFrom(found.customData) });
      break;
  }
}

function freeName(taken: readonly string[], number = taken.length): string {
  const name = `by hand ${number}`;
  return taken.includes(name) ? freeName(taken, number + 1) : name;
}

/** In the place of its cluster, of its namespace and of its uid a mark of elsewhere has this. */
const ELSEWHERE = 'elsewhere';

function awayFrom(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const mark = data[MARK];
  if (!isRecord(mark)) return {};
  return { [MARK]: { ...mark, cluster: ELSEWHERE, namespace: ELSEWHERE, uid: ELSEWHERE } };
}

/** Whether a person gave this registration at Logto the mark of an object elsewhere. */
export function isMarkedAway({ logto }: Tenants, id: string): boolean {
  const mark = logto.applications().find((each) => each.id === id)?.customData[MARK];
  return isRecord(mark) && mark['cluster'] === ELSEWHERE;
}

/** The mark with another operation in it, so that it is no copy, and its proof is wrong. */
function forgedData(data: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const mark = data[MARK];
  return { ...data, [MARK]: { ...(isRecord(mark) ? mark : {}), operation: 'forged' } };
}
