/* Virtual memory of any task, with 64-bit addresses: the calls of xnu's mach_vm subsystem. */
#ifndef PYZ3_MACOS_MACH_MACH_VM_H
#define PYZ3_MACOS_MACH_MACH_VM_H

#include <mach/mach_types.h>
#include <mach/std_types.h>
#include <mach/vm_region.h>
#include <sys/cdefs.h>

__BEGIN_DECLS
kern_return_t mach_vm_allocate(vm_map_t, mach_vm_address_t *, mach_vm_size_t, int);
kern_return_t mach_vm_deallocate(vm_map_t, mach_vm_address_t, mach_vm_size_t);
kern_return_t mach_vm_protect(vm_map_t, mach_vm_address_t, mach_vm_size_t, boolean_t, vm_prot_t);
kern_return_t mach_vm_inherit(vm_map_t, mach_vm_address_t, mach_vm_size_t, vm_inherit_t);
kern_return_t mach_vm_read(
    vm_map_read_t, mach_vm_address_t, mach_vm_size_t, vm_offset_t *, mach_msg_type_number_t *);
kern_return_t mach_vm_read_overwrite(
    vm_map_read_t, mach_vm_address_t, mach_vm_size_t, mach_vm_address_t, mach_vm_size_t *);
kern_return_t mach_vm_write(vm_map_t, mach_vm_address_t, vm_offset_t, mach_msg_type_number_t);
kern_return_t mach_vm_copy(vm_map_t, mach_vm_address_t, mach_vm_size_t, mach_vm_address_t);
kern_return_t mach_vm_msync(vm_map_t, mach_vm_address_t, mach_vm_size_t, vm_sync_t);
kern_return_t mach_vm_behavior_set(vm_map_t, mach_vm_address_t, mach_vm_size_t, vm_behavior_t);
kern_return_t mach_vm_map(vm_map_t, mach_vm_address_t *, mach_vm_size_t, mach_vm_offset_t, int,
    mem_entry_name_port_t, memory_object_offset_t, boolean_t, vm_prot_t, vm_prot_t, vm_inherit_t);
kern_return_t mach_vm_machine_attribute(vm_map_t, mach_vm_address_t, mach_vm_size_t,
    vm_machine_attribute_t, vm_machine_attribute_val_t *);
kern_return_t mach_vm_remap(vm_map_t, mach_vm_address_t *, mach_vm_size_t, mach_vm_offset_t, int,
    vm_map_t, mach_vm_address_t, boolean_t, vm_prot_t *, vm_prot_t *, vm_inherit_t);
kern_return_t mach_vm_page_query(vm_map_read_t, mach_vm_offset_t, integer_t *, integer_t *);
kern_return_t mach_vm_region_recurse(vm_map_read_t, mach_vm_address_t *, mach_vm_size_t *, natural_t *,
    vm_region_recurse_info_t, mach_msg_type_number_t *);
kern_return_t mach_vm_region(vm_map_read_t, mach_vm_address_t *, mach_vm_size_t *, vm_region_flavor_t,
    vm_region_info_t, mach_msg_type_number_t *, mach_port_t *);
__END_DECLS

#endif
