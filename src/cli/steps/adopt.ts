/** Native networking → the wishes that annotate it, and a word on what stays native. */

import type { Project } from '../../compose/project/project.ts';
import { didYouMean } from '../../diagnostics/suggest.ts';
import type { AnnotatedPlace, Wish } from '../../emit/annotate/wish.ts';
import { subjectOf } from '../../emit/annotate/wish.ts';
import { type Adoption, adoptedNetwork, adoptedService } from '../../netmode/adopt.ts';
import type { Session } from '../session.ts';
import { notify } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** @param names services and networks; none: all there are */
export function adoptionWishes({ terminal }: Session, project: Project, names: readonly string[]): readonly Wish[] {
  const places: readonly (readonly [AnnotatedPlace, Adoption])[] = [
    ...[...project.services].map(
      ([name, service]) => [{ kind: 'service', name } as const, adoptedService(service)] as const,
    ),
    ...[...project.networks].map(
      ([name, network]) => [{ kind: 'network', name } as const, adoptedNetwork(network)] as const,
    ),
  ];
  const known = new Set([...project.services.keys(), ...project.networks.keys()]);
  for (const name of names) {
    if (known.has(name)) continue;
    throw new UsageError(
      `there is no service and no network "${name}"`,
      didYouMean(name, known) ?? `there are: ${[...known].join(', ')}`,
    );
  }
  const named = places.filter(([place]) => names.length === 0 || (place.kind !== 'top' && names.includes(place.name)));
  for (const [place, adoption] of named)
    if (adoption.kind === 'left') notify(terminal, `${subjectOf(place)} stays as it is: ${adoption.reason}`);
  return named.flatMap(([place, adoption]) =>
    adoption.kind === 'adopted'
      ? [{ place, change: { kind: 'merge', set: adoption.set, unset: [] }, replaces: adoption.replaces } as const]
      : [],
  );
}
