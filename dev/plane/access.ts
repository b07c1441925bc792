import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubectlResult } from '../kubectl.ts';
import { runKubectl } from '../kubectl.ts';
import { requestToken } from './api.ts';
import { writeNewKubeconfig } from './kubeconfig.ts';

/** Where a running control plane is. Plain data: another process can use the plane by it. */
export interface PlaneCoordinates {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Path of the CA that signed the server's certificate, PEM. */
  readonly caFile: string;
  /** Path of a kubeconfig for a cluster admin. */
  readonly adminKubeconfig: string;
  readonly adminToken: string;
  /** Path of the kubectl that suits the server. */
  readonly kubectlBinary: string;
  /** The plane's temporary folder. */
  readonly folder: string;
}

/** What any process may do with a running control plane. */
export interface PlaneAccess {
  /** `https://127.0.0.1:PORT`. */
  readonly server: string;
  /** Path of the CA that signed the server's certificate, PEM. */
  readonly caFile: string;
  /** Path of a kubeconfig for a cluster admin. */
  readonly adminKubeconfig: string;
  readonly adminToken: string;

  /** A token of a ServiceAccount that exists, valid for a day, so that a program runs with the rights we ship. */
  serviceAccountToken(namespace: string, name: string): Promise<string>;

  /** Writes a kubeconfig for `token` into the plane's temporary folder and returns its path. */
  writeKubeconfig(token: string, options?: { readonly namespace?: string | undefined }): Promise<string>;

  /** Runs kubectl, as the cluster admin unless a kubeconfig is named. A failing kubectl resolves, with its `code`. */
  kubectl(
    args: readonly string[],
    options?: { readonly stdin?: string | undefined; readonly kubeconfig?: string | undefined },
  ): Promise<KubectlResult>;
}

/** Access to the plane that runs at `coordinates`. */
export function planeAccess({ kubectlBinary, folder, ...coordinates }: PlaneCoordinates): PlaneAccess {
  const { server, caFile, adminKubeconfig, adminToken } = coordinates;
  const cacheDir = join(folder, 'kubectl-cache');

  return {
    ...coordinates,

    async serviceAccountToken(namespace, name) {
      const ca = await readFile(caFile, 'utf8');
      return requestToken({ server, ca, token: adminToken }, namespace, name);
    },

    writeKubeconfig(token, { namespace } = {}) {
      return writeNewKubeconfig(folder, { server, caFile, token, namespace });
    },

    kubectl(args, { stdin, kubeconfig = adminKubeconfig } = {}) {
      return runKubectl(kubectlBinary, args, { kubeconfig, cacheDir, stdin });
    },
  };
}
