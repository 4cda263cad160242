/** The programs of a host that take, name or block interfaces, as far as their files tell. */

/** Each part is there where its program runs (udev's parts: where it has such files). */
export interface ManagerFacts {
  /** systemd-networkd's .network files, in the order in which it tries them. */
  readonly networkd?: readonly LinkFile[];
  /** udev's .link files, likewise. */
  readonly links?: readonly LinkFile[];
  /** udev's rules that give an interface a name. */
  readonly namingRules?: readonly NamingRule[];
  readonly dhcpcd?: DhcpcdFacts;
  readonly connman?: ConnmanFacts;
  readonly firewalld?: FirewalldFacts;
  /** The shims that come back when the host starts: `shim persist` has written them. */
  readonly persisted?: readonly string[];
}

/** A .network or .link file with its drop-ins. */
export interface LinkFile {
  readonly path: string;
  /** What its [Match] asks, by key: the words of all lines that count, those that must not match with `!` before. */
  readonly match: Readonly<Record<string, readonly string[]>>;
  /** `Unmanaged=yes`. */
  readonly unmanaged?: boolean;
  /** `Name=` of a .link file: the name that it gives. */
  readonly gives?: string;
  /** `NamePolicy=`, which comes before that. */
  readonly policy?: readonly string[];
}

export interface NamingRule {
  readonly path: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** What /etc/dhcpcd.conf says of interfaces, as patterns, and which it runs for. */
export interface DhcpcdFacts {
  readonly denied: readonly string[];
  /** Empty: all. */
  readonly allowed: readonly string[];
  /** Those whose address it keeps whoever claims it (`arp_persistdefence`). */
  readonly defended: readonly string[];
  /** The interfaces that it was started for, with `-4` or `-6` at the end where for that family alone; absent: all. */
  readonly only?: readonly string[];
  /** `10.1.0` */
  readonly version?: string;
}

export interface ConnmanFacts {
  /** The beginnings of names that it leaves alone. */
  readonly left: readonly string[];
}

export interface FirewalldFacts {
  readonly defaultZone: string;
  /** Whether that accepts everything. */
  readonly open: boolean;
  /** The zone of each interface that is in one by name; `+` at the end stands for any characters. */
  readonly zones: Readonly<Record<string, string>>;
}
