/** Errors about the parent interface, and what the kernel can do: what happened, and what to do. */
import { anyOf, type ErrorRow } from './error-row.ts';

export const parentErrors: readonly ErrorRow[] = [
  {
    example: 'failed to create the ipvlan port: operation not supported',
    text: anyOf(
      /failed to create the (?<driver>ipvlan|macvlan) port: operation not supported/,
      /Unknown device type|RTNETLINK answers: (?:Operation )?not supported/,
    ),
    explain: ({ driver = 'macvlan or ipvlan' }) => ({
      message: `The kernel has no ${driver}.`,
      help:
        '"netcompose doctor" says which netmodes work here; a distribution\'s other kernel modules ' +
        'may have it (linux-modules-extra on Ubuntu).',
      rule: 'engine/kernel-lacks-driver',
    }),
  },
  {
    example: 'failed to set up container networking: failed to create the ipvlan port: device or resource busy',
    text: /failed to create the (?<driver>ipvlan|macvlan) port: device or resource busy/i,
    explain: ({ driver }) => ({
      message:
        `The parent interface carries ${driver === 'ipvlan' ? 'macvlan' : 'ipvlan'} already, beside ` +
        `which the kernel refuses ${driver}: another project's containers, or a shim made by hand. A ` +
        `member of a bridge or bond is refused too.`,
      help:
        'Use one of the two for everything on that parent, or another parent (a VLAN is one). ' +
        '"netcompose doctor" names what is in the way.',
      rule: 'parent/driver-clash',
    }),
  },
  {
    example: 'RTNETLINK answers: Device or resource busy',
    text: /RTNETLINK answers: Device or resource busy/i,
    explain: () => ({
      message:
        'The parent interface is a member of a bridge or bond, or carries the other of macvlan and ' +
        'ipvlan. The widely copied macvlan shim cannot work beside ipvlan containers.',
      help:
        'Make the shim of the same kind and mode as the network, on the bridge itself where there is ' +
        'one; "netcompose up" does that.',
      rule: 'parent/driver-clash',
    }),
  },
  {
    example: 'network dm-0123456789ab is already using parent interface eth0',
    text: /network (?<other>d[im]-[0-9a-f]+) is already using parent interface (?<parent>\S+)/,
    explain: ({ parent, other }) => ({
      message:
        `Another Docker network has ${parent} already, and a parent carries one ` +
        `${other?.startsWith('di-') ? 'ipvlan' : 'macvlan'} network.`,
      help:
        `Join that network ("external: true"): "docker network ls --filter ` +
        `driver=${other?.startsWith('di-') ? 'ipvlan' : 'macvlan'}" lists it. netcompose shares one ` +
        `network among all projects on a parent.`,
      rule: 'parent/taken-by-network',
    }),
  },
  {
    example: '-o parent interface was not found on the host: eth9',
    text: /-o parent interface was not found on the host: (?<parent>\S+)|invalid subinterface vlan name (?<vlan>\S+)/,
    explain: ({ parent, vlan }) => ({
      message: `There is no interface "${parent ?? vlan}" on the engine's machine, nor one that could carry this VLAN.`,
      help: 'Write "parent:" with one of "ip -br link"; "auto" is the interface of the default route.',
      rule: 'parent/not-found',
    }),
  },
  {
    example: 'vlan id must be between 1-4094, received: 4095',
    text: /vlan id must be between 1-4094, received: (?<id>\d+)/i,
    explain: ({ id }) => ({
      message: `${id} is not a VLAN id.`,
      help: 'Write one from 1 to 4094 after the dot of the parent, or as "vlan".',
      rule: 'netmode/invalid-value',
    }),
  },
  {
    example: 'failed to create eth0.7 vlan link: operation not supported',
    text: /failed to create (?<link>\S+) vlan link: operation not supported/i,
    explain: ({ link }) => ({
      message: `The kernel has no VLAN links, and "${link}" would be one.`,
      help: 'Load the module ("modprobe 8021q"), or take a parent that exists.',
      rule: 'engine/kernel-lacks-driver',
    }),
  },
  {
    example: "requested macvlan mode 'Bridge' is not valid, 'bridge' mode is the macvlan driver default",
    text: /requested (?<driver>macvlan|ipvlan) mode '(?<mode>[^']*)' is not valid/i,
    explain: ({ driver, mode }) => ({
      message: `"${mode}" is not a mode of ${driver}: Docker compares it letter by letter.`,
      help: driver === 'macvlan' ? 'Write one of bridge, private, vepa and passthru.' : 'Write one of l2, l3 and l3s.',
      rule: 'driver-option/unknown',
    }),
  },
];
