import type { ListenAddress } from '../runtime/listen-address.ts';

/** What a flag takes. `parse` gives `undefined` for what it does not take; `expects` ends the sentence *must be …*. */
export interface Kind<T> {
  readonly placeholder: string;
  readonly expects: string;
  readonly parse: (text: string) => T | undefined;
}

/** A flag, for which the variable `OAUTHAPP_<NAME>` can stand in. */
export interface Flag<T> {
  readonly name: string;
  readonly kind: Kind<T>;
  /** When nothing is said. */
  readonly fallback: T;
  /** The same in words. */
  readonly byDefault: string;
  readonly help: string;
}

/** A flag that is `fallback` when nothing is said. @throws Error when it does not take its own fallback */
export function flag<T>(name: string, kind: Kind<T>, fallback: string, help: string): Flag<T> {
  const value = kind.parse(fallback);
  if (value === undefined) throw new Error(`the fallback of --${name} is not ${kind.expects}`);
  return { name, kind, fallback: value, byDefault: fallback, help };
}

/** A flag that may be left unsaid. `byDefault` says what holds then. */
export function optional<T>(name: string, kind: Kind<T>, byDefault: string, help: string): Flag<T | undefined> {
  return { name, kind, fallback: undefined, byDefault, help };
}

/** Takes texts of the form `form`. */
export function matching(placeholder: string, form: RegExp, expects: string): Kind<string> {
  return { placeholder, expects, parse: (text) => (form.test(text) ? text : undefined) };
}

/** Takes one of `words`. */
export function oneOf<const T extends string>(words: readonly T[]): Kind<T> {
  return {
    placeholder: words.join('|'),
    expects: words.join(' or '),
    parse: (text) => words.find((each) => each === text),
  };
}

/** Takes one or more of what `parse` takes, with commas between them. */
export function someOf<T>(
  placeholder: string,
  parse: (text: string) => T | undefined,
  expects: string,
): Kind<readonly T[]> {
  return {
    placeholder,
    expects,
    parse(text) {
      const values = text.split(',').map((part) => parse(part.trim()));
      return values.every((value) => value !== undefined) ? values : undefined;
    },
  };
}

/** Takes whole numbers, both ends included. */
export function count(least: number, most: number): Kind<number> {
  return {
    placeholder: 'N',
    expects: `a whole number from ${least} to ${most}`,
    parse(text) {
      const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
      return value >= least && value <= most ? value : undefined;
    },
  };
}

/** As Go's `time.ParseDuration`, in ms, without sign and the units below a millisecond. */
export function durationUpTo(hours: number): Kind<number> {
  const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  return {
    placeholder: 'DURATION',
    expects: `a duration such as 90s, 1m30s or 500ms, more than 0 and at most ${hours}h`,
    parse(text) {
      if (!/^(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h))+$/.test(text)) return undefined;
      const parts = [...text.matchAll(/([0-9.]+)(ms|s|m|h)/g)];
      const ms = Math.round(
        parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? 0), 0),
      );
      return ms > 0 && ms <= hours * 3_600_000 ? ms : undefined;
    },
  };
}

/** Takes an address to listen on. */
export function address(): Kind<ListenAddress> {
  return {
    placeholder: '[HOST]:PORT',
    expects: 'an address such as :8080, 127.0.0.1:8080 or [::1]:8080',
    parse(text) {
      const found = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]*)):([0-9]{1,5})$/.exec(text);
      if (found === null) return undefined;
      const [, ipv6, name, port] = found;
      return Number(port) <= 65_535 ? { host: ipv6 ?? (name || undefined), port: Number(port) } : undefined;
    },
  };
}

/** The variable that can stand in for the flag. */
export function variableOf({ name }: Flag<unknown>): string {
  return `OAUTHAPP_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** `text` as it is shown in a message: in quotes and clipped. */
export function quoted(text: string): string {
  return JSON.stringify(text.length <= 64 ? text : `${text.slice(0, 64)}…`);
}
