import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { CATALOGUE, type MetricName, type NameOf } from './catalogue.ts';

/** A gauge with one line for each reader. */
interface Scraped<R> {
  readonly registry: Registry;
  readonly name: NameOf<'gauge'>;
  readonly label: string;
  readonly readers: ReadonlyMap<string, R>;
  readonly measure: (reader: R) => number | undefined;
}

const BUCKETS_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

/** A gauge that is read when the page is asked for; a reader that says `undefined` has no line. */
export function scraped<R>({ registry, name, label, readers, measure }: Scraped<R>): void {
  gauge(registry, name, (lines) => {
    for (const [value, reader] of readers) {
      const number = measure(reader);
      if (number !== undefined) lines.set({ [label]: value }, number);
    }
  });
}

/** A counter of the catalogue. */
export function counter(registry: Registry, name: NameOf<'counter'>): Counter {
  return new Counter(described(registry, name));
}

/** A gauge of the catalogue. With `read`, it is set anew whenever the page is asked for. */
export function gauge(registry: Registry, name: NameOf<'gauge'>, read?: (lines: Gauge) => void): Gauge {
  if (read === undefined) return new Gauge(described(registry, name));
  return new Gauge({
    ...described(registry, name),
    collect() {
      this.reset();
      read(this);
    },
  });
}

/** A histogram of the catalogue, over seconds. */
export function histogram(registry: Registry, name: NameOf<'histogram'>): Histogram {
  return new Histogram({ ...described(registry, name), buckets: BUCKETS_SECONDS });
}

function described(registry: Registry, name: MetricName) {
  const { help, labels } = CATALOGUE[name];
  return { name, help, labelNames: [...labels], registers: [registry] };
}
