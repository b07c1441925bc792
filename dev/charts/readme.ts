import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { z } from 'zod';

interface Row {
  readonly path: string;
  readonly value: string;
  readonly meaning: string;
}

const Chart = z.object({ name: z.string(), description: z.string(), version: z.string() });

/**
 * The README of a chart: what Chart.yaml says of it, and a table of its values with the comments of values.yaml.
 */
export function chartReadme(chartYaml: string, valuesYaml: string, about: string): string {
  const { name, description, version } = Chart.parse(parseDocument(chartYaml).toJS());
  const values = parseDocument(valuesYaml);
  const rows = isMap(values.contents) ? rowsOf(values.contents, '', commentOf(values.commentBefore)) : [];
  const table = rows.map(({ path, value, meaning }) => `| \`${path}\` | ${value} | ${meaning} |`);
  const settings =
    rows.length === 0 ? [] : ['', '## Values', '', '| Value | Default | Meaning |', '| --- | --- | --- |'];
  return [`# ${name}`, '', `${description}. Version ${version}.`, '', about, ...settings, ...table, ''].join('\n');
}

/** The comment of a map's first key stands before the map itself. */
function rowsOf(map: YAMLMap, parent: string, first: string | undefined): readonly Row[] {
  return map.items.flatMap((pair, index) => {
    const own = isScalar(pair.key) ? commentOf(pair.key.commentBefore) : undefined;
    return rowsOfPair(pair, parent, own ?? (index === 0 ? first : undefined));
  });
}

function rowsOfPair({ key, value }: Pair, parent: string, comment: string | undefined): readonly Row[] {
  const path = `${parent}${isScalar(key) ? String(key.value) : ''}`;
  if (isMap(value) && value.items.length > 0) {
    const group = comment === undefined ? [] : [{ path, value: '', meaning: comment }];
    return [...group, ...rowsOf(value, `${path}.`, commentOf(value.commentBefore))];
  }
  return [{ path, value: shown(value), meaning: comment ?? '' }];
}

function shown(value: unknown): string {
  const plain: unknown = isNode(value) ? value.toJSON() : value;
  return plain === null || plain === '' ? '' : `\`${JSON.stringify(plain)}\``;
}

function isNode(value: unknown): value is { toJSON(): unknown } {
  return typeof value === 'object' && value !== null && 'toJSON' in value;
}

/** In one line, safe in a table. */
function commentOf(comment: string | null | undefined): string | undefined {
  const line = comment
    ?.split('\n')
    .map((each) => each.trim())
    .join(' ')
    .trim();
  return line ? line.replaceAll('|', '\\|') : undefined;
}
