#define HEADER "a"
