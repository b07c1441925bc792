import { OPTION_FIELDS, type OptionField } from '../../api/application/options.ts';
import type { OAuthApplication } from '../../api/application.ts';
import type { Reason } from '../../api/conditions.ts';
import { describeRefusal } from '../../idp/fields.ts';
import type { ClientMetadata, Refusal } from '../../idp/provider.ts';
import type { Desired } from '../desired.ts';
import { bearsTemporaryName } from '../naming.ts';
import { windowObjection } from '../rotation/window.ts';
import { contentObjection, type Filling } from '../secret/refusals.ts';

/** What the spec asks for and cannot have, in one sentence that names the field. */
export interface Objection {
  readonly reason: Reason;
  readonly message: string;
}

type Spec = OAuthApplication['spec'];

/** What a refusal needs to know of a provider. */
export interface Honouring extends Filling {
  readonly honours: ReadonlySet<OptionField>;
  refusals(wanted: ClientMetadata): readonly Refusal[];
}

/** The first thing in the spec that the provider cannot honour, or that contradicts itself. Pure. */
export function objectionTo(
  spec: Spec,
  { metadata, clientKind, content }: Pick<Desired, 'metadata' | 'clientKind' | 'content'>,
  provider: Honouring,
): Objection | undefined {
  const unsupported = OPTION_FIELDS.find(
    (field) => metadata.options[field] !== undefined && !provider.honours.has(field),
  );
  if (unsupported !== undefined) {
    return { reason: 'UnsupportedByProvider', message: `spec.${unsupported}: the provider cannot honour it` };
  }
  if (bearsTemporaryName(metadata.name)) {
    return { reason: 'InvalidSpec', message: 'spec.displayName: ends like the temporary names of the operator' };
  }
  const unfit = spec.rotation?.window && windowObjection(spec.rotation.window);
  if (unfit !== undefined) return { reason: 'InvalidSpec', message: unfit };
  const refusal = contentObjection(content, clientKind, provider) ?? provider.refusals(metadata)[0];
  if (refusal === undefined) return undefined;
  return { reason: refusal.reason, message: describeRefusal(refusal) };
}
