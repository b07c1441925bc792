import type { Ground } from './ground.ts';
import { type LogtoOptions, type LogtoWorld, openLogtoWorld } from './logto.ts';
import { type Process, type ProcessOptions, ROTATE, startProcess } from './process.ts';
import {
  type AnyWorld,
  type App,
  openWorld,
  type SpecChange,
  statusOf,
  type World,
  type WorldOptions,
} from './world.ts';

/** Names of the secrets of a registration, in the order in which it gets them. */
export const FIRST = 'Default secret';
export const SECOND = 'k8s-installation-2';
export const THIRD = 'k8s-installation-3';

/** An application that is registered at Logto, with nothing left to do. */
export interface Settled {
  readonly world: LogtoWorld;
  readonly app: App;
  /** Of the registration. */
  readonly id: string;
}

/** Makes one in a world of its own, which ends with the test. */
export async function openSettled(ground: Ground, spec: SpecChange = {}, options?: LogtoOptions): Promise<Settled> {
  const world = await openLogtoWorld(ground, options);
  const app = await world.create(spec);
  await calm(world, app);
  return { world, app, id: (await statusOf(app)).applicationId ?? '' };
}

/** An application that is registered at whichever provider, with nothing left to wait for. */
export interface SettledIn<W extends AnyWorld> {
  readonly world: W;
  readonly app: App;
  /** The one that registered it. */
  readonly process: Process;
}

/** Makes one at logi, in a world of its own, which ends with the test. */
export async function openSettledAtLogi(
  ground: Ground,
  spec: SpecChange = {},
  options?: WorldOptions,
): Promise<SettledIn<World>> {
  return settledIn(await openWorld(ground, options), spec);
}

/** Makes one in a world that is there. */
export async function settledIn<W extends AnyWorld>(world: W, spec: SpecChange = {}): Promise<SettledIn<W>> {
  const app = await world.create(spec);
  const process = await startProcess(world);
  await process.settle(app);
  return { world, app, process };
}

/** Passes of a new process, until there is nothing more to do soon. */
export async function calm(world: LogtoWorld, app: App, options?: ProcessOptions): Promise<Process> {
  const process = await startProcess(world, options);
  await process.calm(app);
  return process;
}

/** Asks for a rotation, and lets a new process serve it; returns the process. */
export async function rotate(world: LogtoWorld, app: App, token: string): Promise<Process> {
  await app.annotate({ [ROTATE]: token });
  return calm(world, app);
}

/** What the application's Secret holds; nothing where it is not there. */
export async function dataOf(world: LogtoWorld, { secretName }: App): Promise<Readonly<Record<string, string>>> {
  return (await world.secret(secretName))?.data ?? {};
}
