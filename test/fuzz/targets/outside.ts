/** What other programs print and answer: netcompose reads it, or says which of them talks nonsense. */
import fc from 'fast-check';
import {
  parseAllNeighbours,
  parseInterfaces,
  parseNeighbours,
  parseRoutes,
  parseRules,
} from '../../../src/host/observe/ip-json.ts';
import { HostError } from '../../../src/host/system/errors.ts';
import { hostileValue, nodeEdits, spoiltData } from '../hostile.ts';
import { type Target, target } from '../target.ts';

/** Throws nothing, or what is told to people. */
function orSaysSo(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
  }
}

const link = {
  ...{ ifname: 'eth0', ifindex: 2, flags: ['UP'], mtu: 1500, address: '52:54:00:12:34:56', link: 'eth1', group: '0' },
  addr_info: [{ family: 'inet', local: '192.168.1.10', prefixlen: 24, scope: '0' }],
  linkinfo: { info_kind: 'macvlan', info_data: { mode: 'bridge' } },
};
const route = {
  dst: '192.168.1.0/24',
  dev: 'eth0',
  prefsrc: '192.168.1.10',
  nexthops: [{ dev: 'eth0', via: { host: '1.2.3.4' } }],
};
const rule = { dst: '192.168.1.0', dstlen: 24, table: '28259', priority: 32765, protocol: '2' };
const neighbour = { dst: '192.168.1.5', dev: 'eth0', lladdr: '02:00:00:00:00:01', state: ['PERMANENT'] };

const ip = target(
  'output of ip',
  100,
  fc.record({ changes: nodeEdits, any: fc.option(hostileValue), cut: fc.option(fc.nat(900)) }),
  ({ changes, any, cut }) => {
    const whole = JSON.stringify(any ?? spoiltData([link, route, rule, neighbour], changes));
    const text = cut === null ? whole : whole.slice(0, cut);
    orSaysSo(() => parseInterfaces(text, () => false));
    orSaysSo(() => parseRoutes(text, 4));
    orSaysSo(() => parseRules(text));
    orSaysSo(() => parseNeighbours(text));
    orSaysSo(() => parseAllNeighbours(text));
  },
);

export const outsideTargets: readonly Target[] = [ip];
