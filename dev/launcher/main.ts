import { join } from 'node:path';
import { programAt } from './program.ts';
import { nameSources } from './traces.ts';

// The bundle makes a CommonJS module of this one, which Node starts soonest; both names are of such a module.
const path = join(__dirname, 'operator.js');
nameSources(path);
programAt(path).runInThisContext()(require);
