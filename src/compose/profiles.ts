/** Which profiles are in force, and what they start. */

/** From `--profile`, else from `COMPOSE_PROFILES`. */
export function profilesInForce(given: readonly string[], variables: ReadonlyMap<string, string>): ReadonlySet<string> {
  if (given.length > 0) return new Set(given);
  return new Set((variables.get('COMPOSE_PROFILES') ?? '').split(',').map((profile) => profile.trim()));
}

/** A service without profiles always starts; `*` stands for all profiles. */
export function isActive(profiles: readonly string[], inForce: ReadonlySet<string>): boolean {
  return profiles.length === 0 || inForce.has('*') || profiles.some((profile) => inForce.has(profile));
}
