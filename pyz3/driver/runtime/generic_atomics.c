/* Atomic operations on objects of any size (LLVM's "Atomic Instructions and Concurrency Guide", "Libcalls: __atomic_*").
   zig 0.16's compiler-rt takes every 32-bit ARM for one that cannot have them (ARMv6-M).

   As in libatomic a lock, chosen by the address, guards what no instruction can do at once; the order is always the
   strictest. */

#ifdef __arm__

typedef __SIZE_TYPE__ size;

enum { LOCKS = 64, LINE = 64 };
static struct { unsigned char taken; } __attribute__((aligned(LINE))) locks[LOCKS];

static unsigned char *lock(const void *object) {
    unsigned char *own = &locks[(size)object / 8 % LOCKS].taken;
    while (__atomic_test_and_set(own, __ATOMIC_ACQUIRE)) {}
    return own;
}

static void copy(void *to, const void *from, size count) { __builtin_memcpy(to, from, count); }

/* Clang knows the names, with other types. */
void load(size, const void *, void *, int) __asm__("__atomic_load");
void store(size, void *, const void *, int) __asm__("__atomic_store");
void exchange(size, void *, const void *, void *, int) __asm__("__atomic_exchange");
_Bool compare_exchange(size, void *, void *, const void *, int, int) __asm__("__atomic_compare_exchange");

void load(size count, const void *object, void *to, int order) {
    unsigned char *own = lock(object);
    copy(to, object, count);
    __atomic_clear(own, __ATOMIC_RELEASE);
}

void store(size count, void *object, const void *from, int order) {
    unsigned char *own = lock(object);
    copy(object, from, count);
    __atomic_clear(own, __ATOMIC_RELEASE);
}

void exchange(size count, void *object, const void *from, void *to, int order) {
    unsigned char *own = lock(object);
    copy(to, object, count);
    copy(object, from, count);
    __atomic_clear(own, __ATOMIC_RELEASE);
}

_Bool compare_exchange(size count, void *object, void *expected, const void *from, int order, int other) {
    unsigned char *own = lock(object);
    _Bool equal = __builtin_memcmp(object, expected, count) == 0;
    copy(equal ? object : expected, equal ? from : object, count);
    __atomic_clear(own, __ATOMIC_RELEASE);
    return equal;
}

#endif
