/**
 * The yaml package's messages in plainer words, where they need it; and the text to write instead, where there is one.
 */
export function forPeople(message: string): { readonly text: string; readonly help?: string } {
  for (const { pattern, text, help } of plainer)
    if (pattern.test(message)) return { text, ...(help !== undefined && { help }) };
  return { text: message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '') };
}

const plainer: readonly { readonly pattern: RegExp; readonly text: string; readonly help?: string }[] = [
  { pattern: /^Maximum call stack/, text: 'the file is nested too deeply' },
  { pattern: /^Tabs are not allowed as indentation/, text: 'a tab cannot indent', help: 'indent with spaces' },
  {
    pattern: /^All mapping items must start at the same column/,
    text: 'this key is indented differently from the ones before it',
  },
  {
    pattern: /^All sequence items must start at the same column/,
    text: 'this item is indented differently from the ones before it',
  },
  {
    pattern: /^Implicit keys need to be on a single line/,
    text: 'a key must be on one line',
    help: 'write "key: value"; quote text that contains ": "',
  },
  {
    pattern: /^Implicit map keys need to be followed by map values/,
    text: 'a key without a value',
    help: 'write a colon and a space after it',
  },
  {
    pattern: /^Nested mappings are not allowed in compact mappings/,
    text: 'a second ": " in one line',
    help: 'put the value in quotes',
  },
  {
    pattern: /must be sufficiently indented and end with a \]/,
    text: '"[" has no "]"',
    help: 'close the list, and indent its lines more than its key',
  },
  {
    pattern: /must be sufficiently indented and end with a \}/,
    text: '"{" has no "}"',
    help: 'close the mapping, and indent its lines more than its key',
  },
  { pattern: /^Missing closing/, text: 'the quoted text has no end', help: 'close the quote' },
];
