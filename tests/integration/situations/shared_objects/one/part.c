int one(void) { return 10; }
