const char *core(void);
const char *asks(void);
#define FACT "first"
