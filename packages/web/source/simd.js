/* simd.js -- what both need who choose a variant: the package, before which packages/web/build puts this text, and the
** page, which imports it.
*/

/* (module (func (result v128) i32.const 0 i8x16.splat)): valid only where there is SIMD. */
const SIMD_MODULE = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0,
  65, 0, 253, 15, 11]);

export const hasSimd = () => WebAssembly.validate(SIMD_MODULE);
