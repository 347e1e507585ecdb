/* What __builtin_cpu_supports, __builtin_cpu_is and target_clones ask of the compiler's runtime on x86:
   __cpu_model, __cpu_features2 and __cpu_indicator_init, as libgcc and compiler-rt have them.

   Layout: GCC's manual, "x86 Built-in Functions"; the numbers of features, vendors, types and subtypes are
   those that the compiler itself writes into such code.
   CPUID and XGETBV: Intel's Software Developer's Manual, volume 2A and volume 1, chapter 13; AMD's
   Architecture Programmer's Manual, volume 3, appendix E. */

#if defined(__x86_64__) || defined(__i386__)

#include <cpuid.h>

struct { unsigned vendor, type, subtype, features[1]; } __cpu_model;
unsigned __cpu_features2[3];

enum { EAX, EBX, ECX, EDX };
/* What the system must save for a program to use it: nothing, XMM and YMM, those of AVX-512, AMX's tiles. */
enum { ALWAYS, YMM, ZMM, TILES };

struct feature {
    unsigned char number, reg, bit, state;
    unsigned leaf, subleaf;
};

static const struct feature features[] = {
    {0, EDX, 15, ALWAYS, 1, 0},   /* cmov */
    {1, EDX, 23, ALWAYS, 1, 0},   /* mmx */
    {2, ECX, 23, ALWAYS, 1, 0},   /* popcnt */
    {3, EDX, 25, ALWAYS, 1, 0},   /* sse */
    {4, EDX, 26, ALWAYS, 1, 0},   /* sse2 */
    {5, ECX, 0, ALWAYS, 1, 0},    /* sse3 */
    {6, ECX, 9, ALWAYS, 1, 0},    /* ssse3 */
    {7, ECX, 19, ALWAYS, 1, 0},   /* sse4.1 */
    {8, ECX, 20, ALWAYS, 1, 0},   /* sse4.2 */
    {9, ECX, 28, YMM, 1, 0},      /* avx */
    {10, EBX, 5, YMM, 7, 0},      /* avx2 */
    {11, ECX, 6, ALWAYS, 0x80000001, 0}, /* sse4a */
    {12, ECX, 16, YMM, 0x80000001, 0},   /* fma4 */
    {13, ECX, 11, YMM, 0x80000001, 0},   /* xop */
    {14, ECX, 12, YMM, 1, 0},     /* fma */
    {15, EBX, 16, ZMM, 7, 0},     /* avx512f */
    {16, EBX, 3, ALWAYS, 7, 0},   /* bmi */
    {17, EBX, 8, ALWAYS, 7, 0},   /* bmi2 */
    {18, ECX, 25, ALWAYS, 1, 0},  /* aes */
    {19, ECX, 1, ALWAYS, 1, 0},   /* pclmul */
    {20, EBX, 31, ZMM, 7, 0},     /* avx512vl */
    {21, EBX, 30, ZMM, 7, 0},     /* avx512bw */
    {22, EBX, 17, ZMM, 7, 0},     /* avx512dq */
    {23, EBX, 28, ZMM, 7, 0},     /* avx512cd */
    {26, ECX, 1, ZMM, 7, 0},      /* avx512vbmi */
    {27, EBX, 21, ZMM, 7, 0},     /* avx512ifma */
    {28, EDX, 2, ZMM, 7, 0},      /* avx5124vnniw */
    {29, EDX, 3, ZMM, 7, 0},      /* avx5124fmaps */
    {30, ECX, 14, ZMM, 7, 0},     /* avx512vpopcntdq */
    {31, ECX, 6, ZMM, 7, 0},      /* avx512vbmi2 */
    {32, ECX, 8, ALWAYS, 7, 0},   /* gfni */
    {33, ECX, 10, YMM, 7, 0},     /* vpclmulqdq */
    {34, ECX, 11, ZMM, 7, 0},     /* avx512vnni */
    {35, ECX, 12, ZMM, 7, 0},     /* avx512bitalg */
    {36, EAX, 5, ZMM, 7, 1},      /* avx512bf16 */
    {37, EDX, 8, ZMM, 7, 0},      /* avx512vp2intersect */
    {40, EBX, 19, ALWAYS, 7, 0},  /* adx */
    {42, ECX, 25, ALWAYS, 7, 0},  /* cldemote */
    {43, EBX, 23, ALWAYS, 7, 0},  /* clflushopt */
    {44, EBX, 24, ALWAYS, 7, 0},  /* clwb */
    {45, EBX, 0, ALWAYS, 0x80000008, 0}, /* clzero */
    {46, ECX, 13, ALWAYS, 1, 0},  /* cx16 */
    {48, ECX, 29, ALWAYS, 7, 0},  /* enqcmd */
    {49, ECX, 29, YMM, 1, 0},     /* f16c */
    {50, EBX, 0, ALWAYS, 7, 0},   /* fsgsbase */
    {56, ECX, 15, ALWAYS, 0x80000001, 0}, /* lwp */
    {57, ECX, 5, ALWAYS, 0x80000001, 0},  /* lzcnt */
    {58, ECX, 22, ALWAYS, 1, 0},  /* movbe */
    {59, ECX, 28, ALWAYS, 7, 0},  /* movdir64b */
    {60, ECX, 27, ALWAYS, 7, 0},  /* movdiri */
    {61, ECX, 29, ALWAYS, 0x80000001, 0}, /* mwaitx */
    {63, EDX, 18, ALWAYS, 7, 0},  /* pconfig */
    {64, ECX, 4, ALWAYS, 7, 0},   /* pku: the system has switched it on */
    {66, ECX, 8, ALWAYS, 0x80000001, 0},  /* prfchw */
    {67, EBX, 4, ALWAYS, 0x14, 0}, /* ptwrite */
    {68, ECX, 22, ALWAYS, 7, 0},  /* rdpid */
    {69, ECX, 30, ALWAYS, 1, 0},  /* rdrnd */
    {70, EBX, 18, ALWAYS, 7, 0},  /* rdseed */
    {71, EBX, 11, ALWAYS, 7, 0},  /* rtm */
    {72, EDX, 14, ALWAYS, 7, 0},  /* serialize */
    {73, EBX, 2, ALWAYS, 7, 0},   /* sgx */
    {74, EBX, 29, ALWAYS, 7, 0},  /* sha */
    {75, ECX, 7, ALWAYS, 7, 0},   /* shstk */
    {76, ECX, 21, ALWAYS, 0x80000001, 0}, /* tbm */
    {77, EDX, 16, ALWAYS, 7, 0},  /* tsxldtrk */
    {78, ECX, 9, YMM, 7, 0},      /* vaes */
    {79, ECX, 5, ALWAYS, 7, 0},   /* waitpkg */
    {80, EBX, 9, ALWAYS, 0x80000008, 0}, /* wbnoinvd */
    {81, ECX, 27, ALWAYS, 1, 0},  /* xsave: the system uses it */
    {82, EAX, 1, ALWAYS, 0xd, 1}, /* xsavec */
    {83, EAX, 0, ALWAYS, 0xd, 1}, /* xsaveopt */
    {84, EAX, 3, ALWAYS, 0xd, 1}, /* xsaves */
    {85, EDX, 24, TILES, 7, 0},   /* amx-tile */
    {86, EDX, 25, TILES, 7, 0},   /* amx-int8 */
    {87, EDX, 22, TILES, 7, 0},   /* amx-bf16 */
    {88, EDX, 5, ALWAYS, 7, 0},   /* uintr */
    {89, EAX, 22, ALWAYS, 7, 1},  /* hreset */
    {90, ECX, 23, ALWAYS, 7, 0},  /* kl */
    {92, EBX, 2, ALWAYS, 0x19, 0}, /* widekl */
    {93, EAX, 4, YMM, 7, 1},      /* avxvnni */
    {94, EDX, 23, ZMM, 7, 0},     /* avx512fp16 */
    {99, EAX, 23, YMM, 7, 1},     /* avxifma */
    {100, EDX, 4, YMM, 7, 1},     /* avxvnniint8 */
    {101, EDX, 5, YMM, 7, 1},     /* avxneconvert */
    {102, EAX, 7, ALWAYS, 7, 1},  /* cmpccxadd */
    {103, EAX, 21, TILES, 7, 1},  /* amx-fp16 */
    {104, EDX, 14, ALWAYS, 7, 1}, /* prefetchi */
    {105, EAX, 3, ALWAYS, 7, 1},  /* raoint */
    {106, EDX, 8, TILES, 7, 1},   /* amx-complex */
    {107, EDX, 10, YMM, 7, 1},    /* avxvnniint16 */
    {108, EAX, 1, YMM, 7, 1},     /* sm3 */
    {109, EAX, 0, YMM, 7, 1},     /* sha512 */
    {110, EAX, 2, YMM, 7, 1},     /* sm4 */
    {112, EDX, 15, ALWAYS, 7, 1}, /* usermsr */
};

