/** The real host: this machine. */
import { homedir, networkInterfaces } from 'node:os';
import { sendDatagram } from './datagram.ts';
import { causeText, HostError } from './errors.ts';
import {
  exists,
  isDirectory,
  isExecutable,
  list,
  mark,
  read,
  readBytes,
  readLink,
  readStandardInput,
  readText,
  readTextAside,
  remove,
  writePrivate,
  writeShared,
} from './files.ts';
import type { Host } from './host.ts';
import { attachProcess, endProcess, followProcess, runProcess } from './processes.ts';
import { replaceFiles, writeOutput } from './replace-files.ts';

function currentFolder(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new HostError({
      message: `the current folder cannot be found: ${causeText(cause)}`,
      help: 'it may have been removed: go to another one',
      cause,
    });
  }
}

/**
 * The machine that this process runs on. The environment is read here, once, and is a value from then on.
 * Throws a `HostError` where the current folder is gone.
 */
export function realHost(): Host {
  const env = { ...process.env };
  const cwd = currentFolder();
  return {
    env,
    cwd,
    platform: process.platform,
    uid: process.geteuid?.() ?? -1,
    pid: process.pid,
    home: homedir(),
    program: [process.execPath, process.argv[1] ?? ''],
    run: (argv, options = {}) =>
      runProcess(argv, {
        cwd: options.cwd ?? cwd,
        env: { ...env, ...options.env },
        ...(options.input !== undefined && { input: options.input }),
        ...(options.seconds !== undefined && { seconds: options.seconds }),
      }),
    attach: (argv, options = {}) =>
      attachProcess(argv, {
        ...options,
        cwd: options.cwd ?? cwd,
        env: { ...env, ...options.env },
      }),
    follow: (argv, onLine) => followProcess(argv, { cwd, env }, onLine),
    endProcess,
    read,
    readText,
    readTextAside,
    readStandardInput,
    readBytes,
    list,
    readLink,
    exists,
    isDirectory,
    isExecutable,
    mark,
    writeOutput,
    writePrivate,
    writeShared,
    replaceFiles,
    remove,
    sendDatagram,
    interfaces: networkInterfaces,
  };
}
