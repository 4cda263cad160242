/** The .network and .link files of systemd, as systemd.network(5) and systemd.link(5) have them read. */
import { posix } from 'node:path';
import type { LinkFile } from '../../../plan/facts/managers/manager-facts.ts';
import type { Host } from '../../system/host.ts';

/** Of files with one name the first counts. */
const folders = [
  '/etc/systemd/network',
  '/run/systemd/network',
  '/usr/local/lib/systemd/network',
  '/usr/lib/systemd/network',
  '/lib/systemd/network',
] as const;

/** In the order in which they are tried; those that an empty file or a link to /dev/null masks are left out. */
export function observeLinkFiles(host: Host, kind: 'network' | 'link'): readonly LinkFile[] {
  const listed = folders.map((folder) => ({ folder, names: host.list(folder) }));
  return firstOfName(listed, `.${kind}`).flatMap((path) => {
    const text = host.readText(path);
    if (!text) return [];
    const beside = `${posix.basename(path)}.d`;
    const dropIns = listed
      .filter(({ names }) => names.includes(beside))
      .map(({ folder }) => ({ folder: `${folder}/${beside}`, names: host.list(`${folder}/${beside}`) }));
    const more = firstOfName(dropIns, '.conf').map((dropIn) => host.readText(dropIn) ?? '');
    return [linkFile(path, [text, ...more])];
  });
}

/** The paths of the files that end so, by their names' bytes. */
function firstOfName(
  listed: readonly { readonly folder: string; readonly names: readonly string[] }[],
  end: string,
): readonly string[] {
  const paths = new Map<string, string>();
  for (const { folder, names } of listed) {
    for (const name of names) if (name.endsWith(end) && !paths.has(name)) paths.set(name, `${folder}/${name}`);
  }
  return [...paths].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b))).map(([, path]) => path);
}

/** @param texts the file's, then those of its drop-ins */
export function linkFile(path: string, texts: readonly string[]): LinkFile {
  const match: Record<string, readonly string[]> = {};
  const link = new Map<string, string>();
  for (const { section, key, value } of texts.flatMap(assignments)) {
    if (section === 'Link') link.set(key, value);
    // Empty: what was said before is forgotten.
    else if (section === 'Match' && value === '') delete match[key];
    else if (section === 'Match') {
      // "Invalid property or value, ignoring assignment" (`config_parse_match_property`).
      const valid = words(value).filter((word) => key !== 'Property' || word.includes('='));
      if (valid.length > 0) match[key] = [...(match[key] ?? []), ...valid];
    }
  }
  const [gives, policy] = [link.get('Name'), link.get('NamePolicy')];
  return {
    path,
    match,
    ...(/^(?:1|y|yes|t|true|on)$/i.test(link.get('Unmanaged') ?? '') && { unmanaged: true }),
    ...(gives && { gives }),
    ...(policy && { policy: words(policy) }),
  };
}

interface Assignment {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** systemd.syntax(7): a backslash at its end continues a line. */
function assignments(text: string): readonly Assignment[] {
  let section = '';
  return text
    .replaceAll('\\\n', ' ')
    .split('\n')
    .flatMap((raw): readonly Assignment[] => {
      const line = raw.trim();
      section = /^\[(.+)\]$/.exec(line)?.[1] ?? section;
      const [, key, value = ''] = /^([^#;=[\s][^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
      return key === undefined ? [] : [{ section, key, value }];
    });
}

/** `!` before the first word of a line is before each of them (`config_parse_match_strv`). */
function words(value: string): readonly string[] {
  const inverted = value.startsWith('!');
  const found = [...(inverted ? value.slice(1) : value).matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)];
  return found.map(([, double, single, plain]) => `${inverted ? '!' : ''}${double ?? single ?? plain ?? ''}`);
}
