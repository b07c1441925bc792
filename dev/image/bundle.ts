import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';
import { z } from 'zod';
import { writeCode } from './code.ts';
import { lean } from './lean.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The file to start, in the folder of the bundle. */
export const ENTRY = 'main.cjs';

/** The operator, which {@link ENTRY} starts. No module: Node.js gives no module the code that an earlier start compiled. */
export const PROGRAM = 'operator.js';

/** What only a kubeconfig needs. */
export const KUBECONFIG_LIBRARY = 'kubeconfig.cjs';

/** What the bundle is made of, as CycloneDX, beside it. */
export const BILL_OF_MATERIALS = 'sbom.cdx.json';

const SourceMap = z.looseObject({ sources: z.array(z.string()) });

const Package = z.object({ name: z.string() });

/** CycloneDX as npm writes it, as far as it matters here. `timestamp` and `serialNumber` are of the moment alone. */
const Bill = z.looseObject({
  serialNumber: z.unknown(),
  metadata: z.looseObject({ timestamp: z.unknown(), component: z.looseObject({ name: z.string() }) }),
  components: z.array(
    z.looseObject({
      'bom-ref': z.string(),
      properties: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
    }),
  ),
  dependencies: z.array(z.looseObject({ ref: z.string(), dependsOn: z.array(z.string()).default([]) })),
});
type Bill = z.infer<typeof Bill>;

const SETTINGS = {
  absWorkingDir: ROOT,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node24',
  // The launcher reads the program as bytes.
  charset: 'ascii',
  // Names stay: stack traces name functions, and errors their classes.
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
} satisfies BuildOptions;

/** A plugin and not an option: the library stays a package for the rest of the program's build. */
const apart: Plugin = {
  name: 'apart',
  setup({ onResolve }) {
    onResolve({ filter: /^@kubernetes\/client-node$/ }, () => ({ path: `./${KUBECONFIG_LIBRARY}`, external: true }));
  },
};

/**
 * Empties `folder` and puts the operator into it: {@link ENTRY}, {@link PROGRAM} with its source map and the code that V8 makes
 * of it, {@link KUBECONFIG_LIBRARY} and {@link BILL_OF_MATERIALS}.
 *
 * @param revision the commit that it is made from, for its metrics
 * @returns esbuild's account of what went where; paths are relative to the repository
 */
export async function bundle(folder: string, revision: string): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  const around = await build({
    ...SETTINGS,
    entryPoints: { main: 'dev/launcher/main.ts', kubeconfig: '@kubernetes/client-node' },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    metafile: true,
  });
  const program = await build({
    ...SETTINGS,
    entryPoints: { operator: 'src/main.ts' },
    outdir: folder,
    banner: { js: '(function (require) {' },
    footer: { js: '})' },
    define: { BUILT_FROM: JSON.stringify(revision) },
    plugins: [apart, lean],
    // Of the program, which is no module, Node.js does not know where it would import from. The launcher gives it `require`.
    supported: { 'dynamic-import': false },
    sourcemap: 'linked',
    // Names and lines are what a stack trace needs; the sources themselves would double the image's own files.
    sourcesContent: false,
    metafile: true,
  });
  await nameSourcesFromRoot(join(folder, `${PROGRAM}.map`));
  await writeFile(join(folder, BILL_OF_MATERIALS), await billOfMaterials());
  await writeCode(join(folder, PROGRAM));
  return {
    inputs: { ...around.metafile.inputs, ...program.metafile.inputs },
    outputs: { ...around.metafile.outputs, ...program.metafile.outputs },
  };
}

/** So that a stack trace shows them as they stand in the repository, wherever the bundle was put. */
async function nameSourcesFromRoot(path: string): Promise<void> {
  const map = SourceMap.parse(JSON.parse(await readFile(path, 'utf8')));
  const sources = map.sources.map((source) => relative(ROOT, resolve(path, '..', source)));
  await writeFile(path, JSON.stringify({ ...map, sources }));
}

/**
 * Every package that the lock file gives the operator. Those of development alone are taken out here: npm's own
 * `--omit=dev` also takes out what both need.
 */
async function billOfMaterials(): Promise<string> {
  const args = ['sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--package-lock-only'];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: ROOT, maxBuffer: 2 ** 26 });
  const { serialNumber: _serial, metadata, components, dependencies, ...bill } = Bill.parse(JSON.parse(stdout));
  const { timestamp: _made, component: whole, ...lasting } = metadata;
  // npm calls the whole after the folder that it is in.
  const { name } = Package.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const left = new Set(components.filter(isOfDevelopment).map((component) => component['bom-ref']));
  const content = {
    ...bill,
    metadata: { ...lasting, component: { ...whole, name } },
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
