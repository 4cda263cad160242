/** A shim as the formats read it: the steps that make it, each kind by itself. */
import type {
  AddReturnRoute,
  AddReturnRule,
  AddRule,
  AddShimAddress,
  AddShimNeighbour,
  AddShimRoute,
  AddTableRoute,
  BringShimUp,
  CreateShim,
  HostAction,
  MarkShim,
  RetypeAnswers,
  SetMulticast,
  SetSysctl,
} from '../../plan/actions/action.ts';
import type { Managers, PersistFormat } from '../../plan/facts/managers.ts';
import { persistedMark } from '../../plan/facts/ownership.ts';

/** In the order in which they are carried out; those that name a source of the host's come last. */
export interface PersistedShim {
  readonly name: string;
  readonly link: CreateShim;
  readonly mark: MarkShim;
  readonly settings: readonly SetSysctl[];
  readonly multicast?: SetMulticast;
  readonly answers?: RetypeAnswers;
  readonly addresses: readonly AddShimAddress[];
  readonly up: BringShimUp;
  readonly routes: readonly AddShimRoute[];
  readonly neighbours: readonly AddShimNeighbour[];
  /** The way back of what the shim's own address answers, and what leads there. */
  readonly returnRoutes: readonly AddReturnRoute[];
  readonly returnRules: readonly AddReturnRule[];
  /** They fail as long as the host has not got the address that they name. */
  readonly sourced: readonly (AddTableRoute | AddRule | AddShimRoute)[];
}

export interface PersistedFile {
  readonly path: string;
  /** 0600 where a manager reads no other (NetworkManager's profiles), else 0644. */
  readonly mode: number;
  readonly text: string;
  /** The systemd unit that it is, which has to be enabled. */
  readonly unit?: string;
}

/** A way in which a shim comes back when the host starts. */
export interface Format {
  readonly name: PersistFormat;
  /** What the manager cannot say of this shim, or of any; nothing where the whole shim can be written in it. */
  readonly lacks: (shim: PersistedShim, managers: Managers) => string | undefined;
  /** Throws a `RangeError` for what it lacks. */
  readonly files: (shim: PersistedShim, managers: Managers) => readonly PersistedFile[];
}

/** @param actions a plan's for one shim; what the host does for this run alone is left out */
export function persistedShim(actions: readonly HostAction[]): PersistedShim {
  const all = <K extends HostAction['kind']>(kind: K) =>
    actions.filter((action): action is Extract<HostAction, { kind: K }> => action.kind === kind);
  const [link, mark, up] = [all('create-shim')[0]!, all('mark-shim')[0]!, all('bring-shim-up')[0]!];
  const [multicast] = all('set-multicast');
  const [answers] = all('retype-answers');
  const routes = all('add-shim-route');
  return {
    name: link.shim,
    link,
    mark,
    settings: all('set-sysctl'),
    ...(multicast && { multicast }),
    ...(answers && { answers }),
    addresses: all('add-shim-address'),
    up,
    routes: routes.filter(({ source }) => source === undefined),
    neighbours: all('add-shim-neighbour'),
    returnRoutes: all('add-return-route'),
    returnRules: all('add-return-rule'),
    sourced: [...all('add-table-route'), ...all('add-rule'), ...routes.filter(({ source }) => source !== undefined)],
  };
}

/** A file's text: the mark by which it is known again, and its lines. */
export const markedText = (lines: readonly string[]): string => [persistedMark, ...lines, ''].join('\n');

/**
 * Names that stand for themselves in every format. Others are possible (the kernel refuses only blanks, "/" and ":"),
 * and a systemd unit has a way to write them.
 */
export const isPlainName = (name: string): boolean => /^[\w.-]+$/.test(name);

/** What formats that run no commands cannot say. */
export const lacksCommands = ({ answers }: PersistedShim): string | undefined =>
  answers && 'it cannot say how the shim answers containers (nft)';

/** What no format but a systemd unit can say. */
export function lacksInGeneral({ name, link, sourced }: PersistedShim): string | undefined {
  const odd = [name, link.parent].find((each) => !isPlainName(each));
  if (odd !== undefined) return `the name "${odd}" cannot be written there`;
  return sourced.length > 0
    ? 'a route that names an address of the host would have to wait until the host has it'
    : undefined;
}
