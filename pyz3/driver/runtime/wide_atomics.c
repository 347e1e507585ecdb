/* Atomic operations of 16 bytes on 64-bit Windows, which clang calls there (LLVM's "Atomic Instructions and
   Concurrency Guide" lists the functions).

   Clang's code passes each value in two registers, the lower half first, and expects one in RAX and RDX, as it
   does for no function of C; zig 0.16's compiler-rt has them as functions of C, which get pointers.
   Every 64-bit Windows since 8.1 needs a processor with CMPXCHG16B (Intel's manual, volume 2A), which compares
   RDX:RAX with memory and then writes RCX:RBX, or reads. */

#if defined(_WIN64) && defined(__x86_64__)

#define BEGIN(name)                                                                                            \
    ".globl " name "\n.def " name "; .scl 2; .type 32; .endef\n" name ":\n.seh_proc " name "\n"                \
    "pushq %rbx\n.seh_pushreg %rbx\n.seh_endprologue\nmovq %rcx, %r10\n"
#define END "popq %rbx\nretq\n.seh_endproc\n"

/* The address is in RCX, the value in RDX and R8, the order in R9: each is as strict as there is. */
#define UPDATE(name, compute)                                                                                  \
    __asm__(".text\n" BEGIN(name)                                                                              \
            "movq %rdx, %r11\nmovq (%r10), %rax\nmovq 8(%r10), %rdx\n1:\n" compute                             \
            "lock cmpxchg16b (%r10)\njne 1b\n" END);

#define WITH(low, high) "movq %rax, %rbx\nmovq %rdx, %rcx\n" low " %r11, %rbx\n" high " %r8, %rcx\n"

UPDATE("__atomic_store_16", "movq %r11, %rbx\nmovq %r8, %rcx\n")
UPDATE("__atomic_exchange_16", "movq %r11, %rbx\nmovq %r8, %rcx\n")
UPDATE("__atomic_fetch_add_16", WITH("addq", "adcq"))
UPDATE("__atomic_fetch_sub_16", WITH("subq", "sbbq"))
UPDATE("__atomic_fetch_and_16", WITH("andq", "andq"))
UPDATE("__atomic_fetch_or_16", WITH("orq", "orq"))
UPDATE("__atomic_fetch_xor_16", WITH("xorq", "xorq"))
UPDATE("__atomic_fetch_nand_16", WITH("andq", "andq") "notq %rbx\nnotq %rcx\n")

/* What is zero becomes zero, anything else is read. */
__asm__(".text\n" BEGIN("__atomic_load_16")
        "xorl %eax, %eax\nxorl %edx, %edx\nxorl %ebx, %ebx\nxorl %ecx, %ecx\nlock cmpxchg16b (%r10)\n" END);

/* What is expected is at the address in RDX, the new value in R8 and R9. */
__asm__(".text\n" BEGIN("__atomic_compare_exchange_16")
        "movq %rdx, %r11\nmovq %r8, %rbx\nmovq %r9, %rcx\nmovq (%r11), %rax\nmovq 8(%r11), %rdx\n"
        "lock cmpxchg16b (%r10)\nje 1f\nmovq %rax, (%r11)\nmovq %rdx, 8(%r11)\n1:\nsete %al\n" END);

#endif
