import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { codeOf, programAt } from './program.ts';

// node compile.ts PROGRAM [ARGUMENTS…]: runs the program and writes what V8 has compiled of it until it ends, for the Node.js
// that this runs in. A function that did not run is in no code: it is compiled when it first does.
const [node = '', , path = '', ...args] = process.argv;
process.argv = [node, path, ...args];
const program = programAt(path);
process.once('exit', () => writeFileSync(codeOf(path), program.createCachedData()));
program.runInThisContext()(createRequire(path));
