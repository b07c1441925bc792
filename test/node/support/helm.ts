import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Which Helm, and for which cluster. */
export interface HelmContext {
  readonly helm: string;
  readonly kubeconfig: string;
}

/** What Helm prints. @throws Error with its words when it fails */
export async function runHelm({ helm, kubeconfig }: HelmContext, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(helm, [`--kubeconfig=${kubeconfig}`, ...args]);
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    throw new Error(`helm ${args.join(' ')}: ${stderr}${stdout}`);
  }
}
