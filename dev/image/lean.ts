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

/** As undici's index does with all of them: the calls that are asked for are put on the prototype of every dispatcher. */
const CALLS = `
  import Dispatcher from './dispatcher.js';
  import connect from '../api/api-connect.js';
  import request from '../api/api-request.js';
  Object.assign(Dispatcher.prototype, { connect, request });
`;

/**
 * Files that are loaded with their package and hold nothing that is used: HTTP/2, which is switched off; what pushes or
 * aggregates metrics, and spans to measure; workers that write logs. Empty, they bring none of Node's modules with them.
 */
const UNUSED = [
  /[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client-h2\.js$/,
  /[\\/]prom-client[\\/]lib[\\/](?:cluster|pushgateway)\.js$/,
  /[\\/]@opentelemetry[\\/]api[\\/]/,
  /[\\/]pino[\\/]lib[\\/]transport\.js$/,
];

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

    for (const filter of UNUSED) onLoad({ filter }, () => ({ contents: 'module.exports = {};' }));

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
