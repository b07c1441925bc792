import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { sharedControlPlane } from '../support/control-plane.ts';
import { built, withComponents } from '../support/workloads.ts';

const Role = z.object({ kind: z.enum(['Role', 'ClusterRole']), rules: z.array(z.unknown()) });

const RESTART = {
  apiGroups: ['apps'],
  resources: ['deployments', 'statefulsets', 'daemonsets'],
  verbs: ['list', 'patch'],
};
const RETIRE = { apiGroups: [''], resources: ['pods'], verbs: ['list'] };

/** Rules by kind of role. */
function rulesOf(objects: readonly unknown[]): ReadonlyMap<string, readonly unknown[]> {
  return new Map(
    objects.flatMap((object) => Role.safeParse(object).data ?? []).map(({ kind, rules }) => [kind, rules]),
  );
}

describe.each(['base', 'cluster'] as const)('over %s', (base) => {
  test.each([
    { components: ['restart'], allows: 'list and patch workloads', added: [RESTART] },
    { components: ['retire'], allows: 'list Pods', added: [RETIRE] },
    { components: ['restart', 'retire'], allows: 'do both', added: [RESTART, RETIRE] },
  ] as const)('$components lets the operator $allows, and adds nothing else', async ({ components, added }) => {
    const plane = sharedControlPlane();
    const [plain, allowed] = await Promise.all([
      built(plane, { resources: [base] }),
      withComponents(plane, base, components),
    ]);

    const rules = rulesOf(plain);
    expect([...rules.keys()].toSorted()).toEqual(base === 'base' ? ['Role'] : ['ClusterRole', 'Role']);
    expect(rulesOf(allowed)).toEqual(new Map([...rules].map(([kind, some]) => [kind, [...some, ...added]])));
    const others = (objects: readonly unknown[]) => objects.filter((object) => !Role.safeParse(object).success);
    expect(others(allowed)).toEqual(others(plain));
    expect(JSON.stringify(plain)).not.toMatch(/"(?:apps|pods)"/);
  });
});
