/** netcompose on a kernel that has ipvlan, on both engines. */
import { test } from 'uvu';
import { testLab } from './checked.ts';

await testLab();

test.run();
