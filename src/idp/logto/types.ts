import type { ApplicationType, ClientMetadata, Registration } from '../provider.ts';

/** Types of applications that the operator serves. */
type LogtoType = 'Traditional' | 'SPA' | 'Native' | 'MachineToMachine' | 'Protected';

/** What each type of the spec is at Logto. */
export const TYPES = {
  Web: 'Traditional',
  SinglePage: 'SPA',
  Native: 'Native',
  MachineToMachine: 'MachineToMachine',
} as const satisfies Record<ApplicationType, LogtoType>;

/** The kind of client that each is (RFC 6749 section 2.1): those that are confidential have secrets. */
const CLIENT_TYPES = {
  Traditional: 'confidential',
  Protected: 'confidential',
  MachineToMachine: 'confidential',
  SPA: 'public',
  Native: 'public',
} as const satisfies Record<LogtoType, 'confidential' | 'public'>;

/** What an application has to be at Logto. */
export function typeFor({ type, options }: ClientMetadata): LogtoType {
  return options['logto.protectedApp'] === undefined ? TYPES[type] : 'Protected';
}

/** `undefined` for SAML and for types of later versions. */
export function clientTypeOf(type: string | undefined): Registration['clientType'] {
  return Object.entries(CLIENT_TYPES).find(([known]) => known === type)?.[1];
}
