#if !defined(_WIN32)
#define TALLY
#elif defined(MAKES_TALLY)
#define TALLY __declspec(dllexport)
#else
#define TALLY __declspec(dllimport)
#endif

/* Data, too: on Windows it can be had through an import library alone. */
extern TALLY int tally;
TALLY int count(int by);
