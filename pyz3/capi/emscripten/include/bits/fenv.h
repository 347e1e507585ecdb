/* WebAssembly rounds to nearest and raises no floating-point exceptions; Emscripten keeps the
 * other names of the x87 for programs that only mention them.  fenv_t is never written to. */

#define FE_ALL_EXCEPT 0

#define FE_TONEAREST 0x0
#define FE_DOWNWARD 0x400
#define FE_UPWARD 0x800
#define FE_TOWARDZERO 0xc00

typedef unsigned short fexcept_t;

typedef struct {
  unsigned int __words[8];
} fenv_t;

#define FE_DFL_ENV ((const fenv_t *)-1)
