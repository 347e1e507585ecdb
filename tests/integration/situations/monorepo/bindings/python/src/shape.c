/* Of the same name as the engine's. */
const char *where(void) { return __FILE__; }
