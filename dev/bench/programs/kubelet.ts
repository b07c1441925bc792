import { startKubelet } from '../../kubelet.ts';
import { type PlaneCoordinates, planeAccess } from '../../plane/access.ts';

/** A node in a process of its own; see ../rotation.ts. `process.argv[2]`: coordinates of the plane, JSON. */
// Our own parent wrote it.
const coordinates = JSON.parse(process.argv[2] ?? '') as PlaneCoordinates;
const { nodeName } = await startKubelet(planeAccess(coordinates));

process.on('disconnect', () => process.exit());
process.send?.(nodeName);
