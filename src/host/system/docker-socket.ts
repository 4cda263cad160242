/** How the Docker CLI, from 25 on, tells a plugin of a signal that only `docker` itself got: it closes a socket. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/** A person does not notice it, and a look costs a few microseconds. */
const lookMilliseconds = 300;

/**
 * @param name what Docker has put into `DOCKER_CLI_PLUGIN_SOCKET`: `@NAME` for a socket in the abstract namespace, or a
 *   path
 * @param onClose called once Docker has closed it; never for a socket that cannot be reached
 */
export function whenDockerCancels(name: string, onClose: () => void): void {
  if (name.startsWith('@')) watchAbstract(name, onClose);
  else watchPath(name, onClose);
}

/**
 * Node 20 cannot connect to what Go listens on: it fills the name up with zeros to 108 bytes, which is another name
 * (seen with 20.20 and docker 28.5, to which Python connects). So the kernel's list is looked at, which tells of a
 * signal with docker 28.5, and not with 26.1.
 */
function watchAbstract(name: string, onClose: () => void): void {
  const isOpen = (): boolean => {
    try {
      return readFileSync('/proc/net/unix', 'utf8').includes(` ${name}\n`);
    } catch {
      return false;
    }
  };
  // Docker listens before it starts its plugin.
  if (!isOpen()) return;
  const timer = setInterval(() => {
    if (isOpen()) return;
    clearInterval(timer);
    onClose();
  }, lookMilliseconds);
  // It must not keep the program running.
  timer.unref();
}

function watchPath(path: string, onClose: () => void): void {
  const socket = connect({ path });
  let open = false;
  // Nothing is ever sent; reading is how an end is noticed.
  socket.resume();
  socket.on('connect', () => (open = true));
  socket.on('error', () => undefined);
  socket.on('close', () => open && onClose());
  socket.unref();
}
