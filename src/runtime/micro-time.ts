/** A moment in epoch ms as the API server wants a `metav1.MicroTime`: RFC 3339 with exactly six digits after the second. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
