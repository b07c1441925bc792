import { registerHooks } from 'node:module';

/** Preloaded into a program: names every file that it loads, one a line of standard error. */
registerHooks({
  load(url, context, nextLoad) {
    process.stderr.write(`loaded ${url}\n`);
    return nextLoad(url, context);
  },
});
