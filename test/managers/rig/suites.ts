/** Debian's suites, whose userlands `roots.sh` makes: systemd 252, 257 and the newest. */
export const suites = ['bookworm', 'trixie', 'sid'] as const;
export type Suite = (typeof suites)[number];

/** The environment variable with the names of the suites that are tried; all without it. */
export const suitesVariable = 'NETCOMPOSE_TEST_SUITES';

const named = process.env[suitesVariable]?.split(' ');
/** Whether this run tries that suite. */
export const isTried = (suite: Suite): boolean => named === undefined || named.includes(suite);
