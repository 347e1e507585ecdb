/* UCRT's printf and scanf read long double as Visual C++ has it: a double.  clang's has 80 bits for
   x86_64-windows-gnu, in 16 bytes that are passed by their address.  mingw-w64's functions and libc++ all end in
   the functions that are defined here; these turn what %Lf and its like name, and go on to UCRT's.

   Conversions: C17 7.21.6.1, 7.21.6.2, and Microsoft's "Format specification syntax".  Each variable argument has
   one slot of eight bytes, a larger one its address ("x64 calling convention"). */

#if defined(_WIN32) && defined(__x86_64__)

#include <stddef.h>
#include <string.h>

/* The slots of variable arguments; a call with more than that and with a long double among them is left alone. */
enum { MOST = 128 };
typedef unsigned long long Slot;
typedef struct { const char *text; const wchar_t *wide; } Format;

static unsigned at(Format format, size_t i) {
    return format.wide ? format.wide[i] : (unsigned char)format.text[i];
}

static int is_one_of(unsigned c, const char *set) { return c != 0 && c < 128 && strchr(set, (int)c) != NULL; }

/* What one conversion takes. */
typedef struct {
    size_t after;      /* behind it in the format */
    int slots;         /* of arguments, with those of "*" */
    int is_long;       /* the last of them is a long double, or the address of one */
    int assigns;       /* scanf: it counts in the result */
} Conversion;

static Conversion parse(Format format, size_t i, int scanning) {
    Conversion found = {0};
    int suppressed = 0;
    unsigned c;
    for (; is_one_of(at(format, i), "-+ #0123456789.*'"); i++)
        if (at(format, i) == '*') {
            suppressed = scanning;
            found.slots += !scanning;
        }
    for (; is_one_of(c = at(format, i), "hlLIjzqtwT"); i++) {
        found.is_long |= c == 'L';
        if (c == 'I' && (at(format, i + 1) == '3' || at(format, i + 1) == '6'))
            i += 2;
    }
    c = at(format, i);
    found.is_long &= is_one_of(c, "aAeEfFgG") && !suppressed;
    if (scanning && c == '[') { /* a "]" that comes first stands for itself */
        i += at(format, i + 1) == '^';
        for (i += 2; at(format, i) && at(format, i) != ']'; i++) {}
    }
    if (c != '%' && c != 0 && !suppressed) {
        found.slots++;
        found.assigns = c != 'n';
    }
    found.after = i + (at(format, i) != 0);
    return found;
}

/* Copies the arguments that a format names, each long double as a double; gives whether there was one. */
static int with_doubles(Format format, const Slot *given, Slot *copy) {
    int used = 0, any = 0;
    for (size_t i = 0; at(format, i);) {
        if (at(format, i++) != '%')
            continue;
        Conversion one = parse(format, i, 0);
        if (used + one.slots > MOST)
            return 0;
        memcpy(copy + used, given + used, one.slots * sizeof(Slot));
        used += one.slots;
        if (one.is_long) {
            double value = (double)*(const long double *)given[used - 1];
            memcpy(copy + used - 1, &value, sizeof value);
            any = 1;
        }
        i = one.after;
    }
    return any;
}

/* Makes long doubles of the doubles that were read: the first `read` that are assigned. */
static void widen(Format format, const Slot *given, int read) {
    int used = 0;
    for (size_t i = 0; at(format, i) && read > 0;) {
        if (at(format, i++) != '%')
            continue;
        Conversion one = parse(format, i, 1);
        used += one.slots;
        if (one.is_long) {
            double value;
            memcpy(&value, (const void *)given[used - 1], sizeof value);
            *(long double *)given[used - 1] = value;
        }
        read -= one.assigns;
        i = one.after;
    }
}

/* Not imported under its own name, which is defined here. */
__declspec(dllimport) void *__stdcall GetModuleHandleA(const char *);
__declspec(dllimport) void *__stdcall GetProcAddress(void *, const char *);

static void *of_ucrt(void **known, const char *name) {
    if (*known == NULL)
        *known = GetProcAddress(GetModuleHandleA("ucrtbase.dll"), name);
    return *known;
}

#define TEXT(format) ((Format){.text = (const char *)(format)})
#define WIDE(format) ((Format){.wide = (const wchar_t *)(format)})

#define PRINTS(name, kind, parameters, arguments)                                       \
    int name parameters {                                                               \
        static void *known;                                                             \
        int (*ucrt) parameters = of_ucrt(&known, #name);                                \
        Slot copy[MOST];                                                                \
        if (with_doubles(kind(format), list, copy))                                     \
            list = copy;                                                                \
        return ucrt arguments;                                                          \
    }
#define SCANS(name, kind, parameters, arguments)                                        \
    int name parameters {                                                               \
        static void *known;                                                             \
        int (*ucrt) parameters = of_ucrt(&known, #name);                                \
        int read = ucrt arguments;                                                      \
        widen(kind(format), list, read);                                                \
        return read;                                                                    \
    }

#define STRING (Slot options, void *to, size_t size, const void *format, void *locale, const Slot *list)
#define FILE (Slot options, void *file, const void *format, void *locale, const Slot *list)

PRINTS(__stdio_common_vsprintf, TEXT, STRING, (options, to, size, format, locale, list))
PRINTS(__stdio_common_vfprintf, TEXT, FILE, (options, file, format, locale, list))
PRINTS(__stdio_common_vswprintf, WIDE, STRING, (options, to, size, format, locale, list))
PRINTS(__stdio_common_vfwprintf, WIDE, FILE, (options, file, format, locale, list))
SCANS(__stdio_common_vsscanf, TEXT, STRING, (options, to, size, format, locale, list))
SCANS(__stdio_common_vfscanf, TEXT, FILE, (options, file, format, locale, list))
SCANS(__stdio_common_vswscanf, WIDE, STRING, (options, to, size, format, locale, list))
SCANS(__stdio_common_vfwscanf, WIDE, FILE, (options, file, format, locale, list))

#endif
