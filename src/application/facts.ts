import type { OAuthApplication } from '../api/application.ts';
import { FINALIZERS } from '../api/names.ts';
import type { Facts } from './ports/applications.ts';

/** The durable part of the status. */
export function factsOf({ status }: OAuthApplication): Facts {
  return status ?? {};
}

export function hasFinalizer({ metadata }: OAuthApplication): boolean {
  return metadata.finalizers?.includes(FINALIZERS.registration) === true;
}
