/** What `shim persist` and `unpersist` say. */
import { safeLine } from '../../diagnostics/format/safe.ts';
import type { NotPersisted, Persisted } from '../persist/formats.ts';

const formatNames: Readonly<Record<Persisted['format'], string>> = {
  systemd: 'a systemd unit',
  networkd: 'systemd-networkd',
  networkmanager: 'NetworkManager',
  ifupdown: 'ifupdown',
  netplan: 'netplan',
};

/** One line for each shim: by whom it will be made, and why not otherwise. */
export function persistedText(persisted: readonly Persisted[]): string {
  return persisted
    .map(({ shim, format, notes }) => {
      const reason = notes.length > 0 ? ` (${notes.join('; ')})` : '';
      return `${safeLine(`${shim}: made at start by ${formatNames[format]}${reason}`)}\n`;
    })
    .join('');
}

/** Each file as a person would put it there: its path and mode as a comment, then its text. */
export function filesText(persisted: readonly Persisted[]): string {
  return persisted
    .flatMap(({ files }) => files)
    .map(({ path, mode, text }) => `# ${path} (mode ${mode.toString(8).padStart(4, '0')})\n${text}`)
    .join('\n');
}

export const notPersistedText = ({ shim, reasons }: NotPersisted): string =>
  safeLine(`"${shim}" cannot be made at start: ${reasons.join('; ')}`);
