/** Commands as people read them. */

/** An argument vector as a person would type it. For reading only: nothing here is ever given to a shell. */
export function displayCommand(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ');
}
