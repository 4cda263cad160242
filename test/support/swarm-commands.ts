/** The commands of `plan --swarm`, as they are printed. */

/** Those of `docker`, section by section, each without its first word. */
export function commandsOf(printed: string, stack: string): readonly (readonly (readonly string[])[])[] {
  return printed
    .split('\n\n')
    .map((section) => [...section.matchAll(/^ {2}docker (.*)$/gm)].map(([, words]) => here(words!.split(' '), stack)));
}

/** No registry is asked for the image, and the tests wait by themselves. */
function here(words: readonly string[], stack: string): readonly string[] {
  if (words[0] !== 'stack' || words[1] !== 'deploy') return words;
  return [...words.map((word) => (word === 'stack.yaml' ? stack : word)), '--resolve-image', 'never', '--detach=true'];
}
