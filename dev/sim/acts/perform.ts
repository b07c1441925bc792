import { isRecord } from '../../../src/kube/object.ts';
import { OAUTH_APPLICATIONS } from '../../../src/kube/resources.ts';
import type { Cluster } from '../cluster.ts';
import { BY_HAND } from '../held.ts';
import { displayNameOf } from '../manifests.ts';
import type { Act, Fate } from '../scenario/scenario.ts';
import type { World } from '../world.ts';
import { atConsole } from './console.ts';
import type { Claim } from './forgery.ts';

type Restore = (revision: 'goes-back' | 'goes-on') => void;

/** Does what the steps of a story say. Every deed that needs a new word gets one. */
export function performer(world: World): (act: Act) => void {
  const { teams, strikes, scenario } = world;
  const saved = new Map<string, Restore>();
  let words = 0;

  return (act) => {
    words += 1;
    switch (act.type) {
      case 'apply':
        teams[act.application]?.apply();
        break;
      case 'edit':
        teams[act.application]?.edit(act.to);
        break;
      case 'delete':
        teams[act.application]?.delete(act.propagation);
        break;
      case 'ask':
        teams[act.application]?.ask(act.forWhat, `token-${words}`);
        break;
      case 'ask-again':
        teams[act.application]?.askAgain(act.forWhat);
        break;
      case 'workload':
        teams[act.application]?.workload(act.how);
        break;
      case 'tamper-secret':
        teams[act.application]?.tamperSecret(act.how, `${BY_HAND}-${scenario.seed}-${words}`);
        break;
      case 'tamper-status':
        teams[act.application]?.tamperStatus(act.how, newest(act.application, world));
        break;
      case 'restore-object':
        teams[act.application]?.restore(act.from);
        break;
      case 'console':
        goToConsole(act, world);
        break;
      case 'backup':
        saved.set(`${act.of} ${act.cluster}`, save(act, world));
        break;
      case 'restore':
        saved.get(`${act.of} ${act.cluster}`)?.(act.revision);
        break;
      case 'clock':
        moveClock(act, world);
        break;
      case 'process':
        meet(act.fate, world.replicas[act.cluster]?.[act.replica]);
        break;
      case 'api-down':
        goDown(world.clusters[act.cluster], act.forMs, world);
        break;
      case 'outage':
        world.tenants.setOutage(act.site, act.how);
        world.scheduler.after(act.forMs, () => world.tenants.setOutage(act.site, undefined));
        break;
      case 'watches':
        disturb(world.clusters[act.cluster], act.how);
        break;
      case 'strike':
        strikes.plant(act.strike);
        break;
    }
  };
}

function newest(application: number, { scenario, tenants }: World): Claim | undefined {
  const planned = scenario.shape.applications[application];
  const last = planned && tenants[planned.provider].applications().at(-1);
  if (last === undefined) return undefined;
  const applicationId = String(last.id);
  return { applicationId, clientId: 'clientId' in last ? last.clientId : applicationId };
}

function goToConsole(act: Extract<Act, { type: 'console' }>, { scenario, clusters, tenants }: World): void {
  const planned = scenario.shape.applications[act.application];
  const cluster = planned && clusters[planned.cluster];
  if (planned === undefined || cluster === undefined) return;
  const { namespace, name, provider } = planned;
  const status = cluster.hands.get({ resource: OAUTH_APPLICATIONS, namespace, name })?.['status'];
  const id = isRecord(status) ? status['applicationId'] : undefined;
  if (typeof id !== 'string' && act.how !== 'namesake') return;
  const about = { provider, id: String(id), name: displayNameOf(planned, scenario.shape) };
  atConsole(tenants, about, act.how);
}

/** An etcd that goes back takes every object with it; the processes go on with what they know. */
function save({ of, cluster: index }: Extract<Act, { type: 'backup' }>, { clusters, tenants }: World): Restore {
  switch (of) {
    case 'logi': {
      const backup = tenants.logi.backup();
      return () => tenants.logi.restore(backup);
    }
    case 'logto': {
      const backup = tenants.logto.backup();
      return () => tenants.logto.restore(backup);
    }
    case 'etcd': {
      const server = clusters[index]?.server;
      const snapshot = server?.snapshot();
      return (revision) => {
        if (snapshot !== undefined) server?.restore(snapshot, revision);
      };
    }
  }
}

function moveClock({ whose, byMs }: Extract<Act, { type: 'clock' }>, world: World): void {
  switch (whose) {
    case 'operators':
      world.stepOperators(byMs);
      break;
    case 'api':
      for (const cluster of world.clusters) cluster.stepClock(byMs);
  }
}

function meet(fate: Fate, replica: World['replicas'][number][number] | undefined): void {
  switch (fate.type) {
    case 'kill':
      replica?.kill();
      break;
    case 'terminate':
      replica?.terminate();
      break;
    case 'stop':
      replica?.stop(fate.forMs);
      break;
  }
}

function goDown(cluster: Cluster | undefined, forMs: number, { scheduler }: World): void {
  cluster?.setState('down');
  scheduler.after(forMs, () => cluster?.setState('up'));
}

function disturb(cluster: Cluster | undefined, how: Extract<Act, { type: 'watches' }>['how']): void {
  if (cluster === undefined) return;
  const streams = [...cluster.site.streams];
  switch (how) {
    case 'cut':
      for (const stream of streams) stream.cut();
      return;
    case 'hushed':
      for (const stream of streams) stream.hush();
      return;
    case 'expired':
      cluster.server.compact();
      for (const stream of streams) stream.cut();
  }
}
