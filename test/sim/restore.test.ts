import { test } from 'vitest';
import { servedKinds } from '../../dev/sim/api-server/kinds.ts';
import { LEASES, SECRETS } from '../../src/kube/resources.ts';
import { type Answer, type Conversation, converse } from './conversation.ts';
import { type Restorable, restorableServer, simulatedServer } from './servers.ts';

/** More than a kube-apiserver writes for itself when it starts, so that versions from before lie ahead afterwards. */
const WRITES = 100;

type Reader = Awaited<ReturnType<Conversation['watch']>>;

test.concurrent.for([
  { what: 'a real API server', start: restorableServer },
  { what: 'the simulated one', start: () => simulatedServer(servedKinds()) },
])('$what gives versions out again after its etcd was put back, and believes in them', async ({ start }, context) => {
  const { expect } = context;
  expect(await remembered(await start(context))).toEqual({
    there: ['deleted', 'edited'],
    edited: 'as it was',
    lease: 'as it was',
    listOfAhead: '504 Timeout',
    watchFromBefore: ['ERROR Expired', 'END'],
    writesOfAhead: ['409 Conflict', '409 Conflict', '409 Conflict', '409 Conflict'],
    writeOfWhatIsUndone: '404 NotFound',
    writeOfAVersionGivenAgain: '200',
    watchFromAhead: 'what is later',
  });
});

/** What guarantees.md excepts, and no story tells. */
test.concurrent('a real API server that goes on meanwhile lists what is undone', async (context) => {
  const { expect } = context;
  const server = await restorableServer(context, 'goes-on');
  const talk = converse(server);
  await talk.create(SECRETS, { metadata: { name: 'kept' } });
  await server.backUp();
  await talk.create(SECRETS, { metadata: { name: 'undone' } });
  await talk.remove(SECRETS, 'kept');
  await server.restore();

  expect((await talk.list(SECRETS)).items.map(({ metadata }) => metadata.name)).toEqual(['undone']);
  expect(said(await talk.get(SECRETS, 'undone'))).toBe('404 NotFound');
  expect(said(await talk.get(SECRETS, 'kept'))).toBe('200');
});

/** What comes of all that somebody remembers from before. */
async function remembered(server: Restorable): Promise<unknown> {
  const talk = converse(server);
  const edited = await talk.create(SECRETS, { metadata: { name: 'edited' } });
  await talk.create(SECRETS, { metadata: { name: 'deleted' } });
  const lease = await talk.create(LEASES, { metadata: { name: 'leader' }, spec: { holderIdentity: 'one' } });
  await server.backUp();

  const editions: Answer[] = [];
  for (let n = 1; n <= WRITES; n += 1) editions.push(await edit(talk, `before ${n}`));
  const newest = editions.at(-1) ?? edited;
  await talk.remove(SECRETS, 'deleted');
  const renewed = await talk.patch(LEASES, 'leader', { spec: { holderIdentity: 'other' } });
  const made = await talk.create(SECRETS, { metadata: { name: 'made' } });
  await server.restore();

  const { resourceVersion } = newest.metadata;
  const late = await talk.watch(SECRETS, { resourceVersion });
  const early = await talk.watch(SECRETS, { resourceVersion: edited.metadata.resourceVersion });
  return {
    there: (await talk.list(SECRETS)).items.map(({ metadata }) => metadata.name),
    edited: sameAs(edited, await talk.get(SECRETS, 'edited')),
    lease: sameAs(lease, await talk.get(LEASES, 'leader')),
    listOfAhead: said(await talk.list(SECRETS, { resourceVersion })),
    watchFromBefore: (await early(2)).map(({ type, said: { reason = '' } }) => `${type} ${reason}`.trim()),
    writesOfAhead: [
      await talk.replace(SECRETS, newest.body),
      await talk.patch(SECRETS, 'edited', { metadata: { resourceVersion } }),
      await talk.remove(SECRETS, 'edited', { preconditions: { resourceVersion } }),
      await talk.replace(LEASES, renewed.body),
    ].map(said),
    writeOfWhatIsUndone: said(await talk.replace(SECRETS, made.body)),
    writeOfAVersionGivenAgain: said(await replaceOnceGivenAgain(talk, editions)),
    watchFromAhead: await firstOf(talk, late, Number(resourceVersion)),
  };
}

/** Its version is the next one, but where the server writes something for itself. */
function edit(talk: Conversation, to: string): Promise<Answer> {
  return talk.patch(SECRETS, 'edited', { metadata: { annotations: { edition: to } } });
}

/** Writes an edition from before over one that has its version by chance. */
async function replaceOnceGivenAgain(talk: Conversation, editions: readonly Answer[]): Promise<Answer> {
  for (let n = 1; n <= WRITES; n += 1) {
    const { metadata } = await edit(talk, `after ${n}`);
    const twin = editions.find((each) => each.metadata.resourceVersion === metadata.resourceVersion);
    if (twin !== undefined) return talk.replace(SECRETS, twin.body);
  }
  throw new Error('no version was given out again');
}

async function firstOf(talk: Conversation, watch: Reader, ahead: number): Promise<string> {
  const told = watch(1);
  let version = 0;
  for (let n = 1; version <= ahead; n += 1) version = Number((await edit(talk, `later ${n}`)).metadata.resourceVersion);
  const [event] = await told;
  return Number(event?.said.metadata.resourceVersion) > ahead ? 'what is later' : 'what is earlier';
}

function sameAs(then: Answer, now: Answer): string {
  const parts = [then, now].map(({ metadata, spec }) => JSON.stringify([metadata.resourceVersion, metadata.uid, spec]));
  return parts[0] === parts[1] ? 'as it was' : 'another';
}

function said({ code, reason = '' }: Answer): string {
  return `${code} ${reason}`.trim();
}
