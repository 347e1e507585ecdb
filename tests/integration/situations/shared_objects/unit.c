int UNIT(void) { return VALUE; }
