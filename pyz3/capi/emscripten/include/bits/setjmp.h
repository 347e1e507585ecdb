/* The compiler's lowering of setjmp keeps three words in here; Emscripten reserves six. */
typedef unsigned long __jmp_buf[6];
