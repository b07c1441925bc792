import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

const { resolve } = createRequire(import.meta.url);

/** The parts of undici that the operator imports, by their files. Its index brings all others along. */
const UNDICI = {
  Agent: 'agent.js',
  Client: 'client.js',
  Pool: 'pool.js',
  ProxyAgent: 'proxy-agent.js',
} as const;

/** As undici's index does: the calls that every dispatcher has are put on their prototype there. */
const CALLS = `
  import Dispatcher from './dispatcher.js';
  import calls from '../api/index.js';
  Object.assign(Dispatcher.prototype, calls);
`;

/** Where the operator's own sources are; a library that imports the same package gets all of it. */
const OWN = /[\\/]src[\\/]/;

/**
 * Leaves out of the bundle what the packages would bring along and the operator never asks for: what is not there is
 * not read and compiled at each start. A part that is imported and not named here is an error of the build.
 */
export const lean: Plugin = {
  name: 'lean',
  setup({ onLoad, onResolve }) {
    // Of zod's messages, those in English are shown.
    onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));

    onResolve({ filter: /^undici$/ }, ({ importer }) =>
      OWN.test(importer) ? { path: 'dispatchers', namespace: 'undici' } : undefined,
    );
    onLoad({ filter: /^/, namespace: 'undici' }, () => {
      const folder = join(dirname(resolve('undici')), 'lib/dispatcher');
      const lines = Object.entries(UNDICI).map(([name, file]) => `export { default as ${name} } from './${file}';`);
      return { contents: [CALLS, ...lines].join('\n'), resolveDir: folder };
    });
  },
};
