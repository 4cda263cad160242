/** A container of the project as the engine has it now. */

export interface LiveContainer {
  readonly name: string;
  readonly service: string;
  /** Docker's word: `running`, `created`, `restarting`, `paused`, `exited`, `dead`, `removing`. */
  readonly state: string;
  /** While it does not run. */
  readonly exitCode?: number;
  /** What kept it from starting, in the engine's words. */
  readonly error?: string;
  /** How often its restart policy has started it again; absent where it has not. */
  readonly restarts?: number;
  /** Whether its network namespace is the engine's host's own. */
  readonly isOnHost?: true;
  /** Absent where it has no health check. */
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  /** Of its first process, in the engine's own namespace of processes; absent while there is none. */
  readonly pid?: number;
  /** By network name, IPv4 first. */
  readonly addresses: Readonly<Record<string, readonly string[]>>;
  readonly ports: readonly { readonly published: number; readonly target: number; readonly protocol: string }[];
  /** Its `/etc/hosts`, by name; absent where that may not be read. */
  readonly hosts?: Readonly<Record<string, string>>;
}

export const isUp = ({ state }: LiveContainer): boolean => state === 'running';

/** A job that has done what it was for. */
export const hasFinished = ({ state, exitCode }: LiveContainer): boolean => state === 'exited' && exitCode === 0;
