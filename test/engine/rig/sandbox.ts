/** The sandbox that `sandbox.sh` makes, seen from inside. */

/**
 * The folder for files that are gone with the sandbox.
 *
 * @throws outside a sandbox, where interfaces and packet filter rules would be the machine's own
 */
export function sandboxFolder(): string {
  const folder = process.env['NETCOMPOSE_SANDBOX'];
  if (!folder)
    throw new Error(
      'this test changes interfaces: run it with "npm test -- FILE", which gives it a network namespace of its own',
    );
  return folder;
}
