/** What Docker does where a network's driver options are silent. */

/** What a network's options are where nothing is given, by driver. Source: Docker's network driver documentation. */
const defaultOptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  macvlan: { macvlan_mode: 'bridge' },
  ipvlan: { ipvlan_flag: 'bridge', ipvlan_mode: 'l2' },
};

const defaultsOf = (driver: string) => (Object.hasOwn(defaultOptions, driver) ? defaultOptions[driver]! : {});

/** Driver options without those that say what Docker does anyway. */
export const withoutDefaults = (
  driver: string,
  options: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).filter(([name, value]) => defaultsOf(driver)[name] !== value));

/** Driver options with what Docker does where they are silent, so that two networks compare. */
export const withDefaults = (
  driver: string,
  options: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> => ({ ...defaultsOf(driver), ...options });
