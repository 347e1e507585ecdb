#define PAST 1
