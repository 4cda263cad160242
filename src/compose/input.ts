/** What a load is given: the way to the files, and what the command line and the environment say. */

/** The only way from here to the outside; paths are absolute. */
export interface Files {
  /** The text, or why there is none. */
  read(path: string): { readonly text: string } | { readonly error: 'missing' | 'unreadable'; readonly detail: string };
  /** Whether a file (not a directory) is there. */
  exists(path: string): boolean;
  isDirectory(path: string): boolean;
}

/** What the command line and the environment say, not yet interpreted. */
export interface LoadOptions {
  /**
   * `-f`, in order; `-` is standard input. Where empty: `COMPOSE_FILE`, else Compose's default names, looked for in
   * `cwd` and above it.
   */
  readonly files: readonly string[];
  /** The text of standard input, where a file is `-`. */
  readonly stdin?: string;
  /** `-p` */
  readonly projectName?: string;
  /** `--project-directory` */
  readonly projectDirectory?: string;
  /** `--profile` */
  readonly profiles: readonly string[];
  /** `--env-file` */
  readonly envFiles: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
