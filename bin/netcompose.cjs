#!/bin/sh
':' //; test -z "$NODE_EXTRA_CA_CERTS" || export NETCOMPOSE_CA_CERTS="$NODE_EXTRA_CA_CERTS" NODE_EXTRA_CA_CERTS=
':' //; exec node -- "$0" "$@"
/**
 * Starts the built program, by way of the shell: Node 20 takes `--env-file` for its own wherever it stands, but behind
 * `--`, and not every `env` can give Node that word (`-S`). To the shell the lines after the first are commands, to
 * Node a text and a comment: no formatter may touch them. In a checkout that was never built, builds it first.
 *
 * Node 20 reads the certificates of NODE_EXTRA_CA_CERTS at its start, needed or not: for a system's whole collection
 * that takes half as long as the start itself. So the variable is put aside for as long as that lasts.
 *
 * V8's compiled code is kept from one start to the next, in the user's cache folder: it halves what a start costs
 * beyond Node's own (Node 22 has `module.enableCompileCache()` for this, Node 20 has nothing).
 */
'use strict';
const {
  fstatSync,
  closeSync,
  openSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} = require('node:fs');
const { homedir } = require('node:os');
const { basename, dirname, isAbsolute, join } = require('node:path');
const { Script } = require('node:vm');

if (process.env.NETCOMPOSE_CA_CERTS) {
  process.env.NODE_EXTRA_CA_CERTS = process.env.NETCOMPOSE_CA_CERTS;
  delete process.env.NETCOMPOSE_CA_CERTS;
}

/** Node's own modules that take long to load, and that most commands do not use. */
const slow = new Set([
  ...['node:child_process', 'node:crypto', 'node:dgram', 'node:net', 'node:readline'],
  ...['node:stream', 'node:stream/consumers', 'node:tty', 'node:v8', 'node:zlib'],
]);

const program = join(__dirname, '../dist/cli/main.cjs');
const only = process.argv.length === 3 ? process.argv[2] : undefined;

if (only === '--version' || only === '-v' || only === '-V') {
  // Answered here, so that it costs no more than Node itself.
  const { version } = JSON.parse(readFileSync(join(__dirname, '../package.json'), 'utf8'));
  process.stdout.write(`netcompose ${version}\n`);
} else if (existsSync(program)) start();
else build();

function start() {
  const fresh = [];
  const { main, unwritten, wasUsual } = load(program, cachePrefix(), fresh);
  // After the run, so that it holds what this command needed.
  main()
    .finally(() => fresh.filter(({ first }) => !first || wasUsual()).forEach(keep))
    .then(() => leave(unwritten));
}

/**
 * At once: to take a large program apart, memory and all, takes Node milliseconds. What is not written yet is waited
 * for, and whether it could be written, which Node tells after the write.
 */
function leave(unwritten) {
  setImmediate(() => {
    if (unwritten() === 0) process.exit();
  });
}

/** Loads one of the build's files, ASCII and a function each, and those that it asks for, with their compiled code. */
function load(file, prefix, fresh) {
  const [cache, first] = [`${prefix}-${basename(file)}`, `${prefix}-first-${basename(file)}`];
  const whole = readOwn(cache);
  const cachedData = whole ?? readOwn(first);
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, ...(cachedData && { cachedData }) });
  // Where the first `up` has made everything, the next ones do something else: what that needs is added once.
  if (!cachedData) fresh.push({ cache: first, script });
  else if (!whole || script.cachedDataRejected) fresh.push({ cache, script, first });
  const module = { exports: {} };
  const loaded = new Map();
  // Beside their own files the builds ask only for modules of Node's.
  const requireFor = (name) => {
    if (slow.has(name)) return whenUsed(() => require(name));
    if (!name.startsWith('./')) return require(name);
    if (!loaded.has(name)) loaded.set(name, load(join(dirname(file), name), prefix, fresh));
    return loaded.get(name);
  };
  script.runInThisContext()(module.exports, module, requireFor, file, dirname(file));
  return module.exports;
}

/** A module that is loaded when something of it, or what there is in it, is asked for. */
function whenUsed(load) {
  return new Proxy({}, { get: (_, key) => load()[key], ownKeys: () => Reflect.ownKeys(load()) });
}

/** Of files for this build, Node and command. */
function cachePrefix() {
  const given = process.env.XDG_CACHE_HOME;
  const folder = join(given && isAbsolute(given) ? given : join(homedir(), '.cache'), 'netcompose');
  const command = process.argv.slice(2).find((word) => /^[a-z]+$/.test(word) && word !== 'netcompose') ?? 'help';
  const own = ['check', 'plan', 'render', 'up', 'down', 'config'];
  const build = readFileSync(join(dirname(program), 'main.id'), 'utf8').trim();
  return join(folder, `${build}-${process.version}-${process.arch}-${own.includes(command) ? command : 'other'}`);
}

/** Code from a file that somebody else may write would be somebody else's code. */
function readOwn(file) {
  let handle;
  try {
    handle = openSync(file, 'r');
    const { uid, mode } = fstatSync(handle);
    return uid === process.geteuid?.() && (mode & 0o022) === 0 ? readFileSync(handle) : undefined;
  } catch {
    return undefined;
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/**
 * Written whole or not at all; those of earlier builds go. Without a folder to write to, every start is a first one.
 */
function keep({ cache: file, script, first }) {
  const temporary = `${file}.${process.pid}`;
  try {
    const folder = dirname(file);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const build = file.slice(folder.length + 1).split('-')[0];
    for (const name of readdirSync(folder)) if (!name.startsWith(build)) rmSync(join(folder, name), { force: true });
    writeFileSync(temporary, script.createCachedData(), { mode: 0o600 });
    renameSync(temporary, file);
    if (first) rmSync(first, { force: true });
  } catch {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The folder cannot even be looked into.
    }
  }
}

async function build() {
  const { setUp } = await import('../scripts/setup.mjs');
  try {
    await setUp();
    start();
  } catch (error) {
    process.stderr.write(`netcompose cannot be built: ${error.message}\n`);
    process.exitCode = 2;
  }
}
