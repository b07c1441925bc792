import { describe, test } from 'vitest';
import { servedKinds } from '../../dev/sim/api-server/kinds.ts';
import { converse } from './conversation.ts';
import { CUSTOM } from './exchanges/custom.ts';
import { DELETION } from './exchanges/deletion.ts';
import { READS } from './exchanges/reads.ts';
import { WORKLOADS } from './exchanges/workloads.ts';
import { WRITES } from './exchanges/writes.ts';
import { realServer, simulatedServer } from './servers.ts';

const KINDS = servedKinds();

describe.each([
  { theme: 'writes', exchanges: WRITES },
  { theme: 'our kinds', exchanges: CUSTOM },
  { theme: 'deletion', exchanges: DELETION },
  { theme: 'lists and watches', exchanges: READS },
  { theme: 'workloads', exchanges: WORKLOADS },
])('$theme', ({ exchanges }) => {
  test.concurrent.for(exchanges)('$name', async ({ run, holds }, context) => {
    const { expect } = context;
    const real = converse(await realServer(context));
    const simulated = converse(await simulatedServer(KINDS));

    const [found, imitated] = [await run(real), await run(simulated)];

    expect(found).toEqual(holds);
    expect(imitated).toEqual(holds);
    expect(simulated.transcript()).toEqual(real.transcript());
  });
});
