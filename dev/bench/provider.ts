import { z } from 'zod';
import { DEFAULT_KEY } from '../emulators/logi/keys.ts';
import { startProgram } from './program.ts';

/** Calls by the emulator's word for them, since it was started. */
export type Calls = Readonly<Record<string, number>>;

/** What of a registration goes into its Secret. */
export interface BareCredentials {
  readonly id: string;
  readonly value: string;
}

/** An emulator in a process of its own. */
export interface BenchProvider {
  readonly url: string;
  /** How many registrations at once it bears. */
  readonly lanes: number;
  /** Those of the operator and of our scripts. */
  calls(): Promise<Calls>;
  /** Registers a client as the shortest of scripts would. */
  registerBare(name: string): Promise<BareCredentials>;
  close(): void;
}

/** logi's. */
export interface BenchLogi extends BenchProvider {
  /** When the last answer to a rotation left, by name of the application; epoch ms. */
  rotations(): Promise<ReadonlyMap<string, number>>;
}

const Url = z.object({ url: z.string() });
const Counted = z.object({ calls: z.record(z.string(), z.number()) });
const Rotated = z.object({ rotations: z.array(z.tuple([z.string(), z.number()])) });

/** Starts logi without limits, with this latency on each call, ms. It ends with this process. */
export async function startLogi(latencyMs: number): Promise<BenchLogi> {
  const program = await startProgram('logi', latencyMs);
  const { url } = Url.parse(program.hello);
  return {
    url,
    lanes: 1,
    calls: async () => Counted.parse(await program.ask('count')).calls,
    rotations: async () => new Map(Rotated.parse(await program.ask('rotations')).rotations),
    registerBare: (name) => registerBare(url, name),
    close: () => program.close(),
  };
}

async function registerBare(url: string, name: string): Promise<BareCredentials> {
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
