extern "C" int of_cpp(void) { return sizeof('x') == 1; }
