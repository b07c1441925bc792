import { systemClock } from '../../../src/runtime/clock.ts';
import { startLogiEmulator } from '../../emulators/logi.ts';

/** logi in a process of its own; see ../provider.ts. `process.argv[2]`: latency of each call, ms. */
const latencyMs = Number(process.argv[2]);
const emulator = await startLogiEmulator({ clock: systemClock, switches: { limits: 'off', riskFlags: 'never' } });
emulator.fault({ type: 'latency', ms: latencyMs, when: 'before', times: 'always' });

process.on('disconnect', () => process.exit());
process.on('message', (asked) => process.send?.(asked === 'rotations' ? rotations() : counts()));
process.send?.({ url: emulator.url });

function counts() {
  const calls: Record<string, number> = {};
  for (const { operation } of emulator.journal) calls[operation] = (calls[operation] ?? 0) + 1;
  return { calls };
}

function rotations() {
  const rotated = emulator.journal.filter(({ operation }) => operation === 'rotate');
  return { rotations: rotated.map(({ name, at }) => [name, at]) };
}
