/** A real browser, without a screen: Debian's Chromium, driven by its own protocol. */
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onPath } from '../engine/rig/installed.ts';
import type { Looks } from './in-browser/look-types.ts';

export interface Visit {
  readonly page: Page;
  /** Every address that was asked for, in order. */
  readonly requests: readonly string[];
  /** What stood on the console, errors that nobody caught, and dialogs. */
  readonly complaints: readonly string[];
}

export async function startBrowser(): Promise<Browser> {
  const executablePath = onPath('chromium');
  if (!executablePath) throw new Error('no Chromium: test/setup/install.sh installs it');
  // Whether something hangs is for the layer to tell, and not for a clock.
  return chromium.launch({ executablePath, timeout: 0 });
}

/** Asks something of a page (`in-browser/looks.ts`). */
export function asked<L extends keyof Looks>(
  page: Page,
  look: L,
  ...args: Parameters<Looks[L]>
): Promise<Awaited<ReturnType<Looks[L]>>> {
  return page.evaluate(`looks.${look}(...${JSON.stringify(args)})`);
}

let bundled: Promise<string> | undefined;

/** As one program, without what a loader of TypeScript would add. */
async function bundleLooks(): Promise<string> {
  const entry = fileURLToPath(new URL('in-browser/looks.ts', import.meta.url));
  const { outputFiles } = await build({
    ...{ entryPoints: [entry], bundle: true, format: 'iife', write: false, logLevel: 'warning' },
  });
  return outputFiles[0]!.text;
}

/** Opens an address in a profile of its own. */
export async function visit(
  browser: Browser,
  address: string,
  colorScheme: 'light' | 'dark' = 'light',
  script = true,
): Promise<Visit> {
  const context = await browser.newContext({
    colorScheme,
    javaScriptEnabled: script,
    viewport: { width: 1400, height: 900 },
  });
  context.setDefaultTimeout(0);
  bundled ??= bundleLooks();
  await context.addInitScript(await bundled);
  const page = await context.newPage();
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on('request', (request) => void requests.push(request.url()));
  page.on('console', (message) => void complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => void complaints.push(String(error)));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(address);
  return { page, requests, complaints };
}
