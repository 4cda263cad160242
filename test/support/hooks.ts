/** uvu keeps the error of a failing `before` hook to itself; this prints it. */

/** The hook, which says what went wrong before it fails: `test.before(saying(async (context) => …))`. */
export function saying<Context>(hook: (context: Context) => Promise<void>): (context: Context) => Promise<void> {
  return async (context) => {
    try {
      await hook(context);
    } catch (error) {
      process.stdout.write(
        `\n  a hook failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      throw error;
    }
  };
}