/* The levels of the x86-64 psABI, "Low Level System Information": what each adds to the one before.
   Long mode and SAHF, which have no numbers, are asked for where these are used. */
static const unsigned char baseline[] = {0, 1, 3, 4};
static const unsigned char second[] = {46, 2, 5, 7, 8, 6};
static const unsigned char third[] = {9, 10, 16, 17, 49, 14, 57, 58};
static const unsigned char fourth[] = {15, 21, 23, 22, 20};

static int has(unsigned number) {
    return number < 32 ? __cpu_model.features[0] >> number & 1
                       : __cpu_features2[number / 32 - 1] >> number % 32 & 1;
}

static void set(unsigned number) {
    if (number < 32) __cpu_model.features[0] |= 1u << number;
    else __cpu_features2[number / 32 - 1] |= 1u << number % 32;
}

static int has_all(const unsigned char *numbers, unsigned count) {
    while (count--)
        if (!has(numbers[count])) return 0;
    return 1;
}

static unsigned long long saved(void) {
    unsigned low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (unsigned long long)high << 32 | low;
}

/* Families and models of Intel's manual, volume 4, table 2-1 (DisplayFamily_DisplayModel): 6_xxH. */
struct model { unsigned char model, type, subtype; };
static const struct model intels[] = {
    {0x0f, 2, 0}, {0x16, 2, 0}, {0x17, 2, 0}, {0x1d, 2, 0}, /* core2 */
    {0x1c, 1, 0}, {0x26, 1, 0}, {0x27, 1, 0}, {0x35, 1, 0}, {0x36, 1, 0}, /* bonnell */
    {0x1a, 3, 1}, {0x1e, 3, 1}, {0x1f, 3, 1}, {0x2e, 3, 1}, /* nehalem */
    {0x25, 3, 2}, {0x2c, 3, 2}, {0x2f, 3, 2}, /* westmere */
    {0x2a, 3, 3}, {0x2d, 3, 3}, /* sandybridge */
    {0x3a, 3, 12}, {0x3e, 3, 12}, /* ivybridge */
    {0x3c, 3, 13}, {0x3f, 3, 13}, {0x45, 3, 13}, {0x46, 3, 13}, /* haswell */
    {0x3d, 3, 14}, {0x47, 3, 14}, {0x4f, 3, 14}, {0x56, 3, 14}, /* broadwell */
    {0x4e, 3, 15}, {0x5e, 3, 15}, {0x8e, 3, 15}, {0x9e, 3, 15}, {0xa5, 3, 15}, {0xa6, 3, 15}, /* skylake */
    {0x66, 3, 17}, /* cannonlake */
    {0x7d, 3, 18}, {0x7e, 3, 18}, /* icelake-client */
    {0x6a, 3, 19}, {0x6c, 3, 19}, /* icelake-server */
    {0x8c, 3, 22}, {0x8d, 3, 22}, /* tigerlake */
    {0xa7, 3, 27}, /* rocketlake */
    {0x97, 3, 25}, {0x9a, 3, 25}, {0xb7, 3, 25}, {0xba, 3, 25}, {0xbf, 3, 25}, {0xaa, 3, 25}, {0xac, 3, 25},
    {0xbe, 3, 25}, /* alderlake and what is like it */
    {0x8f, 3, 24}, {0xcf, 3, 24}, /* sapphirerapids */
    {0xad, 3, 30}, {0xae, 3, 31}, /* graniterapids */
    {0x37, 6, 0}, {0x4a, 6, 0}, {0x4d, 6, 0}, {0x5a, 6, 0}, {0x5d, 6, 0}, {0x4c, 6, 0}, /* silvermont */
    {0x5c, 12, 0}, {0x5f, 12, 0}, {0x7a, 13, 0}, /* goldmont, goldmont-plus */
    {0x86, 14, 0}, {0x8a, 14, 0}, {0x96, 14, 0}, {0x9c, 14, 0}, /* tremont */
    {0x57, 7, 0}, {0x85, 11, 0}, /* knl, knm */
    {0xaf, 17, 0}, {0xb6, 18, 0}, /* sierraforest, grandridge */
};

