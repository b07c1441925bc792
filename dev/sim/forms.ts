/** A value as it is, and as the usual ways of writing it down have it. Each once. */
export function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const hex = bytes.toString('hex');
  const quoted = JSON.stringify(value).slice(1, -1);
  return [...new Set([value, quoted, encodeURIComponent(value), hex, hex.toUpperCase(), ...base64Of(bytes)])];
}

/**
 * What a longer text shows of the value in base64 and base64url (RFC 4648), wherever in it the value begins: the value at
 * each of the three places in a group of three bytes, without the characters that hold something of its neighbours, too.
 */
function base64Of(value: Buffer): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), value])
      .toString('base64')
      .replaceAll('=', '');
    const own = text.slice(Math.ceil((before * 4) / 3), Math.floor(((before + value.length) * 4) / 3));
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}
