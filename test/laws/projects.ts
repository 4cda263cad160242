/** Compose files with `x-netmode` as people write them: most are sound, in all styles of YAML. */
import fc from 'fast-check';
import { Document, isMap, isScalar, isSeq, visit, type YAMLMap } from 'yaml';

type Data = Readonly<Record<string, unknown>>;

const underlays = ['macvlan', 'ipvlan', 'ipvlan-l2', 'ipvlan-l3', 'ipvlan-l3s'] as const;
const onLan = (mode: string) => mode !== 'ipvlan-l3' && mode !== 'ipvlan-l3s';
const names = ['web', 'api', 'db', 'dns'] as const;

/** Settings beside the mode that suit it. */
function settings(mode: string, index: number): fc.Arbitrary<Data> {
  const addresses = onLan(mode) ? { ipv4_address: fc.constant(`192.168.1.${50 + index}`) } : {};
  return fc.record(
    {
      aliases: fc.constantFrom(['one'], ['one', 'two']),
      host_access: fc.constantFrom('shim', 'loopback', 'none'),
      listen: fc.constantFrom([9000 + index], [`${9100 + index}/udp`]),
      gw_priority: fc.constantFrom(1, -5),
      interface_name: fc.constant('lan0'),
      ...addresses,
    },
    { requiredKeys: [] },
  );
}

function netmode(underlay: string, index: number, lan: boolean): fc.Arbitrary<unknown> {
  const long = fc
    .record({ mode: fc.constant(underlay), more: settings(underlay, index) })
    .map(({ mode, more }) => ({ ...more, mode }));
  const joined = settings(underlay, index).map((more) => ({ network: 'lan', ...more, host_access: undefined }));
  return fc.oneof(
    fc.constant(undefined),
    fc.constantFrom<unknown>('none', 'bridge', 'host', { mode: 'bridge' }, { mode: 'host', listen: [7000 + index] }),
    ...(lan ? [joined] : [fc.constant(underlay), long]),
  );
}

function ports(index: number): fc.Arbitrary<unknown> {
  const host = 8000 + index * 10;
  return fc.constantFrom<unknown>(
    undefined,
    [`${host}:80`],
    [`127.0.0.1:${host}:80`, `${host + 1}:53/udp`],
    [{ target: 80, published: `${host}`, host_ip: '127.0.0.1', mode: 'host', name: 'web' }],
    [80 + index],
    [`${host}-${host + 2}:90-92`],
  );
}

function service(index: number, underlay: string, lan: boolean): fc.Arbitrary<Data> {
  const plain = { image: fc.constantFrom('nginx', 'acme/api:1.0', 'x') };
  return fc
    .record({
      ...plain,
      ports: ports(index),
      attached: fc.oneof(
        {
          weight: 4,
          arbitrary: fc.constantFrom<Data>(
            {},
            { networks: ['backend'] },
            { networks: { backend: null, front: { aliases: ['me'] } } },
            { networks: { front: { priority: 5 } } },
          ),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom<Data>(
            { network_mode: 'host' },
            { network_mode: 'none' },
            { network_mode: 'bridge' },
          ),
        },
      ),
      depends_on: fc.constantFrom<unknown>(
        undefined,
        index > 0 ? [names[index - 1]] : undefined,
        index > 1 ? { [names[0]]: { condition: 'service_started' } } : undefined,
      ),
      extra_hosts: fc.constantFrom<unknown>(undefined, ['nas:192.168.1.5'], { nas: '192.168.1.5' }),
      environment: fc.constantFrom<unknown>(undefined, { A: 'x', B: null }, ['A=$$HOME', 'no=off'], {
        LAN: '${LAN:-1}',
      }),
      command: fc.constantFrom<unknown>(undefined, ['sh', '-c', 'a: b # c'], 'run "it"'),
      labels: fc.constantFrom<unknown>(undefined, { 'a.b/c': '22:22', on: 'yes' }),
      'x-netmode': netmode(underlay, index, lan),
    })
    .map(({ attached, ...rest }) => {
      const { ports: published, ...others } = { ...rest, ...attached };
      return defined(
        'network_mode' in attached && attached['network_mode'] === 'host' ? others : { ...others, ports: published },
      );
    });
}

/** Without what is undefined, at every level. */
function defined(data: Data): Data {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [
        key,
        typeof value === 'object' && value !== null && !Array.isArray(value) ? defined(value as Data) : value,
      ]),
  );
}

