import { styleText } from 'node:util';

/** What the user of the quickstart reads. Colours only where the terminal has some (`NO_COLOR`, `FORCE_COLOR`). */
export interface Screen {
  /** A step begins, after this much time. */
  step(text: string): void;
  /** A step that takes long goes on. */
  progress(text: string): void;
  /** It came to this. */
  done(text: string): void;
  /** Something to know on the way, or what a command said. */
  say(text: string): void;
  /** A command that the user can type, as it is run now. */
  command(text: string): void;
  /** It cannot go on. */
  failed(text: string): void;
}

/** Where the texts begin: behind `  9 min 59 s  `. */
const MARGIN = 14;

/** A screen whose clock starts now. */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  const start = performance.now();
  const margin = ' '.repeat(MARGIN);
  const style = (format: Parameters<typeof styleText>[0], text: string): string => styleText(format, text, { stream });
  const time = (): string => style('dim', `${elapsed(performance.now() - start).padStart(MARGIN - 2)}  `);
  const print = (left: string, text: string): void => {
    const [first = '', ...rest] = text.split('\n');
    stream.write(`${[left + first, ...rest.map((line) => margin + line)].join('\n')}\n`);
  };

  return {
    step: (text) => print(`\n${time()}`, style('bold', text)),
    progress: (text) => print(time(), text),
    done: (text) => print(margin, `${style('green', '✓')} ${text}`),
    say: (text) => print(margin, text),
    command: (text) => print(margin, style('cyan', `$ ${text}`)),
    failed: (text) => print('\n', `${style('red', '✗')} ${text}`),
  };
}

function elapsed(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return minutes === 0 ? `${(ms / 1_000).toFixed(1)} s` : `${minutes} min ${Math.floor((ms % 60_000) / 1_000)} s`;
}