static void name_intel(unsigned family, unsigned model) {
    if (family != 6) return;
    if (model == 0x55) { /* skylake-avx512, and those of its model that have more */
        __cpu_model.type = 3;
        __cpu_model.subtype = has(36) ? 23 : has(34) ? 21 : 16;
        return;
    }
    for (unsigned i = 0; i < sizeof intels / sizeof *intels; i++)
        if (intels[i].model == model) {
            __cpu_model.type = intels[i].type;
            __cpu_model.subtype = intels[i].subtype;
        }
}

/* Families of AMD's Revision Guides and Processor Programming References. */
static void name_amd(unsigned family, unsigned model) {
    unsigned type = 0, subtype = 0;
    switch (family) {
    case 0x10: type = 4; subtype = model == 2 ? 4 : model == 4 ? 5 : model == 8 ? 6 : 0; break;
    case 0x14: type = 8; break;
    case 0x15:
        type = 5;
        subtype = model >= 0x60 ? 10 : model >= 0x30 ? 9 : model >= 0x10 || model == 2 ? 8 : 7;
        break;
    case 0x16: type = 9; break;
    case 0x17: type = 10; subtype = model >= 0x30 ? 20 : 11; break;
    case 0x19:
        type = 15;
        subtype = (model >= 0x10 && model <= 0x1f) || (model >= 0x60 && model <= 0xaf) ? 29 : 26;
        break;
    case 0x1a: type = 20; subtype = 35; break;
    default: break;
    }
    __cpu_model.type = type;
    __cpu_model.subtype = subtype;
}

