/* WebAssembly has no system calls, hence no numbers of any: programs call the C library. */
