import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';

const RETRY_MS = 100;
const SQLITE_BUSY = 5;

/**
 * Runs `work` while no other process runs work under the same `file`. Calls `onWait` once if it has to wait.
 *
 * The lock is SQLite's exclusive lock on an empty database, because Node.js has no file locks of its own: the kernel
 * gives it back when its holder dies, however it dies, so no lock is ever stale and none has to be judged so.
 */
export async function withLock<T>(file: string, onWait: () => void, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    if (!tryLock(database)) {
      onWait();
      while (!tryLock(database)) await delay(RETRY_MS);
    }
    return await work();
  } finally {
    database.close();
  }
}

function tryLock(database: DatabaseSync): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
