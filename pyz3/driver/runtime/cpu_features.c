/* What __builtin_cpu_supports asks of the compiler's runtime on 64-bit ARM: __aarch64_cpu_features, and
   __init_cpu_features_resolver, which the code of target_version and target_clones calls.

   Names: Arm C Language Extensions, "Dynamic function dispatch"; the numbers of features are those that the
   compiler itself writes into such code.  Whose code asks for one asks for all it builds upon, too.
   Linux: Documentation/arch/arm64/elf_hwcaps.rst.  macOS: Apple's "Determining Instruction Set
   Characteristics".  Windows: Microsoft's IsProcessorFeaturePresent. */

#ifdef __aarch64__

#if defined(__linux__) || defined(__APPLE__) || defined(_WIN32)

struct { unsigned long long features; } __aarch64_cpu_features;

enum {
    RNG = 0, FLAGM = 1, FLAGM2 = 2, FP16FML = 3, DOTPROD = 4, SM4 = 5, RDM = 6, LSE = 7, FP = 8, SIMD = 9, CRC = 10,
    CSSC = 11, SHA2 = 12, SHA3 = 13, AES = 15, FP16 = 16, DIT = 17, DPB = 18, DPB2 = 19, JSCVT = 20, FCMA = 21,
    RCPC = 22, RCPC2 = 23, FRINTTS = 24, I8MM = 26, BF16 = 27, SVE = 30, F32MM = 34, F64MM = 35, SVE2 = 36,
    SVE2_AES = 38, SVE2_BITPERM = 39, SVE2_SHA3 = 40, SVE2_SM4 = 41, SME = 42, MEMTAG = 44, SB = 46, SSBS = 49,
    BTI = 50, WFXT = 54, SME_F64F64 = 55, SME_I16I64 = 56, SME2 = 57, RCPC3 = 58, MOPS = 59
};
/* Set when all else is: who asks twice finds it there. */
#define KNOWN (1ULL << 63)

#endif

#ifdef __linux__

#include <asm/hwcap.h>
#include <sys/auxv.h>

/* What the system must say: bits of the first word, bits of the second. */
static const struct { unsigned char number; unsigned long first, second; } features[] = {
    {RNG, 0, HWCAP2_RNG},
    {FLAGM, HWCAP_FLAGM, 0},
    {FLAGM2, 0, HWCAP2_FLAGM2},
    {FP16FML, HWCAP_ASIMDFHM, 0},
    {DOTPROD, HWCAP_ASIMDDP, 0},
    {SM4, HWCAP_SM3 | HWCAP_SM4, 0},
    {RDM, HWCAP_ASIMDRDM, 0},
    {LSE, HWCAP_ATOMICS, 0},
    {FP, HWCAP_FP, 0},
    {SIMD, HWCAP_ASIMD, 0},
    {CRC, HWCAP_CRC32, 0},
    {CSSC, 0, HWCAP2_CSSC},
    {SHA2, HWCAP_SHA1 | HWCAP_SHA2, 0},
    {SHA3, HWCAP_SHA3 | HWCAP_SHA512, 0},
    {AES, HWCAP_AES | HWCAP_PMULL, 0},
    {FP16, HWCAP_FPHP | HWCAP_ASIMDHP, 0},
    {DIT, HWCAP_DIT, 0},
    {DPB, HWCAP_DCPOP, 0},
    {DPB2, 0, HWCAP2_DCPODP},
    {JSCVT, HWCAP_JSCVT, 0},
    {FCMA, HWCAP_FCMA, 0},
    {RCPC, HWCAP_LRCPC, 0},
    {RCPC2, HWCAP_ILRCPC, 0},
    {FRINTTS, 0, HWCAP2_FRINT},
    {I8MM, 0, HWCAP2_I8MM},
    {BF16, 0, HWCAP2_BF16},
    {SVE, HWCAP_SVE, 0},
    {F32MM, 0, HWCAP2_SVEF32MM},
    {F64MM, 0, HWCAP2_SVEF64MM},
    {SVE2, 0, HWCAP2_SVE2},
    {SVE2_AES, 0, HWCAP2_SVEAES | HWCAP2_SVEPMULL},
    {SVE2_BITPERM, 0, HWCAP2_SVEBITPERM},
    {SVE2_SHA3, 0, HWCAP2_SVESHA3},
    {SVE2_SM4, 0, HWCAP2_SVESM4},
    {SME, 0, HWCAP2_SME},
    {MEMTAG, 0, HWCAP2_MTE},
    {SB, HWCAP_SB, 0},
    {SSBS, HWCAP_SSBS, 0},
    {BTI, 0, HWCAP2_BTI},
    {WFXT, 0, HWCAP2_WFXT},
    {SME_F64F64, 0, HWCAP2_SME_F64F64},
    {SME_I16I64, 0, HWCAP2_SME_I16I64},
    {SME2, 0, HWCAP2_SME2},
    {RCPC3, 0, HWCAP2_LRCPC3},
    {MOPS, 0, HWCAP2_MOPS},
};

static void note(unsigned long first, unsigned long second) {
    unsigned long long found = KNOWN;
    for (unsigned i = 0; i < sizeof features / sizeof *features; i++)
        if ((first & features[i].first) == features[i].first && (second & features[i].second) == features[i].second)
            found |= 1ULL << features[i].number;
    __aarch64_cpu_features.features = found;
}

/* The dynamic linker calls resolvers before anything else may be called, and hands them what the system says:
   Arm's "ELF for the Arm 64-bit Architecture", "GNU C Library IFUNC interface". */
