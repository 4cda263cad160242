/**
 * What the engine's API must answer, as far as netcompose reads it: whatever else listens on a socket (a web server,
 * another program's API, an engine that is coming apart) is told from an engine by it.
 */
import { misfit, type Shape } from '../system/shape.ts';

const texts = { each: 'text' } as const;
const endpoint: Shape = {
  keys: { IPAddress: 'text', GlobalIPv6Address: 'text', MacAddress: 'text', IPAMConfig: { keys: {} } },
};
const networks: Shape = { keys: { Networks: { each: endpoint } } };
const port: Shape = { keys: { IP: 'text', PrivatePort: 'number', PublicPort: 'number', Type: 'text' } };

/** By the end of the path; of what is not here, nothing is read, or only what may well be missing. */
const answers: readonly (readonly [path: RegExp, shape: Shape])[] = [
  [/\/version$/, { keys: { 'Version!': 'text', Components: { list: { keys: { Name: 'text' } } } } }],
  [
    /\/info$/,
    {
      keys: {
        ...{ Name: 'text', OperatingSystem: 'text', Labels: { list: 'text' }, SecurityOptions: { list: 'text' } },
        Swarm: { keys: { LocalNodeState: 'text', ControlAvailable: 'boolean' } },
      },
    },
  ],
  [
    /(?<!libpod)\/networks$/,
    {
      list: {
        keys: {
          ...{ 'Id!': 'text', 'Name!': 'text', 'Driver!': 'text', Scope: 'text', Options: texts, Labels: texts },
          IPAM: {
            keys: {
              Options: texts,
              Config: {
                list: {
                  keys: { Subnet: 'text', Gateway: 'text', IPRange: 'text', AuxiliaryAddresses: { each: 'text' } },
                },
              },
            },
          },
        },
      },
    },
  ],
  [
    /\/containers\/json$/,
    {
      list: {
        keys: {
          ...{ 'Id!': 'text', Names: { list: 'text' }, State: 'text', Labels: texts, Ports: { list: port } },
          ...{ HostConfig: { keys: { NetworkMode: 'text' } }, NetworkSettings: networks },
        },
      },
    },
  ],
  [
    /\/containers\/[^/]+\/json$/,
    {
      keys: {
        State: { keys: { Status: 'text', Running: 'boolean', Pid: 'number', ExitCode: 'number' } },
        ...{ HostConfig: { keys: { NetworkMode: 'text' } }, NetworkSettings: networks },
      },
    },
  ],
  [
    /\/libpod\/networks\/json$/,
    {
      list: {
        keys: {
          ...{ 'name!': 'text', 'id!': 'text', 'driver!': 'text', network_interface: 'text', options: texts },
          ...{ labels: texts, subnets: { list: { keys: { 'subnet!': 'text', gateway: 'text' } } } },
        },
      },
    },
  ],
];

const isList = (shape: Shape) => typeof shape === 'object' && 'list' in shape;

/**
 * What is wrong with an answer.
 *
 * @param path of the request, without its query
 * @param text the body
 * @returns the answer, or words for people
 */
export function readAnswer(path: string, text: string): { readonly value: unknown } | { readonly fault: string } {
  const shape = answers.find(([pattern]) => pattern.test(path))?.[1];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const shown = text.trim().slice(0, 60);
    return { fault: `${path} answers with ${shown === '' ? 'nothing' : `"${shown}"`}, which is not JSON` };
  }
  // Podman answers with null where it has no networks.
  const wrong = shape && !(value === null && isList(shape)) ? misfit(value, shape) : undefined;
  return wrong === undefined ? { value } : { fault: `${path} answers with something else than Docker: ${wrong}` };
}
