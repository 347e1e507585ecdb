long core_sum(long a, long b) { return a + b; }
long core_product(long a, long b) { return a * b; }
