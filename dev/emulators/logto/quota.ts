import { refusal } from './refusal.ts';
import type { EmulatedApplication } from './registry.ts';
import type { Quotas } from './switches.ts';
import type { World } from './world.ts';

/** What a create adds to. */
type Wanted = Pick<EmulatedApplication, 'type'> & { readonly isThirdParty?: boolean | undefined };

/** Cloud counts what a tenant has before it adds to it. @throws Refusal 403 */
export function guardQuota({ type, isThirdParty }: Wanted, { registry, switches }: World): void {
  const { hosting, quotas, quotaData, quotaCode } = switches();
  if (hosting === 'self-hosted') return;

  const all = registry.all();
  const usages: Partial<Record<keyof Quotas, number>> = {
    ...(type === 'MachineToMachine' ? { machineToMachineLimit: all.filter((one) => one.type === type).length } : {}),
    ...(isThirdParty === true ? { thirdPartyApplicationsLimit: all.filter((one) => one.isThirdParty).length } : {}),
    applicationsLimit: all.length,
  };
  for (const key of ['machineToMachineLimit', 'thirdPartyApplicationsLimit', 'applicationsLimit'] as const) {
    const usage = usages[key];
    const limit = quotas[key];
    if (usage === undefined || usage < limit) continue;
    throw refusal({ status: 403, code: quotaCode, ...(quotaData === 'said' ? { data: { key, limit, usage } } : {}) });
  }
}
