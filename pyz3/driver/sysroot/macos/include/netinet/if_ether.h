/* On macOS this header gives user programs Ethernet's layout and address resolution's. */
#ifndef PYZ3_MACOS_NETINET_IF_ETHER_H
#define PYZ3_MACOS_NETINET_IF_ETHER_H

#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/in.h>

#define ea_byte ether_addr_octet

struct ether_arp {
    struct arphdr ea_hdr;
    unsigned char arp_sha[ETHER_ADDR_LEN];
    unsigned char arp_spa[4];
    unsigned char arp_tha[ETHER_ADDR_LEN];
    unsigned char arp_tpa[4];
};
#define arp_hrd ea_hdr.ar_hrd
#define arp_pro ea_hdr.ar_pro
#define arp_hln ea_hdr.ar_hln
#define arp_pln ea_hdr.ar_pln
#define arp_op ea_hdr.ar_op

#endif