/** A project as data. */
export const project: fc.Arbitrary<Data> = fc
  .record({ underlay: fc.constantFrom(...underlays), lan: fc.boolean(), count: fc.integer({ min: 1, max: 4 }) })
  .chain(({ underlay, lan, count }) =>
    fc.record({
      name: fc.constantFrom(undefined, 'home'),
      'x-netmode': fc.constantFrom<unknown>(
        undefined,
        { default: 'bridge' },
        { parent: 'eth0', scope: 'project' },
        { resolve_names: false },
        { default: 'bridge', host_access: 'loopback' },
      ),
      services: fc
        .tuple(...names.slice(0, count).map((_, index) => service(index, underlay, lan)))
        .map((all) => Object.fromEntries(all.map((one, index) => [names[index]!, one]))),
      networks: fc
        .constantFrom<Data>({ backend: null, front: {} }, { backend: { labels: { a: 'b' } }, front: null })
        .map((networks) => ({
          ...networks,
          ...(lan && {
            lan: {
              'x-netmode': onLan(underlay)
                ? { mode: underlay, subnet: '192.168.1.0/24', gateway: '192.168.1.1', ip_range: '192.168.1.192/27' }
                : { mode: underlay, subnet: '10.77.0.0/24' },
            },
          }),
        })),
      volumes: fc.constantFrom<unknown>(undefined, { data: null }),
      'x-kept': fc.constantFrom<unknown>(undefined, { list: [1, 'two', null] }),
    }),
  )
  .map(defined);

/**
 * The project as text: some collections in brackets, some keys quoted, with comments, blank lines and other
 * indentation.
 */
export const styledProject: fc.Arbitrary<string> = fc
  .record({
    data: project,
    choices: fc.array(fc.nat(99), { minLength: 20, maxLength: 20 }),
    indent: fc.constantFrom(2, 4),
    anchors: fc.boolean(),
  })
  .map(({ data, choices, indent, anchors }) => styled(data, choices, indent, anchors));

function styled(data: Data, choices: readonly number[], indent: number, anchors: boolean): string {
  const document = new Document(data);
  if (anchors) shareText(document);
  let next = 0;
  const choice = () => choices[next++ % choices.length]!;
  visit(document, {
    Collection: (_, node, path) => {
      // Below a service or network, or one level above.
      if (path.length > 4 && choice() < 30) (node as YAMLMap).flow = true;
    },
    Pair: (_, pair, path) => {
      if (!isScalar(pair.key) || path.some((one) => (isMap(one) || isSeq(one)) && one.flow)) return;
      if (choice() < 10) pair.key.commentBefore = ` about ${String(pair.key.value)}`;
      if (choice() < 10) pair.key.spaceBefore = true;
      if (isScalar(pair.value) && pair.value.value !== null && choice() < 15) pair.value.comment = ' why';
      if (isScalar(pair.value) && typeof pair.value.value === 'string' && choice() < 20)
        pair.value.type = choice() < 50 ? 'QUOTE_SINGLE' : 'QUOTE_DOUBLE';
    },
  });
  return document.toString({
    indent,
    indentSeq: choice() < 50,
    lineWidth: 0,
    nullStr: choice() < 50 ? 'null' : '~',
    flowCollectionPadding: choice() < 50,
  });
}

/** What two services say alike moves to a fragment: settings under `<<`, the extension as an alias. */
function shareText(document: Document): void {
  const services = document.get('services') as YAMLMap;
  const root = document.contents as YAMLMap;
  const base = document.createNode({ restart: 'always', stop_signal: 'SIGINT' }) as YAMLMap;
  base.anchor = 'base';
  let shared: YAMLMap | undefined;
  for (const { value } of services.items) {
    if (!isMap(value)) continue;
    value.items.unshift(document.createPair('<<', null));
    value.items[0]!.value = document.createAlias(base);
    const extension = value.items.find(({ key }) => isScalar(key) && key.value === 'x-netmode');
    if (!extension || !isMap(extension.value) || extension.value.has('ipv4_address') || extension.value.has('listen'))
      continue;
    if (!shared) {
      shared = extension.value;
      shared.anchor = 'attached';
    }
    extension.value = document.createAlias(shared);
  }
  if (shared) root.items.unshift(document.createPair('x-attached', null));
  if (shared) root.items[0]!.value = shared;
  root.items.unshift(document.createPair('x-base', null));
  root.items[0]!.value = base;
}
