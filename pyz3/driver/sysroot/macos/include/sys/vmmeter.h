/* Counters of virtual memory: the layouts of 4.4BSD in the widths that macOS has for them. */
#ifndef PYZ3_MACOS_SYS_VMMETER_H
#define PYZ3_MACOS_SYS_VMMETER_H

#include <stdint.h>

struct vmmeter {
    unsigned int v_swtch, v_trap, v_syscall, v_intr, v_soft, v_faults;
    unsigned int v_lookups, v_hits, v_vm_faults, v_cow_faults, v_swpin, v_swpout, v_pswpin, v_pswpout;
    unsigned int v_pageins, v_pageouts, v_pgpgin, v_pgpgout, v_intrans, v_reactivated, v_rev, v_scan;
    unsigned int v_dfree, v_pfree, v_zfod, v_nzfod;
    unsigned int v_page_size, v_kernel_pages, v_free_target, v_free_min, v_free_count, v_wire_count;
    unsigned int v_active_count, v_inactive_target, v_inactive_count;
};

struct vmtotal {
    int16_t t_rq, t_dw, t_pw, t_sl, t_sw;
    int32_t t_vm, t_avm, t_rm, t_arm, t_vmshr, t_avmshr, t_rmshr, t_armshr, t_free;
};

#endif
