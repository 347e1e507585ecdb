#ifdef __cplusplus
extern "C" {
#endif

inline int counting_next(int number) { return number + 1; }
int counting_twice(int number);

#ifdef __cplusplus
}
#endif
