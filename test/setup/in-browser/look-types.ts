/** What tests ask of a page; `looks.ts` answers. */
export interface Looks {
  /** Which texts lie on one another, as the browser has laid them out. */
  overlaps(): readonly string[];
  /** Which texts leave their card, or the picture. */
  outside(): readonly string[];
  textCount(): number;
  /** The least contrast of a text with anything that it may stand on (WCAG 2.2, 1.4.3). */
  leastContrast(): number;
  /** A property of the first element that a selector finds, as computed. */
  styleOf(selector: string, property: string): string;
  /** The name of the service that has the focus. */
  focused(): string | undefined;
  blur(): void;
  state(): PageState;
  /** What runs or is fetched although the page's policy forbids it. */
  whatGetsThrough(): Promise<readonly string[]>;
  /** How Mermaid, which must be in the page, reads a graph. */
  readByMermaid(text: string): Promise<{
    readonly nodes: number;
    readonly frames: number;
    /** The types of the edges that have an arrow. */
    readonly arrows: readonly string[];
  }>;
  /** The SVG that it draws, as text. */
  drawnByMermaid(text: string): Promise<string>;
}

/** What the page shows of one service; names are sorted. */
interface PageState {
  readonly chosen: readonly string[];
  readonly near: readonly string[];
  readonly pressed: readonly string[];
  readonly faint: readonly string[];
  readonly heading: string | undefined;
  readonly panel: string;
  readonly count: string;
  /** Of the table, those that are shown. */
  readonly rows: number;
}
