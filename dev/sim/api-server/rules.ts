import { isRecord } from '../../../src/kube/object.ts';
import { same } from '../../../src/runtime/same.ts';

/** Whether `self` may be. `before` is what stood in its place; `undefined`: nothing. */
type Rule = (self: unknown, before: unknown) => boolean;

/**
 * The rules (CEL in the CRD) that are evaluated here, by their messages: what may not change, since the protocol stands
 * on it (I3), and what an object cannot be read without. What only helps a user to a better manifest is left out.
 */
export const RULES: Readonly<Record<string, Rule>> = {
  'spec.providerRef is immutable once status.provider is set: the registration lives at that provider': (
    self,
    before,
  ) => {
    const [bound, wanted] = [at(self, 'status', 'provider'), at(self, 'spec', 'providerRef')];
    return (
      before === undefined ||
      bound === undefined ||
      isSameRef(wanted, at(before, 'spec', 'providerRef')) ||
      (wanted !== undefined && isSameRef(wanted, bound))
    );
  },
  'spec.secret.name is needed where metadata.name is longer than 247 characters': (self) => {
    const name = at(self, 'metadata', 'name');
    return at(self, 'spec', 'secret', 'name') !== undefined || typeof name !== 'string' || name.length <= 247;
  },
  'type is immutable: a registration cannot change it; create another OAuthApplication': unchanged('type'),
  'management cannot go from Full to Observe: use suspend, or deletionPolicy: Retain and delete the object': (
    self,
    before,
  ) => before === undefined || at(self, 'management') !== 'Observe' || at(before, 'management') === 'Observe',
  'logto.deviceFlow is immutable: it is fixed when the application is registered': (self, before) =>
    before === undefined || (at(self, 'logto', 'deviceFlow') ?? false) === (at(before, 'logto', 'deviceFlow') ?? false),
  'logto.thirdParty is immutable: it is fixed when the application is registered': stillThere('logto', 'thirdParty'),
  'logto.protectedApp is immutable: it is fixed when the application is registered': stillThere(
    'logto',
    'protectedApp',
  ),
  'is immutable: the provider fixes it at registration': (self, before) => before === undefined || same(self, before),
  'exactly one of logi, logto and dynamicRegistration must be set': (self) =>
    ['logi', 'logto', 'dynamicRegistration'].filter((block) => at(self, block) !== undefined).length === 1,
  'logi, logto and dynamicRegistration cannot replace one another: create another provider object': (self, before) =>
    stillThere('logi')(self, before) && stillThere('logto')(self, before),
};

function unchanged(...path: readonly string[]): Rule {
  return (self, before) => before === undefined || same(at(self, ...path), at(before, ...path));
}

function stillThere(...path: readonly string[]): Rule {
  return (self, before) =>
    before === undefined || (at(self, ...path) === undefined) === (at(before, ...path) === undefined);
}

function isSameRef(one: unknown, other: unknown): boolean {
  return at(one, 'name') === at(other, 'name') && at(one, 'kind') === at(other, 'kind');
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((outer, field) => (isRecord(outer) ? outer[field] : undefined), value);
}
