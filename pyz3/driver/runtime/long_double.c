/* UCRT's printf and scanf read long double as Visual C++ has it: a double.  clang's has 80 bits for Windows on
   x86: in 16 bytes that are passed by their address (64 bits), in 12 that are passed as they are (32 bits).
   mingw-w64's functions and libc++ all end in the functions that are defined here; these turn what %Lf and its
   like name, and go on to UCRT's.

   Conversions: C17 7.21.6.1, 7.21.6.2, and Microsoft's "Format specification syntax".  Each variable argument has
   one slot of eight bytes, a larger one its address ("x64 calling convention"); of 32 bits as many slots of four
   bytes as it takes. */

#if defined(_WIN32) && (defined(__x86_64__) || defined(__i386__))

#include <stddef.h>
#include <string.h>

/* The slots of variable arguments; a call with more than that and with a long double among them is left alone. */
enum { MOST = 128 };
typedef size_t Slot;
#ifdef __i386__
enum { INTEGER = 2, DOUBLE = 2, LONG = 3 }; /* slots: of a long long, of a double, of a long double */
#else
enum { INTEGER = 1, DOUBLE = 1, LONG = 1 };
#endif
typedef struct { const char *text; const wchar_t *wide; } Format;

static unsigned at(Format format, size_t i) {
    return format.wide ? format.wide[i] : (unsigned char)format.text[i];
}

static int is_one_of(unsigned c, const char *set) { return c != 0 && c < 128 && strchr(set, (int)c) != NULL; }

/* What one conversion takes. */
typedef struct {
    size_t after;      /* behind it in the format */
    int stars;         /* slots of those arguments that "*" names */
    int slots;         /* of the argument after these */
    int is_long;       /* that is a long double, or the address of one */
    int assigns;       /* scanf: it counts in the result */
} Conversion;

static Conversion parse(Format format, size_t i, int scanning) {
    Conversion found = {0};
    int suppressed = 0, wide = 0;
    unsigned c;
    for (; is_one_of(at(format, i), "-+ #0123456789.*'"); i++)
        if (at(format, i) == '*') {
            suppressed = scanning;
            found.stars += !scanning;
        }
    for (; is_one_of(c = at(format, i), "hlLIjzqtwT"); i++) {
        found.is_long |= c == 'L';
        wide |= c == 'j' || c == 'L' || (c == 'l' && at(format, i + 1) == 'l');
        if (c == 'I' && (at(format, i + 1) == '3' || at(format, i + 1) == '6')) {
            wide |= at(format, i + 1) == '6';
            i += 2;
        }
    }
    c = at(format, i);
    found.is_long &= is_one_of(c, "aAeEfFgG") && !suppressed;
    if (scanning && c == '[') { /* a "]" that comes first stands for itself */
        i += at(format, i + 1) == '^';
        for (i += 2; at(format, i) && at(format, i) != ']'; i++) {}
    }
    if (c != '%' && c != 0 && !suppressed) {
        found.slots = 1;
        if (!scanning && is_one_of(c, "aAeEfFgG"))
            found.slots = found.is_long ? LONG : DOUBLE;
        else if (!scanning && wide && is_one_of(c, "diouxX"))
            found.slots = INTEGER;
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
        if (used + one.stars + one.slots > MOST)
            return 0;
        memcpy(copy + used, given, (one.stars + one.slots) * sizeof(Slot));
        used += one.stars;
        given += one.stars;
        if (one.is_long) {
            const void *from = LONG > 1 ? (const void *)given : (const void *)*given;
            long double number;
            memcpy(&number, from, sizeof number);
            double value = (double)number;
            memcpy(copy + used, &value, sizeof value);
            any = 1;
        }
        used += one.is_long ? DOUBLE : one.slots;
        given += one.slots;
        i = one.after;
    }
    return any;
}

/* Makes long doubles of the doubles that were read: the first `read` that are assigned. */
static void widen(Format format, const Slot *given, int read) {
    for (size_t i = 0; at(format, i) && read > 0;) {
        if (at(format, i++) != '%')
            continue;
        Conversion one = parse(format, i, 1);
        if (one.is_long) {
            double value;
            memcpy(&value, (const void *)*given, sizeof value);
            *(long double *)*given = value;
        }
        given += one.slots;
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

#define STRING (unsigned long long options, void *to, size_t size, const void *format, void *locale, const Slot *list)
#define FILE (unsigned long long options, void *file, const void *format, void *locale, const Slot *list)

PRINTS(__stdio_common_vsprintf, TEXT, STRING, (options, to, size, format, locale, list))
PRINTS(__stdio_common_vfprintf, TEXT, FILE, (options, file, format, locale, list))
PRINTS(__stdio_common_vswprintf, WIDE, STRING, (options, to, size, format, locale, list))
PRINTS(__stdio_common_vfwprintf, WIDE, FILE, (options, file, format, locale, list))
SCANS(__stdio_common_vsscanf, TEXT, STRING, (options, to, size, format, locale, list))
SCANS(__stdio_common_vfscanf, TEXT, FILE, (options, file, format, locale, list))
SCANS(__stdio_common_vswscanf, WIDE, STRING, (options, to, size, format, locale, list))
SCANS(__stdio_common_vfwscanf, WIDE, FILE, (options, file, format, locale, list))

#endif
