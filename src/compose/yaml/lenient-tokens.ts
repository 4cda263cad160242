/**
 * Indents that go-yaml takes and the yaml package does not: inside quotes and flow brackets, go-yaml looks at no line's
 * indent. A second look at a text with faults; what it still cannot read stays a fault.
 */
import { type CST, Lexer, Parser } from 'yaml';

/**
 * The two steps of the lexer, which are not part of the package's interface: without them this is its own reading
 * again.
 */
interface Steps {
  indentNext: number;
  parseFlowCollection?: () => Generator<string, unknown>;
  parseQuotedScalar?: () => Generator<string, unknown>;
}

/** The text's tokens, read without regard to the indent inside quotes and brackets. */
export function* lenientTokens(text: string): Generator<CST.Token> {
  const lexer = new Lexer();
  const steps = lexer as unknown as Steps;
  for (const name of ['parseFlowCollection', 'parseQuotedScalar'] as const) {
    const strict = steps[name];
    if (!strict) continue;
    steps[name] = function* () {
      const { indentNext } = steps;
      steps.indentNext = 0;
      const result: unknown = yield* strict.call(lexer);
      steps.indentNext = indentNext;
      return result;
    };
  }
  const parser = new Parser();
  for (const lexeme of lexer.lex(text)) yield* parser.next(lexeme);
  yield* parser.end();
}
