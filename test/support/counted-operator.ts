import type { Spenders } from './costs.ts';
import { startCountingProxy } from './counting-proxy.ts';
import type { NamespaceWorld } from './namespace-world.ts';
import { operatorKubeconfig } from './operator.ts';
import { until } from './until.ts';

/** An operator whose calls to the API server go through a proxy that counts them. It ends with its world. */
export interface CountedOperator extends Spenders, AsyncDisposable {
  /** Starts it once more, after it was stopped, and resolves when it has listed the registrations. */
  startAgain(): Promise<void>;
}

/** Starts it, and resolves when it has taken the provider into service. To be disposed of after its world. */
export async function startCountedOperator(
  world: NamespaceWorld<{ readonly journal: Spenders['journal'] }>,
): Promise<CountedOperator> {
  const proxy = await startCountingProxy(world.plane);
  const kubeconfig = await proxy.divert(await operatorKubeconfig(world.plane, world.namespace));
  const start = () => world.startOperator(`--kubeconfig=${kubeconfig}`);
  let running = await start();
  await world.providerReason('Reached');

  return {
    proxy,
    journal: world.emulator.journal,
    operator: () => running,
    async startAgain() {
      const before = (await world.provider())?.status?.lastInventory?.at;
      running = await start();
      await until(
        'listed',
        () => world.provider(),
        (provider) => provider?.status?.lastInventory?.at !== before,
      );
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}
