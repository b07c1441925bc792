import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arg, Copy, Entrypoint, From, Instruction, Label } from 'dockerfile-ast';
import { DockerfileParser } from 'dockerfile-ast';

/** Files that an image gets: from which stage, which path there, and where they stand in the image. */
export interface Copied {
  readonly from: string;
  readonly source: string;
  readonly target: string;
}

/** What the last stage of a Dockerfile makes of its base. */
export interface ImageDescription {
  readonly base: string;
  readonly entrypoint: readonly string[];
  /** `uid:gid`. */
  readonly user: string;
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `8080/tcp`. */
  readonly exposedPorts: readonly string[];
  readonly copied: readonly Copied[];
}

/** Values of the Dockerfile's ARGs, by name; those that are not named have the defaults that it gives them. */
export type BuildArguments = Readonly<Record<string, string>>;

export const DOCKERFILE = join(import.meta.dirname, '../../Dockerfile');

/** Reads {@link DOCKERFILE}. @throws Error like {@link describeImage} */
export async function describeOperatorImage(given: BuildArguments): Promise<ImageDescription> {
  return describeImage(await readFile(DOCKERFILE, 'utf8'), given);
}

/**
 * Reads the last stage of a Dockerfile.
 *
 * @throws Error for an instruction that takes an engine, such as RUN, and for what is missing
 */
export function describeImage(dockerfile: string, given: BuildArguments): ImageDescription {
  const instructions = DockerfileParser.parse(dockerfile).getInstructions();
  const start = instructions.findLastIndex((instruction) => instruction.getKeyword() === 'FROM');
  const global = argumentsOf(
    instructions.filter((one, at) => isBeforeStages(instructions, at) && isArg(one)),
    given,
  );
  const [from, ...stage] = instructions.slice(start);
  if (from === undefined) throw new Error('the Dockerfile has no stage');

  const values = argumentsOf(stage.filter(isArg), given);
  const text = (value: string | null | undefined): string => expanded(value ?? '', values);
  const last = (keyword: string): Instruction => {
    const found = stage.findLast((instruction) => instruction.getKeyword() === keyword);
    if (found === undefined) throw new Error(`the last stage has no ${keyword}`);
    return found;
  };
  refuseOthers(stage);
  return {
    // The library types every instruction by its keyword; `getInstructions` forgets that.
    base: expanded((from as From).getImage() ?? '', global),
    entrypoint: (last('ENTRYPOINT') as Entrypoint).getJSONStrings().map((each) => text(each.getJSONValue())),
    user: text(last('USER').getArgumentsContent()),
    workingDir: text(last('WORKDIR').getArgumentsContent()),
    labels: Object.fromEntries(
      stage
        .filter((instruction): instruction is Label => instruction.getKeyword() === 'LABEL')
        .flatMap((label) => label.getProperties().map((each) => [each.getName(), text(each.getValue())] as const)),
    ),
    exposedPorts: stage
      .filter((instruction) => instruction.getKeyword() === 'EXPOSE')
      .flatMap((instruction) => instruction.getArguments().map((each) => withProtocol(text(each.getValue())))),
    copied: stage
      .filter((instruction): instruction is Copy => instruction.getKeyword() === 'COPY')
      .map((copy) => copiedBy(copy, text)),
  };
}

/** What can be said of an image without running anything in it. */
const UNDERSTOOD: readonly string[] = ['ARG', 'COPY', 'ENTRYPOINT', 'EXPOSE', 'LABEL', 'USER', 'WORKDIR'];

function refuseOthers(stage: readonly Instruction[]): void {
  const other = stage.map((instruction) => instruction.getKeyword()).find((keyword) => !UNDERSTOOD.includes(keyword));
  if (other !== undefined) throw new Error(`the last stage has ${other}, which takes an engine`);
}

function isBeforeStages(instructions: readonly Instruction[], at: number): boolean {
  return at < instructions.findIndex((instruction) => instruction.getKeyword() === 'FROM');
}

function isArg(instruction: Instruction): instruction is Arg {
  return instruction.getKeyword() === 'ARG';
}

function argumentsOf(declared: readonly Instruction[], given: BuildArguments): BuildArguments {
  const pairs = declared.filter(isArg).map((arg): readonly [string, string] => {
    const property = arg.getProperty();
    const name = property?.getName() ?? '';
    return [name, given[name] ?? property?.getValue() ?? ''];
  });
  return Object.fromEntries(pairs);
}

function expanded(text: string, values: BuildArguments): string {
  return text.replaceAll(/\$\{(\w+)\}|\$(\w+)/g, (_, braced?: string, bare?: string) => {
    const name = braced ?? bare ?? '';
    const value = values[name];
    if (value === undefined) throw new Error(`the Dockerfile uses ${name} and declares no ARG of that name`);
    return value;
  });
}

function copiedBy(copy: Copy, text: (value: string) => string): Copied {
  const from = copy.getFromFlag()?.getValue() ?? '';
  const [source, target, ...more] = copy.getArguments().map((each) => text(each.getValue()));
  if (from === '' || source === undefined || target === undefined || more.length > 0) {
    throw new Error(`only COPY --from=STAGE SOURCE TARGET is understood, not ${copy.getRawArgumentsContent() ?? ''}`);
  }
  return { from, source, target };
}

function withProtocol(port: string): string {
  return port.includes('/') ? port : `${port}/tcp`;
}
