int two(void) { return 20; }
