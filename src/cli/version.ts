/** Which netcompose this is. */

/** Put in by the build. */
declare const NETCOMPOSE_VERSION: string | undefined;

export const version = typeof NETCOMPOSE_VERSION === 'string' ? NETCOMPOSE_VERSION : 'from source';
