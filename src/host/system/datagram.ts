/** A packet that asks for nothing: the kernel must find its receiver's MAC address first, which is what is wanted. */
import { createSocket } from 'node:dgram';

const discardPort = 9;

/** Sends an empty UDP datagram to the discard port (RFC 863). */
export function sendDatagram(address: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const end = () => {
      socket.close();
      resolve();
    };
    // No route, or nobody there: that is an answer too.
    socket.on('error', end);
    socket.send('', discardPort, address, (error) => {
      if (!error) end();
      else socket.emit('error', error);
    });
  });
}
