import { startControlPlane } from '../../../dev/control-plane.ts';

process.stdin.resume().once('end', () => process.exit());
const { coordinates } = await startControlPlane();
console.log(coordinates.folder);
