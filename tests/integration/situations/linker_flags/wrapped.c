int linker_flags_wrapped(void) { return 1; }
