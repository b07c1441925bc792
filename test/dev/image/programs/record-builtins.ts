/** Preloaded into a program: names the modules of Node.js that it has loaded when it ends, one a line of standard error. */
const NATIVE = 'NativeModule ';

process.on('exit', () => {
  // Not documented, and in no types: every module, by its kind and its name.
  const loaded: readonly string[] = Reflect.get(process, 'moduleLoadList');
  const names = loaded.filter((entry) => entry.startsWith(NATIVE)).map((entry) => entry.slice(NATIVE.length));
  process.stderr.write(`${names.join('\n')}\n`);
});
