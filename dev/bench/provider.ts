import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';

/** Calls by the emulator's word for them, since it was started. */
export type Calls = Readonly<Record<string, number>>;

/** logi's emulator in a process of its own, so that it takes no turn of the event loop that measures. */
export interface BenchProvider {
  readonly url: string;
  calls(): Promise<Calls>;
  /** When the last answer to a rotation left, by name of the application; epoch ms. */
  rotations(): Promise<ReadonlyMap<string, number>>;
  close(): void;
}

const Url = z.object({ url: z.string() });
const Counted = z.object({ calls: z.record(z.string(), z.number()) });
const Rotated = z.object({ rotations: z.array(z.tuple([z.string(), z.number()])) });

/** Starts it without limits, with this latency on each call, ms. It ends with this process. */
export async function startProvider(latencyMs: number): Promise<BenchProvider> {
  const child = fork(join(import.meta.dirname, 'programs/provider.ts'), [String(latencyMs)]);
  const next = async (): Promise<unknown> => (await once(child, 'message'))[0];
  const { url } = Url.parse(await next());
  return {
    url,
    async calls() {
      child.send('count');
      return Counted.parse(await next()).calls;
    },
    async rotations() {
      child.send('rotations');
      return new Map(Rotated.parse(await next()).rotations);
    },
    close: () => child.disconnect(),
  };
}

/** Registers a client as the shortest of scripts would. Resolves with what goes into its Secret. */
export async function registerBare(
  url: string,
  name: string,
): Promise<{ readonly id: string; readonly value: string }> {
  const response = await fetch(`${url}/api/v1/applications`, {
    method: 'POST',
    headers: { authorization: `Bearer ${DEFAULT_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ application: { name, client_type: 'confidential', redirect_uris: [CALLBACK] } }),
  });
  if (response.status !== 201) throw new Error(`the emulator answered ${response.status} to a create`);
  const { client_id: id, client_secret: value } = Registered.parse(await response.json());
  return { id, value };
}

const CALLBACK = 'https://shop.example.com/auth/callback';
const Registered = z.object({ client_id: z.string(), client_secret: z.string() });
