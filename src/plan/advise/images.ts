/**
 * What is known of images and bears on their netmode: a table to extend. An entry needs a page of the project's own
 * that says so; an image that is not here is not guessed at.
 */

interface KnownImage {
  /** Without registry and tag. */
  readonly repositories: readonly string[];
  /** What the names of images have in common of which there is one for each machine. */
  readonly family?: RegExp;
  /** What of a LAN a bridge does not carry. */
  readonly needs: string;
  /** Whether it is of little use without. */
  readonly required: boolean;
  /** Where the project says so. */
  readonly source: string;
}

export const knownImages: readonly KnownImage[] = [
  {
    repositories: [...['homeassistant/home-assistant', 'home-assistant/home-assistant', 'linuxserver/homeassistant']],
    family: /^(?:homeassistant|home-assistant)\/[\w-]+-homeassistant$/,
    needs: 'mDNS and SSDP, to find devices',
    required: true,
    source: 'https://www.home-assistant.io/installation/linux (it is run with "--network=host")',
  },
  {
    repositories: ['home-assistant-libs/python-matter-server', 'matter-js/python-matter-server'],
    needs: 'mDNS and IPv6 multicast, by which Matter works',
    required: true,
    source: 'https://github.com/matter-js/python-matter-server/blob/main/docs/docker.md (host: "Required for mDNS")',
  },
  {
    repositories: ['matter-js/matterjs-server'],
    needs: 'mDNS and IPv6 multicast, by which Matter works',
    required: true,
    source: 'https://github.com/matter-js/matterjs-server/blob/main/docs/os_requirements.md (bridge: "will not work")',
  },
  {
    repositories: ['luligu/matterbridge'],
    needs: 'mDNS, by which Matter works',
    required: true,
    source: 'https://github.com/Luligu/matterbridge/blob/main/README-DOCKER.md (host network, "needed for mdns")',
  },
  {
    repositories: ['music-assistant/server'],
    needs: 'mDNS and UPnP, by which it finds players',
    required: true,
    source: 'https://music-assistant.io/installation (host networking or macvlan "is a mandatory requirement")',
  },
  {
    repositories: ['wez/govee2mqtt'],
    needs: 'multicasts, by which it finds devices',
    required: true,
    source: 'https://github.com/wez/govee2mqtt/blob/main/docker-compose.yml ("Host networking is required")',
  },
  {
    repositories: ['1activegeek/airconnect'],
    needs: 'mDNS and SSDP, by which AirPlay finds it and it finds players',
    required: true,
    source: 'https://github.com/1activegeek/docker-airconnect (it is run with "--net=host")',
  },
  {
    repositories: ['owntone/owntone'],
    needs: 'mDNS, by which it finds players and is found',
    required: true,
    source: 'https://github.com/owntone/owntone-container (network: host, or macvlan)',
  },
  {
    repositories: ['vladgh/minidlna'],
    needs: 'SSDP, by which DLNA works',
    required: true,
    source: 'https://github.com/vladgh/docker_base_images/tree/main/minidlna ("bridge mode will not work")',
  },
  {
    repositories: ['esphome/esphome'],
    needs: 'mDNS, by which its dashboard finds devices that have no fixed address',
    required: false,
    source: 'https://esphome.io/install/docker ("--net=host lets the dashboard use mDNS")',
  },
  {
    repositories: ['syncthing/syncthing', 'linuxserver/syncthing'],
    needs: 'broadcasts and multicasts, by which it finds devices on the LAN',
    required: false,
    source: 'https://github.com/syncthing/syncthing/blob/main/README-Docker.md ("local device discovery")',
  },
  {
    repositories: ['servercontainers/samba'],
    needs: 'mDNS and WS-Discovery, by which computers list it',
    required: false,
    source: 'https://github.com/ServerContainers/samba (zeroconf: "network=host")',
  },
  {
    repositories: ['linuxserver/unifi-network-application'],
    needs: 'SSDP, to be "discoverable on L2 network"',
    required: false,
    source: 'https://github.com/linuxserver/docker-unifi-network-application (1900/udp)',
  },
  {
    repositories: ['flungo/avahi'],
    needs: 'mDNS of the LAN',
    required: false,
    source: 'https://github.com/flungo-docker/avahi ("Connecting to a physical network": macvlan)',
  },
  {
    repositories: ['homebridge/homebridge', 'oznu/homebridge'],
    needs: 'mDNS, by which HomeKit finds it',
    required: true,
    source: 'https://github.com/homebridge/docker-homebridge ("--net=host": "required")',
  },
  {
    repositories: ['jellyfin/jellyfin', 'linuxserver/jellyfin'],
    needs: 'broadcasts, by which its players find it, and multicasts for DLNA',
    required: false,
    source:
      'https://jellyfin.org/docs/general/post-install/networking (7359/udp: "A broadcast message"), and, for DLNA, ' +
      'https://jellyfin.org/docs/general/installation/container',
  },
  {
    repositories: ['pihole/pihole', 'pi-hole/pihole'],
    needs: 'broadcasts where it serves DHCP',
    required: false,
    source: 'https://docs.pi-hole.net/docker/dhcp (host, macvlan, or a DHCP relay)',
  },
  {
    repositories: ['adguard/adguardhome'],
    needs: 'broadcasts where it serves DHCP',
    required: false,
    source: 'https://github.com/AdguardTeam/AdGuardHome/wiki/Docker#dhcp-server (its DHCP server: "--network host")',
  },
  {
    repositories: ['plexinc/pms-docker', 'linuxserver/plex'],
    needs: 'multicast for DLNA, and to be found by its own players',
    required: false,
    source: 'https://github.com/plexinc/pms-docker (host or macvlan "has the fewest issues")',
  },
  {
    repositories: ['openhab/openhab'],
    needs: 'SSDP, where it finds devices by UPnP',
    required: false,
    source: 'https://github.com/openhab/openhab-docker (UPnP: "started with --net=host")',
  },
  {
    repositories: ['mikebrady/shairport-sync'],
    needs: 'mDNS, by which AirPlay finds it',
    required: true,
    source: 'https://github.com/mikebrady/shairport-sync/blob/master/docker/README.md (it is run with "--net host")',
  },
  {
    repositories: ['koush/scrypted'],
    needs: 'mDNS, by which it finds devices, and HomeKit finds it',
    required: true,
    source: 'https://github.com/koush/scrypted/blob/main/install/docker/docker-compose.yml (network_mode: host)',
  },
];

/** `lscr.io/linuxserver/jellyfin:10@sha256:…` is `linuxserver/jellyfin`, `docker.io/library/nginx` is `nginx`. */
export function repositoryOf(image: string): string {
  const [name = ''] = image.split('@');
  const [first = '', ...rest] = name.split('/');
  // The first part is a registry where it could be a host's name (distribution/reference, normalize.go).
  const isRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const path = isRegistry ? rest.join('/') : name;
  return path.replace(/:[^/]*$/, '').replace(/^library\//, '');
}

export const knownImage = (image: string): KnownImage | undefined => {
  const repository = repositoryOf(image);
  return knownImages.find(
    ({ repositories, family }) =>
      // What mirrors others has their names behind its own: `mirror.lan/dockerhub/pihole/pihole`.
      repositories.some((known) => repository === known || repository.endsWith(`/${known}`)) ||
      family?.test(repository.split('/').slice(-2).join('/')) === true,
  );
};
