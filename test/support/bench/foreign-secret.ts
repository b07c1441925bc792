import { SECRETS } from '../../../src/kube/resources.ts';
import type { Ground } from './ground.ts';
import { type App, remove } from './world.ts';

/** A Secret of somebody else under the name that an application writes. @param groundOf asked when it is to be there */
export function foreignSecret(groundOf: () => Ground) {
  const refOf = ({ secretName: name }: App) => ({ resource: SECRETS, namespace: groundOf().namespace, name });
  return {
    /** Takes the place of the application's own. */
    async begin(app: App): Promise<void> {
      const { rival, signal } = groundOf();
      const { resource, ...metadata } = refOf(app);
      await remove(groundOf(), refOf(app));
      await rival.create(resource, { metadata, stringData: { theirs: 'value' } }, {}, signal);
    },
    end: (app: App) => remove(groundOf(), refOf(app)),
  };
}
