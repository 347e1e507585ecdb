const char *of_process(void) { return __VERSION__; }
