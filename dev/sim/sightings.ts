import type { WireRequest } from '../../src/idp/http.ts';
import type { KubeObject } from '../../src/kube/object.ts';
import type { ApiRequest } from '../../src/kube/transport.ts';
import type { Answer } from '../emulators/delivery.ts';
import type { Life } from './life.ts';
import type { Act, PlannedWorkload } from './scenario/scenario.ts';
import type { SiteName } from './tenants.ts';

/** Who did something. */
export type Actor =
  | { readonly type: 'process'; readonly cluster: number; readonly name: string; readonly life: Life }
  | { readonly type: 'controller' }
  | { readonly type: 'person' };

/** Something that happened, as a bystander who sees all of it at once. */
export type Sighting =
  | { readonly type: 'act'; readonly act: Act }
  | {
      readonly type: 'object';
      readonly kind: 'OAuthApplication' | 'Secret' | 'Event' | PlannedWorkload['kind'] | 'Pod';
      readonly cluster: number;
      readonly by: Actor;
      readonly before: KubeObject | undefined;
      /** `undefined`: it is gone. */
      readonly after: KubeObject | undefined;
    }
  /** A request to an API server was served, whether or not the answer arrives. */
  | {
      readonly type: 'api';
      readonly cluster: number;
      readonly by: Actor;
      readonly method: ApiRequest['method'];
      readonly path: string;
      readonly body: string | undefined;
      readonly status: number;
    }
  /** A request to a provider leaves its process. */
  | (ProviderRequest & { readonly type: 'sent' })
  /** It has come in and is served next. */
  | (ProviderRequest & { readonly type: 'asked' })
  | (ProviderRequest & { readonly type: 'served'; readonly answer: Answer })
  /** Its process has the answer, or waits for none any more. One that is dead by then is not heard of. */
  | (ProviderRequest & { readonly type: 'settled' });

export interface ProviderRequest {
  readonly by: Actor;
  readonly cluster: number;
  readonly site: SiteName;
  readonly operation: string;
  readonly request: WireRequest;
}
