import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { RunningPod } from '../../kubelet/pods.ts';
import { startKubelet } from '../../kubelet.ts';
import { NAMESPACE } from '../../operator.ts';
import { type PlaneCoordinates, planeAccess } from '../../plane/access.ts';

/**
 * A node whose Pods log in all the time with what they saw at their start; see ../overlap.ts. `process.argv[2]`: JSON.
 *
 * Each is a login as a service makes it: a token by the client credentials grant (RFC 6749 section 4.4).
 */
interface Login {
  readonly clientId: string;
  readonly podStartedAt: number;
  readonly at: number;
  readonly result: 'good' | 'refused' | 'unanswered';
}

/** Asks for the logins so far, in numbers, given when each client's next secret was issued; epoch ms. */
const Question = z.object({ issued: z.array(z.tuple([z.string(), z.number()])) });

const PAUSE_MS = 1_000;
const LOOK_MS = 50;
const RESOURCE = 'https://default.logto.app/api';

// Our own parent wrote it.
const { coordinates, url } = JSON.parse(process.argv[2] ?? '') as { coordinates: PlaneCoordinates; url: string };
const kubelet = await startKubelet(planeAccess(coordinates));
const logins: Login[] = [];
const known = new Set<string>();

process.on('disconnect', () => process.exit());
process.on('message', (asked) => process.send?.(numbers(Question.parse(asked).issued)));
process.send?.(kubelet.nodeName);

for (;;) {
  for (const pod of kubelet.podsOf(NAMESPACE)) {
    if (known.has(pod.uid)) continue;
    known.add(pod.uid);
    void live(pod);
  }
  await delay(LOOK_MS);
}

/** Until the Pod is gone. */
async function live({ uid, startedAt, env }: RunningPod): Promise<void> {
  const { client_id: clientId = '', client_secret: clientSecret = '' } = env;
  await delay(Math.random() * PAUSE_MS);
  while (kubelet.podsOf(NAMESPACE).some((pod) => pod.uid === uid)) {
    const at = Date.now();
    logins.push({ clientId, podStartedAt: startedAt, at, result: await login(clientId, clientSecret) });
    await delay(PAUSE_MS);
  }
}

async function login(clientId: string, clientSecret: string): Promise<Login['result']> {
  try {
    const response = await fetch(`${url}/oidc/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', resource: RESOURCE }),
    });
    await response.text();
    return response.ok ? 'good' : 'refused';
  } catch {
    return 'unanswered';
  }
}

function numbers(issued: readonly (readonly [string, number])[]) {
  const since = new Map(issued);
  const superseded = logins.filter(({ clientId, podStartedAt, at }) => {
    const issuedAt = since.get(clientId) ?? Number.POSITIVE_INFINITY;
    return at > issuedAt && podStartedAt < issuedAt;
  });
  return {
    made: logins.length,
    refused: logins.filter(({ result }) => result === 'refused').length,
    unanswered: logins.filter(({ result }) => result === 'unanswered').length,
    withSuperseded: superseded.length,
    pods: known.size,
  };
}
