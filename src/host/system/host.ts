/** The only way to the outside world; handed in, so that tests can hand in their own. */
import type { NetworkInterfaceInfo } from 'node:os';
import type { Replacement } from './replace-files.ts';

export interface RunOptions {
  /** The text of the command's standard input; without it there is none. */
  readonly input?: string;
  /** Where it runs; the host's own folder unless said otherwise. */
  readonly cwd?: string;
  /** Added to the host's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take, in seconds; as long as it takes without it. */
  readonly seconds?: number;
}

export interface AttachOptions extends Omit<RunOptions, 'seconds'> {
  /** The first interrupt is the command's own matter; a second one ends it at once. */
  readonly endsAtSecondInterrupt?: true;
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A file's text; or, without one, whether there is no such file, and the system's words. */
export type FileText =
  /** `isPipe`: it can be read only once, and has been. */
  | { readonly text: string; readonly isPipe?: true }
  | { readonly error: 'missing' | 'unreadable'; readonly detail: string };

/** A command that goes on until it is stopped. */
export interface Following {
  /** Ends it. */
  stop(): void;
  /** When it has ended, by itself or not: why, for people. Never rejects. */
  readonly ended: Promise<string>;
}

/** By what a file is known to be the same as before, without reading it; and whose it is. */
export interface FileMark {
  /** Where it is, after all symbolic links. */
  readonly path: string;
  /** Whether an interpreter runs it: what it starts in turn is not known. */
  readonly isScript: boolean;
  readonly device: number;
  readonly inode: number;
  readonly size: number;
  /** When its text or status last changed, which nobody can set back: milliseconds since 1970, with fractions. */
  readonly changed: number;
  readonly owner: number;
  /** The permission bits. */
  readonly mode: number;
}

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** As Node names them: `linux`, `darwin`, … */
  readonly platform: string;
  /** The effective user's; 0 is root. */
  readonly uid: number;
  readonly pid: number;
  readonly home: string;
  /** How this program was started: Node, and the file that it runs, both absolute. */
  readonly program: readonly [node: string, file: string];
  /**
   * Runs a command to its end and captures what it writes. Never throws for what the command does: 127 is a command
   * that is not there, 126 one that may not be run, 124 one that was ended because it took too long, 128+n one that
   * was ended by signal n, with words for people in
   * `stderr`.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /**
   * Runs a command on this process's own terminal or streams and gives its exit code (128+n for a signal).
   * Throws a `HostError` where the command is not there.
   */
  attach(argv: readonly string[], options?: AttachOptions): Promise<number>;
  /** Starts a command that goes on, and hands over each line that it writes, errors too. */
  follow(argv: readonly string[], onLine: (line: string) => void): Following;
  /** Ends a process at once. One that has ended already is fine. */
  endProcess(pid: number): void;
  /** The file's text, or why there is none: for a file that somebody named. */
  read(path: string): FileText;
  /** The file's text, or nothing where there is none that can be read: for a file that may well be missing. */
  readText(path: string): string | undefined;
  /** The same by another thread, while this one goes on: for what the system takes long to tell. */
  readTextAside(path: string): Promise<string | undefined>;
  /** All of this process's standard input; it can be read only once. */
  readStandardInput(): string;
  /** The file as it is, for what is not text. */
  readBytes(path: string): Uint8Array | undefined;
  /** The names in a directory; none where it cannot be read. */
  list(path: string): readonly string[];
  /** Where a symbolic link leads, or nothing. */
  readLink(path: string): string | undefined;
  /** Whether anything is there, a directory too. */
  exists(path: string): boolean;
  isDirectory(path: string): boolean;
  isExecutable(path: string): boolean;
  /** The mark of the file that a path leads to, or nothing. */
  mark(path: string): FileMark | undefined;
  /** Writes a file that only its owner can read, whole or not at all. */
  writePrivate(path: string, text: string): void;
  /** Writes a file for all of the system with this mode, whole or not at all. Throws a `HostError` where it cannot. */
  writeShared(path: string, text: string, mode: number): void;
  /**
   * Writes a file that somebody named: through symbolic links, whole or not at all, and only this name of a file that
   * has several. Throws a `HostError` where it cannot.
   */
  writeOutput(path: string, text: string): void;
  /** Gives files another text, all or none, each with its mode and owner. Throws a `HostError` where that cannot be. */
  replaceFiles(replacements: readonly Replacement[]): void;
  /** Removes a file or a directory with all that is in it; one that is not there is fine. */
  remove(path: string): void;
  /**
   * Sends an empty UDP datagram to the discard port (RFC 863) of an address. Never throws: whether it
   * arrives does not matter.
   */
  sendDatagram(address: string): Promise<void>;
  /** What Node itself knows of the interfaces; for platforms without `ip`. */
  interfaces(): NodeJS.Dict<NetworkInterfaceInfo[]>;
}
