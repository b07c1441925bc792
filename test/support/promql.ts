/** A selector of an expression: a metric, and the labels that it is selected or grouped by anywhere in the expression. */
export interface Asked {
  readonly metrics: readonly string[];
  readonly labels: readonly string[];
}

/** The only prefixes of metrics that the operator has; a function or a label bears none of them. */
const METRIC = /\b(?:oauthapp|workqueue|leader_election|process|nodejs)_[a-z0-9_]+/g;
const SELECTION = /\{([^}]*)\}/g;
const MATCHER = /([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g;
const GROUPING = /\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g;

/** What an expression of PromQL asks for. Reads words and no grammar: that is promtool's. */
export function askedBy(expression: string): Asked {
  const selected = capturesOf(expression, SELECTION).flatMap((matchers) => capturesOf(matchers, MATCHER));
  const grouped = capturesOf(expression, GROUPING).flatMap((list) => list.split(',').map((label) => label.trim()));
  return {
    metrics: [...new Set(expression.match(METRIC))],
    labels: [...new Set([...selected, ...grouped])].filter((label) => label !== ''),
  };
}

function capturesOf(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, captured = '']) => captured);
}
