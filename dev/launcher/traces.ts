import { readFileSync } from 'node:fs';
import type { SourceMap } from 'node:module';

/**
 * Has stack traces name the sources of the program at `path`. Its source map, beside it, is read when a trace is first
 * asked for: Node's own flag reads it at every start, which takes as long as all the rest.
 */
export function nameSources(path: string): void {
  let map: SourceMap | undefined;
  Error.prepareStackTrace = (error, sites) => {
    map ??= mapOf(path);
    const lines = sites.map((site) => `\n    at ${inSources(site, path, map)}`);
    return `${Error.prototype.toString.call(error)}${lines.join('')}`;
  };
}

/** `undefined` where it cannot be read: a trace in the program is better than none. */
function mapOf(path: string): SourceMap | undefined {
  try {
    const { SourceMap } = process.getBuiltinModule('node:module');
    return new SourceMap(JSON.parse(readFileSync(`${path}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}

function inSources(site: NodeJS.CallSite, path: string, map: SourceMap | undefined): string {
  const shown = String(site);
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  if (map === undefined || site.getFileName() !== path || line === null || column === null) return shown;
  const entry = map.findEntry(line - 1, column - 1);
  if (!('originalSource' in entry)) return shown;
  const position = `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
  return shown.replace(`${path}:${line}:${column}`, () => position);
}
