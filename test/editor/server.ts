/** `yaml-language-server` as an editor runs it: a process of its own, spoken to over the Language Server Protocol. */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node.js';
import { cpuSecondsBelow, type Watch, watch } from '../support/progress.ts';

export interface Place {
  /** Both counted from 0, as the protocol counts. */
  readonly line: number;
  readonly character: number;
}

interface Fault {
  readonly message: string;
  readonly line: number;
}

export interface Editor {
  /** The labels offered at a place. */
  complete(text: string, at: Place): Promise<readonly string[]>;
  /** The text shown over a place; empty where there is none. */
  hover(text: string, at: Place): Promise<string>;
  /** What is underlined. */
  validate(text: string): Promise<readonly Fault[]>;
  /** Ends the process. */
  stop(): Promise<void>;
}

const patience = { quietSeconds: 30, busySeconds: 120 } as const;
const server = createRequire(import.meta.url).resolve('yaml-language-server/bin/yaml-language-server');

export interface EditorSettings {
  /** `yaml.schemas`: files of schemas → the files they are for. */
  readonly schemas: Readonly<Record<string, string | readonly string[]>>;
  /** `yaml.customTags` */
  readonly customTags?: readonly string[];
}

export async function startEditor({ schemas, customTags = [] }: EditorSettings): Promise<Editor> {
  const child = spawn(process.execPath, [server, '--stdio'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((done) => child.on('exit', () => done()));
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const published = new Map<string, (faults: readonly Fault[]) => void>();

  const settings: Readonly<Record<string, unknown>> = {
    yaml: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([file, glob]) => [pathToFileURL(file).href, glob])),
      // The catalogue of public schemas is on the network.
      schemaStore: { enable: false },
      customTags,
      completion: true,
      hover: true,
      validate: true,
    },
  };
  // It asks for its settings when it pleases; until it has them, it knows no schema.
  const configured = new Promise<void>((done) => {
    connection.onRequest('workspace/configuration', ({ items }: { items: readonly { section: string }[] }) => {
      done();
      return items.map(({ section }) => settings[section] ?? null);
    });
  });
  connection.onRequest('client/registerCapability', () => null);
  connection.onNotification(
    'textDocument/publishDiagnostics',
    ({ uri, diagnostics }: { uri: string; diagnostics: readonly { message: string; range: { start: Place } }[] }) =>
      published.get(uri)?.(diagnostics.map(({ message, range }) => ({ message, line: range.start.line }))),
  );
  connection.listen();
  await ask('initialize', {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: null,
    capabilities: {
      workspace: { configuration: true, didChangeConfiguration: { dynamicRegistration: true } },
      textDocument: {
        hover: { contentFormat: ['markdown'] },
        completion: { completionItem: { snippetSupport: true } },
      },
    },
  });
  await connection.sendNotification('initialized', {});
  await connection.sendNotification('workspace/didChangeConfiguration', { settings: {} });
  await answered(child.pid ?? 0, 'workspace/configuration', configured);

  let count = 0;
  /** Each text is a document of its own, so that nothing of an earlier one is left. */
  async function open(text: string): Promise<{ readonly uri: string; readonly faults: Promise<readonly Fault[]> }> {
    count += 1;
    const uri = `file:///project-${count}/compose.yaml`;
    const faults = new Promise<readonly Fault[]>((done) => published.set(uri, done));
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'yaml', version: 1, text },
    });
    return { uri, faults };
  }

  function ask<T>(method: string, params: object): Promise<T> {
    return answered(child.pid ?? 0, method, connection.sendRequest<T>(method, params));
  }

  return {
    async complete(text, position) {
      const { uri } = await open(text);
      const answer = await ask<{ items: readonly { label: string }[] } | null>('textDocument/completion', {
        textDocument: { uri },
        position,
      });
      return (answer?.items ?? []).map(({ label }) => label);
    },
    async hover(text, position) {
      const { uri } = await open(text);
      const answer = await ask<{ contents: { value: string } } | null>('textDocument/hover', {
        textDocument: { uri },
        position,
      });
      return answer?.contents.value ?? '';
    },
    async validate(text) {
      const { faults } = await open(text);
      return answered(child.pid ?? 0, 'textDocument/publishDiagnostics', faults);
    },
    async stop() {
      await ask('shutdown', {}).catch(() => undefined);
      await connection.sendNotification('exit').catch(() => undefined);
      await Promise.race([ended, sleep(2000, undefined, { ref: false })]);
      connection.dispose();
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** What the server answers; an error where it does nothing any more. */
async function answered<T>(pid: number, what: string, answer: Promise<T>): Promise<T> {
  let progress: Watch | undefined;
  const hangs = new Promise<never>((_, reject) => {
    progress = watch(
      () => cpuSecondsBelow(pid),
      patience,
      (why) => reject(new Error(`"${what}" was not answered: ${why}`)),
    );
  });
  try {
    return await Promise.race([answer, hangs]);
  } finally {
    progress?.stop();
  }
}
