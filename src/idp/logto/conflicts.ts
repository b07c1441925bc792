import type { ClientMetadata, Refusal, Registration } from '../provider.ts';
import { columnsOf } from './application.ts';
import { typeFor } from './types.ts';

/**
 * What of `found` is not as wanted and stays so: Logto fixes it when an application is made, and ignores it in an update
 * without a word. Pure.
 */
export function logtoConflicts(wanted: ClientMetadata, found: Registration): readonly Refusal[] {
  return [...typeConflicts(wanted, found), ...flagConflicts(wanted, found), ...subDomainConflicts(wanted, found)];
}

function typeConflicts(wanted: ClientMetadata, found: Registration): readonly Refusal[] {
  const has = columnsOf(found).type;
  const wants = typeFor(wanted);
  if (has === wants) return [];
  if (has === 'SAML') {
    const message = 'The registration is a SAML application: the operator serves OAuth and OpenID Connect alone.';
    return [{ reason: 'UnsupportedByProvider', path: 'spec.type', message }];
  }
  const path = has === 'Protected' || wants === 'Protected' ? 'spec.logto.protectedApp' : 'spec.type';
  const message = `${path}: the registration is of type ${typeName(has)} at Logto and cannot become ${wants}.`;
  return [{ reason: 'InvalidSpec', path, message }];
}

/** Someone else's word, of which only a plain one is passed on. */
function typeName(type: string | undefined): string {
  return type !== undefined && /^\w{1,64}$/.test(type) ? type : 'an unknown kind';
}

function flagConflicts({ options }: ClientMetadata, found: Registration): readonly Refusal[] {
  return (['logto.thirdParty', 'logto.deviceFlow'] as const).flatMap((field) => {
    const want = options[field];
    const have = found.options[field];
    if (want === undefined || have === undefined || want === (have ?? false)) return [];
    const message = `spec.${field}: the registration is ${want ? 'none' : 'one'} of these, which Logto fixes when it is made.`;
    return [{ reason: 'InvalidSpec', path: `spec.${field}`, message } as const];
  });
}

function subDomainConflicts({ options }: ClientMetadata, found: Registration): readonly Refusal[] {
  const want = options['logto.protectedApp']?.subDomain;
  const have = found.options['logto.protectedApp']?.subDomain;
  if (want === undefined || have === undefined || want === have) return [];
  const path = 'spec.logto.protectedApp.subDomain';
  return [{ reason: 'InvalidSpec', path, message: `${path}: Logto fixes it when the registration is made.` }];
}
