import type { WireRequest } from '../../src/idp/http.ts';
import { isRecord } from '../../src/kube/object.ts';
import type { ApiRequest } from '../../src/kube/transport.ts';
import { partsOf } from './api-calls.ts';
import type { Blow, CallName } from './blows.ts';
import { keyOf } from './deeds.ts';

/** A blow, and the request that it struck. */
export interface Struck {
  readonly call: CallName;
  readonly blow: Blow;
  readonly request: ApiRequest | WireRequest;
}

/** Of which cluster the process was that sent it. */
export type StruckOf = Struck & { readonly cluster: number };

/** The application whose object, or Secret, the request to an API server is about, by its key. */
export function keyInPath({ cluster, request }: Pick<StruckOf, 'cluster' | 'request'>): string | undefined {
  if (!('path' in request)) return undefined;
  const { namespace, plural, name = nameIn(request) } = partsOf(request);
  if (namespace === undefined || name === undefined) return undefined;
  if (plural === 'oauthapplications') return keyOf({ cluster, namespace, name });
  return plural === 'secrets' ? keyOfSecret({ cluster, namespace, name }) : undefined;
}

/** The application whose Secret is called so, under its first name or a later one. */
function keyOfSecret({ name, ...where }: Parameters<typeof keyOf>[0]): string {
  return keyOf({ ...where, name: name.replace(/-(oauth|renamed)$/, '') });
}

function nameIn({ body = '{}' }: ApiRequest): string | undefined {
  const object: unknown = JSON.parse(body);
  const metadata = isRecord(object) ? object['metadata'] : undefined;
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : undefined;
}
