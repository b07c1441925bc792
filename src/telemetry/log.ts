import { pino } from 'pino';
import type { Clock } from '../runtime/clock.ts';
import { printable } from './printable.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** What goes with a message. Everything passes {@link printable} first. Names that a line has of its own are taken. */
export interface LogFields {
  readonly [name: string]: unknown;
  readonly level?: never;
  readonly time?: never;
  readonly message?: never;
}

/** A structured log. `message` is a constant, so that lines can be found and counted; what varies stands in the fields. */
export interface Log {
  debug(message: string, fields?: LogFields | undefined): void;
  info(message: string, fields?: LogFields | undefined): void;
  warn(message: string, fields?: LogFields | undefined): void;
  error(message: string, fields?: LogFields | undefined): void;
}

/** Where lines go, each with its line feed. Standard output, but for tests. */
export interface LogDestination {
  write(line: string): void;
}

/**
 * A log of one JSON object a line: `level`, `time` (RFC 3339), `message`, and the fields.
 *
 * Lines are written before the call returns, so that the last one before an exit is not lost.
 */
export function createLog(level: LogLevel, clock: Clock, destination: LogDestination = standardOutput()): Log {
  return logOver(
    pino(
      {
        level,
        base: null,
        messageKey: 'message',
        timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
        formatters: { level: (label) => ({ level: label }) },
        // printable() has done it already, for nested errors too.
        serializers: { err: (error: unknown) => error },
      },
      destination,
    ),
  );
}

function standardOutput(): LogDestination {
  return pino.destination({ fd: 1, sync: true });
}

function logOver(sink: pino.Logger): Log {
  return {
    debug: (message, fields) => sink.debug(printable(fields ?? {}), message),
    info: (message, fields) => sink.info(printable(fields ?? {}), message),
    warn: (message, fields) => sink.warn(printable(fields ?? {}), message),
    error: (message, fields) => sink.error(printable(fields ?? {}), message),
  };
}
