import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sharedControlPlane } from '../support/control-plane.ts';
import { built, withRestart } from '../support/workloads.ts';

const Role = z.object({ kind: z.enum(['Role', 'ClusterRole']), rules: z.array(z.unknown()) });

const RULE = {
  apiGroups: ['apps'],
  resources: ['deployments', 'statefulsets', 'daemonsets'],
  verbs: ['list', 'patch'],
};

/** Rules by kind of role. */
function rulesOf(objects: readonly unknown[]): ReadonlyMap<string, readonly unknown[]> {
  return new Map(
    objects.flatMap((object) => Role.safeParse(object).data ?? []).map(({ kind, rules }) => [kind, rules]),
  );
}

describe.each(['base', 'cluster'] as const)('the component restart over %s', (base) => {
  test('lets the operator list and patch workloads, and adds nothing else', async () => {
    const plane = sharedControlPlane();
    const [plain, restarting] = await Promise.all([built(plane, { resources: [base] }), withRestart(plane, base)]);

    const rules = rulesOf(plain);
    expect([...rules.keys()].toSorted()).toEqual(base === 'base' ? ['Role'] : ['ClusterRole', 'Role']);
    expect(rulesOf(restarting)).toEqual(new Map([...rules].map(([kind, some]) => [kind, [...some, RULE]])));
    const others = (objects: readonly unknown[]) => objects.filter((object) => !Role.safeParse(object).success);
    expect(others(restarting)).toEqual(others(plain));
    expect(JSON.stringify(plain)).not.toContain('"apps"]');
  });
});
