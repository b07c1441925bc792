import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';

/**
 * What Velero does to the objects of one namespace, as far as it matters to us: a restored object keeps its labels,
 * annotations and finalizers and loses its status, its uid and its owners, and what is there already is left alone.
 *
 * `velero backup create NAME --include-namespaces NAMESPACE`, `velero restore create --from-backup NAME
 * [--exclude-resources secrets]`
 *
 * The path of kubectl comes before all of it.
 *
 * @see https://velero.io/docs/v1.17/restore-reference/
 */

const RESOURCES = ['secrets', 'oauthproviders', 'oauthapplications'] as const;

const Item = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  status: z.unknown().optional(),
});
const List = z.object({ items: z.array(Item) });
const Backup = z.array(z.object({ resource: z.enum(RESOURCES), items: z.array(Item) }));

const LOST = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'ownerReferences',
  'managedFields',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'include-namespaces': { type: 'string' },
    'from-backup': { type: 'string' },
    'exclude-resources': { type: 'string', default: '' },
  },
});

const [program = '', subject, verb, name = values['from-backup'] ?? ''] = positionals;
if (subject === 'backup' && verb === 'create') backUp(name, values['include-namespaces'] ?? '');
else if (subject === 'restore' && verb === 'create') restore(name, values['exclude-resources'].split(','));
else throw new Error(`this stand-in does not know: velero ${process.argv.slice(2).join(' ')}`);

function backUp(to: string, namespace: string): void {
  const backup = RESOURCES.map((resource) => ({
    resource,
    items: List.parse(JSON.parse(kubectl(['get', resource, '-n', namespace, '-o', 'json']))).items,
  }));
  writeFileSync(fileOf(to), JSON.stringify(backup));
  process.stdout.write(`Backup request "${to}" submitted successfully.\n`);
}

function restore(from: string, excluded: readonly string[]): void {
  for (const { resource, items } of Backup.parse(JSON.parse(readFileSync(fileOf(from), 'utf8')))) {
    if (excluded.includes(resource)) continue;
    for (const { status: _, ...item } of items) {
      const metadata = Object.fromEntries(Object.entries(item.metadata).filter(([field]) => !LOST.includes(field)));
      kubectl(['create', '-f', '-'], JSON.stringify({ ...item, metadata }));
    }
  }
  process.stdout.write(`Restore request "${from}-20260301020000" submitted successfully.\n`);
}

function kubectl(args: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', input });
  if (status !== 0 && !stderr.includes('AlreadyExists')) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

function fileOf(backup: string): string {
  return `${backup}.velero.json`;
}
