/** Node, where every instruction is emulated: compiling costs more than it gains. */

/** (Without WebAssembly, which cannot do without the compiler, and of which Node would warn.) */
export const quickNode = ['node', '--jitless', '--no-expose-wasm'] as const;

/** For netcompose itself, whose engine client has WebAssembly in it. */
export const quickerNode = ['node', '--no-opt'] as const;
