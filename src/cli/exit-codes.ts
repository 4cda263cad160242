/** What netcompose itself exits with; where Compose ran, its own code goes through. */
export const exitCodes = {
  fine: 0,
  /** Diagnostics of severity error. */
  diagnostics: 1,
  /** Wrong usage, or input that cannot be read. */
  usage: 2,
  /** A host action failed, and was undone. */
  hostAction: 3,
  /** The engine cannot be reached, or Compose is missing or too old. */
  engine: 4,
  interrupted: 130,
} as const;