static unsigned leaf(unsigned number, unsigned sub, unsigned regs[4]) {
    unsigned highest = __get_cpuid_max(number & 0x80000000, 0);
    if (highest < number || !highest) return 0;
    __cpuid_count(number, sub, regs[EAX], regs[EBX], regs[ECX], regs[EDX]);
    return highest;
}

int __cpu_indicator_init(void) {
    unsigned regs[4], seven[4];
    if (__cpu_model.vendor) return 0;
    if (!leaf(0, 0, regs)) {
        __cpu_model.vendor = 3; /* another one */
        return -1;
    }
    unsigned vendor = regs[EBX] == signature_INTEL_ebx ? 1 : regs[EBX] == signature_AMD_ebx ? 2 : 3;
    leaf(1, 0, regs);
    unsigned family = regs[EAX] >> 8 & 15, model = regs[EAX] >> 4 & 15;
    if (family == 6 || family == 15) model |= regs[EAX] >> 12 & 0xf0;
    if (family == 15) family += regs[EAX] >> 20 & 255;
    /* What the system saves when it switches tasks: SSE and AVX (bits 1 and 2), AVX-512 (5 to 7), AMX (17, 18). */
    unsigned long long state = regs[ECX] >> 27 & 1 ? saved() : 0;
    const unsigned long long needs[] = {0, 0x6, 0xe6, 0x60000};
    for (unsigned i = 0; i < sizeof features / sizeof *features; i++) {
        const struct feature *one = &features[i];
        /* The second part of a leaf exists if the first says so. */
        if (one->leaf == 7 && one->subleaf && !(leaf(7, 0, seven) && seven[EAX] >= one->subleaf)) continue;
        if (leaf(one->leaf, one->subleaf, regs) && regs[one->reg] >> one->bit & 1 &&
            (state & needs[one->state]) == needs[one->state])
            set(one->number);
    }
    /* Long mode, and SAHF in it, which the levels ask for and which have no numbers. */
    unsigned wide = leaf(0x80000001, 0, regs) ? regs[EDX] >> 29 & 1 : 0, sahf = wide && regs[ECX] & 1;
    if (wide && has_all(baseline, sizeof baseline)) set(95);
    if (sahf && has(95) && has_all(second, sizeof second)) set(96);
    if (has(96) && has_all(third, sizeof third)) set(97);
    if (has(97) && has_all(fourth, sizeof fourth)) set(98);
    if (vendor == 1) name_intel(family, model);
    if (vendor == 2) name_amd(family, model);
    __cpu_model.vendor = vendor;
    return 0;
}

/* Before the constructors of programs, as in libgcc: they may ask. */
#ifdef __APPLE__
__attribute__((constructor))
#else
__attribute__((constructor(101)))
#endif
static void at_start(void) { __cpu_indicator_init(); }

#endif
