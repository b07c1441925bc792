import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

/** A script whose value is the program: a function that runs it, given `require`. */
interface Program extends Script {
  runInThisContext(): (require: NodeJS.Require) => void;
}

/** Where the code stands that V8 made of the program at `path`. */
export function codeOf(path: string): string {
  return `${path}.code`;
}

/**
 * The program at `path`, with the code beside it. V8 compiles anew when the file is not there, or is of another Node.js, other
 * flags or a program of another length, which only takes longer. It compares nothing else: beside another program of that
 * length the old code runs, and a damaged file can end the process. So both are to come from one build, together.
 */
export function programAt(path: string): Program {
  return new Script(readFileSync(path, 'latin1'), { filename: path, cachedData: whatIsThere(codeOf(path)) });
}

function whatIsThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}