struct handed { unsigned long size, first, second; };

void __init_cpu_features_resolver(unsigned long first, const struct handed *handed) {
    if (__aarch64_cpu_features.features) return;
    note(first, first >> 62 & 1 && handed->size >= sizeof *handed ? handed->second : 0);
}

__attribute__((constructor(101))) static void at_start(void) { note(getauxval(AT_HWCAP), getauxval(AT_HWCAP2)); }

#elif defined(__APPLE__)

#include <sys/sysctl.h>

/* Below "hw.optional."; an older system knows fewer names, and that says nothing of the processor.  The newer
   name is asked for first. */
static const struct { unsigned char number; const char *name, *older; } features[] = {
    {FLAGM, "arm.FEAT_FlagM", 0},
    {FLAGM2, "arm.FEAT_FlagM2", 0},
    {FP16FML, "arm.FEAT_FHM", "armv8_2_fhm"},
    {DOTPROD, "arm.FEAT_DotProd", 0},
    {RDM, "arm.FEAT_RDM", 0},
    {LSE, "arm.FEAT_LSE", "armv8_1_atomics"},
    {CRC, "arm.FEAT_CRC32", "armv8_crc32"},
    {CSSC, "arm.FEAT_CSSC", 0},
    {SHA2, "arm.FEAT_SHA256", 0},
    {SHA3, "arm.FEAT_SHA3", "armv8_2_sha3"},
    {AES, "arm.FEAT_PMULL", 0},
    {FP16, "arm.FEAT_FP16", "neon_fp16"},
    {DIT, "arm.FEAT_DIT", 0},
    {DPB, "arm.FEAT_DPB", 0},
    {DPB2, "arm.FEAT_DPB2", 0},
    {JSCVT, "arm.FEAT_JSCVT", 0},
    {FCMA, "arm.FEAT_FCMA", "armv8_3_compnum"},
    {RCPC, "arm.FEAT_LRCPC", 0},
    {RCPC2, "arm.FEAT_LRCPC2", 0},
    {FRINTTS, "arm.FEAT_FRINTTS", 0},
    {I8MM, "arm.FEAT_I8MM", 0},
    {BF16, "arm.FEAT_BF16", 0},
    {SME, "arm.FEAT_SME", 0},
    {SB, "arm.FEAT_SB", 0},
    {SSBS, "arm.FEAT_SSBS", 0},
    {BTI, "arm.FEAT_BTI", 0},
    {WFXT, "arm.FEAT_WFxT", 0},
    {SME_F64F64, "arm.FEAT_SME_F64F64", 0},
    {SME_I16I64, "arm.FEAT_SME_I16I64", 0},
    {SME2, "arm.FEAT_SME2", 0},
};

static int has(const char *name) {
    char full[48] = "hw.optional.";
    unsigned at = 12;
    while ((full[at++] = *name++)) {}
    int value = 0;
    size_t size = sizeof value;
    return sysctlbyname(full, &value, &size, 0, 0) == 0 && value;
}

void __init_cpu_features_resolver(void) {
    if (__aarch64_cpu_features.features) return;
    unsigned long long found = KNOWN | 1ULL << FP | 1ULL << SIMD;
    for (unsigned i = 0; i < sizeof features / sizeof *features; i++)
        if (has(features[i].name) || (features[i].older && has(features[i].older)))
            found |= 1ULL << features[i].number;
    __aarch64_cpu_features.features = found;
}

__attribute__((constructor)) static void at_start(void) { __init_cpu_features_resolver(); }

#elif defined(_WIN32)

#include <processthreadsapi.h>

static const struct { unsigned char number, asked; } features[] = {
    {AES, PF_ARM_V8_CRYPTO_INSTRUCTIONS_AVAILABLE},
    {SHA2, PF_ARM_V8_CRYPTO_INSTRUCTIONS_AVAILABLE},
    {CRC, PF_ARM_V8_CRC32_INSTRUCTIONS_AVAILABLE},
    {LSE, PF_ARM_V81_ATOMIC_INSTRUCTIONS_AVAILABLE},
    {DOTPROD, PF_ARM_V82_DP_INSTRUCTIONS_AVAILABLE},
    {JSCVT, PF_ARM_V83_JSCVT_INSTRUCTIONS_AVAILABLE},
    {RCPC, PF_ARM_V83_LRCPC_INSTRUCTIONS_AVAILABLE},
    {SVE, PF_ARM_SVE_INSTRUCTIONS_AVAILABLE},
    {SVE2, PF_ARM_SVE2_INSTRUCTIONS_AVAILABLE},
    {SVE2_BITPERM, PF_ARM_SVE_BITPERM_INSTRUCTIONS_AVAILABLE},
    {SVE2_SHA3, PF_ARM_SVE_SHA3_INSTRUCTIONS_AVAILABLE},
    {SVE2_SM4, PF_ARM_SVE_SM4_INSTRUCTIONS_AVAILABLE},
    {F32MM, PF_ARM_SVE_F32MM_INSTRUCTIONS_AVAILABLE},
    {F64MM, PF_ARM_SVE_F64MM_INSTRUCTIONS_AVAILABLE},
};

__attribute__((constructor)) static void at_start(void) {
    unsigned long long found = KNOWN | 1ULL << FP | 1ULL << SIMD;
    for (unsigned i = 0; i < sizeof features / sizeof *features; i++)
        if (IsProcessorFeaturePresent(features[i].asked)) found |= 1ULL << features[i].number;
    __aarch64_cpu_features.features = found;
}

#endif
#endif
