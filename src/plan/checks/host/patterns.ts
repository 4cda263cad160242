/** Patterns of names as fnmatch(3) has them, which systemd, udev and dhcpcd use. */

/** Whether the whole text fits: `*`, `?`, `[abc]`, `[!abc]`, and a backslash before what stands for itself. */
export function fits(pattern: string, text: string): boolean {
  const tokens = pattern.match(/\\.|\[[!^]?\]?[^\]]*\]|\*+|./gsu) ?? [];
  const source = tokens.map((token) => {
    if (token.startsWith('*')) return '.*';
    if (token === '?') return '.';
    if (token.startsWith('[') && token.length > 2) {
      const inside = token
        .slice(1, -1)
        .replace(/^!/, '^')
        .replace(/[\\[\]]/g, '\\$&');
      return `[${inside}]`;
    }
    return token.replace(/^\\(?=.)/s, '').replace(/[$()*+.?[\\\]^{|}]/g, '\\$&');
  });
  try {
    return new RegExp(`^${source.join('')}$`, 'su').test(text);
  } catch {
    return false; // a range that is none, such as [z-a]
  }
}

/**
 * Whether a list of patterns allows a text, as systemd has it (`net_condition_test_strv`): none that begins with `!`
 * may fit and, where there are others, one of those must.
 */
export function allows(patterns: readonly string[], text: string | undefined): boolean {
  if (text === undefined) return patterns.every((pattern) => pattern.startsWith('!'));
  const [against, wanted] = [
    patterns.filter((pattern) => pattern.startsWith('!')),
    patterns.filter((pattern) => !pattern.startsWith('!')),
  ];
  if (against.some((pattern) => fits(pattern.slice(1), text))) return false;
  return wanted.length === 0 || wanted.some((pattern) => fits(pattern, text));
}
