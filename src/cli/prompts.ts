/** What draws questions on a terminal; a file of its own in the build, because only `annotate` asks any. */
export { default as confirm } from '@inquirer/confirm';
export { default as select } from '@inquirer/select';
