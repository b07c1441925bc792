import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { z } from 'zod';
import { lean } from './lean.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The file to start, in the folder of the bundle. */
export const ENTRY = 'main.mjs';

/** What the bundle is made of, as CycloneDX, beside it. */
export const BILL_OF_MATERIALS = 'sbom.cdx.json';

/** Packages in the form of CommonJS ask for Node's own modules by `require`, which a module does not have by itself. */
const REQUIRE = `import { createRequire as createBundleRequire } from 'node:module';
const require = createBundleRequire(import.meta.url);`;

/** CycloneDX as npm writes it, as far as it matters here. `timestamp` and `serialNumber` are of the moment alone. */
const Bill = z.looseObject({
  serialNumber: z.unknown(),
  metadata: z.looseObject({ timestamp: z.unknown() }),
  components: z.array(
    z.looseObject({
      'bom-ref': z.string(),
      properties: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
    }),
  ),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});
type Bill = z.infer<typeof Bill>;

/**
 * Empties `folder` and puts the operator into it: {@link ENTRY}, the chunks that it loads, their source maps and
 * {@link BILL_OF_MATERIALS}. What only a kubeconfig needs is a chunk that is loaded when a kubeconfig is used.
 *
 * @param revision the commit that it is made from, for its metrics
 * @returns esbuild's account of what went where; paths are relative to the repository
 */
export async function bundle(folder: string, revision: string): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: { main: 'src/main.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    banner: { js: REQUIRE },
    define: { BUILT_FROM: JSON.stringify(revision) },
    plugins: [lean],
    // Names stay: stack traces name functions, and errors their classes.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    // Names and lines are what a stack trace needs; the sources themselves would double the image's own files.
    sourcesContent: false,
    metafile: true,
    logLevel: 'warning',
  });
  await writeFile(join(folder, BILL_OF_MATERIALS), await billOfMaterials());
  return metafile;
}

/**
 * Every package that the lock file gives the operator. Those of development alone are taken out here: npm's own
 * `--omit=dev` also takes out what both need.
 */
async function billOfMaterials(): Promise<string> {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: ROOT, maxBuffer: 2 ** 26 });
  const { serialNumber: _serial, metadata, components, dependencies, ...bill } = Bill.parse(JSON.parse(stdout));
  const { timestamp: _made, ...lasting } = metadata;
  const left = new Set(components.filter(isOfDevelopment).map((component) => component['bom-ref']));
  const content = {
    ...bill,
    metadata: lasting,
    components: components.filter((component) => !left.has(component['bom-ref'])),
    dependencies: dependencies
      .filter(({ ref }) => !left.has(ref))
      .map((each) => ({ ...each, dependsOn: each.dependsOn.filter((ref) => !left.has(ref)) })),
  };
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

function isOfDevelopment({ properties }: Bill['components'][number]): boolean {
  return properties.some(({ name, value }) => name === 'cdx:npm:package:development' && value === 'true');
}
