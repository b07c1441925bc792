import { z } from 'zod';
import { OPERATOR_ID, OPERATOR_SECRET } from '../emulators/logto/console.ts';
import { startProgram } from './program.ts';
import type { BareCredentials, BenchProvider } from './provider.ts';

/** Logto's emulator, with what a script does there. */
export interface BenchLogto extends BenchProvider {
  /** The list of all applications by a bare call; resolves with how many there are. */
  listBare(): Promise<number>;
  /** As `registerBare`, an application that logs in by itself. */
  registerService(name: string): Promise<BareCredentials>;
  /** Another secret for this application. */
  issueBare(id: string): Promise<string>;
  /** When each listing was served; epoch ms. */
  listings(): Promise<readonly number[]>;
  /** When a secret was last issued beside the first, by id of the application; epoch ms. */
  issued(): Promise<ReadonlyMap<string, number>>;
  /** How many secrets each application has, by id. */
  secrets(): Promise<ReadonlyMap<string, number>>;
  /** Lets the emulator's clock leap. */
  leap(ms: number): Promise<void>;
}

const RESOURCE = 'https://default.logto.app/api';
const WEB = { redirectUris: ['https://shop.example.com/auth/callback'], postLogoutRedirectUris: [] };
const ISSUED_BY_HAND = 'issued by a script';

/** As many as the operator has passes side by side. */
const LANES = 16;

const Url = z.object({ url: z.string() });
const Counted = z.object({ calls: z.record(z.string(), z.number()) });
const Listed = z.object({ listings: z.array(z.number()) });
const Pairs = z.array(z.tuple([z.string(), z.number()]));
const Issued = z.object({ issued: Pairs });
const Held = z.object({ secrets: Pairs });
const Token = z.object({ access_token: z.string() });
const Created = z.object({ id: z.string() });
const Value = z.object({ value: z.string() });

/** Starts Logto as one runs it oneself, with this latency on each call, ms. It ends with this process. */
export async function startLogto(latencyMs: number): Promise<BenchLogto> {
  const program = await startProgram('logto', latencyMs);
  const { url } = Url.parse(program.hello);
  return {
    url,
    lanes: LANES,
    calls: async () => Counted.parse(await program.ask('count')).calls,
    listings: async () => Listed.parse(await program.ask('listings')).listings,
    issued: async () => new Map(Issued.parse(await program.ask('issued')).issued),
    secrets: async () => new Map(Held.parse(await program.ask('secrets')).secrets),
    leap: async (leapMs) => void (await program.ask({ leapMs })),
    ...bareCalls(url),
    close: () => program.close(),
  };
}

function bareCalls(url: string): Pick<BenchLogto, 'registerBare' | 'registerService' | 'listBare' | 'issueBare'> {
  let token: Promise<string> | undefined;
  async function call(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    token ??= tokenFrom(url);
    const headers = { authorization: `Bearer ${await token}`, 'content-type': 'application/json' };
    const said = body === undefined ? {} : { body: JSON.stringify(body) };
    return answered(await fetch(`${url}/api${path}`, { method, headers, ...said }));
  }

  async function register(application: object): Promise<BareCredentials> {
    const { id } = Created.parse(await call('POST', '/applications', application));
    const [first] = z.array(Value).parse(await call('GET', `/applications/${id}/secrets`));
    if (first === undefined) throw new Error('the emulator made no secret');
    return { id, value: first.value };
  }

  return {
    registerBare: (name) => register({ name, type: 'Traditional', oidcClientMetadata: WEB }),
    registerService: (name) => register({ name, type: 'MachineToMachine' }),
    listBare: async () => z.array(z.unknown()).parse(await call('GET', '/applications')).length,
    async issueBare(id) {
      return Value.parse(await call('POST', `/applications/${id}/secrets`, { name: ISSUED_BY_HAND })).value;
    },
  };
}

async function tokenFrom(url: string): Promise<string> {
  const response = await fetch(`${url}/oidc/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${OPERATOR_ID}:${OPERATOR_SECRET}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: RESOURCE, scope: 'all' }),
  });
  return Token.parse(await answered(response)).access_token;
}

async function answered(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`the emulator answered ${response.status}: ${await response.text()}`);
  return response.json();
}
