import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Preloaded into a program: what a Pod has of its service account, it finds in the folder that this variable names. */
const folder = process.env['TEST_SERVICE_ACCOUNT'];
if (folder === undefined) throw new Error('TEST_SERVICE_ACCOUNT names no folder');

const { readFile } = fs;
fs.readFile = ((path: string, encoding: 'utf8') =>
  readFile(path.replace('/var/run/secrets/kubernetes.io/serviceaccount', folder), encoding)) as typeof readFile;
syncBuiltinESMExports();
