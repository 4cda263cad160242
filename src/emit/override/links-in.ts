/** The links that an override gives, by service: those with which its containers were made. */
export async function linksIn(override: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const { parseDocument } = await import('yaml');
  // Its tags are Compose's.
  const { services } = (parseDocument(override, { logLevel: 'silent' }).toJS() ?? {}) as {
    readonly services?: Readonly<Record<string, { readonly links?: readonly string[] } | null>>;
  };
  return new Map(Object.entries(services ?? {}).map(([name, service]) => [name, service?.links ?? []]));
}
