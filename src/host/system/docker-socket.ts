/** How the Docker CLI, from 25 on, tells a plugin of a signal that only `docker` itself got: it closes a socket. */
import { connect } from 'node:net';

/**
 * @param name what Docker has put into `DOCKER_CLI_PLUGIN_SOCKET`: `@NAME` for a socket in the abstract namespace, or a
 *   path
 * @param onClose called once Docker has closed it; never for a socket that cannot be reached
 */
export function whenDockerCancels(name: string, onClose: () => void): void {
  const path = name.startsWith('@') ? `\0${name.slice(1)}` : name;
  const socket = connect({ path });
  let open = false;
  // Nothing is ever sent; reading is how an end is noticed.
  socket.resume();
  socket.on('connect', () => (open = true));
  socket.on('error', () => undefined);
  socket.on('close', () => open && onClose());
  // It must not keep the program running.
  socket.unref();
}
