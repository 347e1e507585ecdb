/* Ethernet II: the frame's header (IEEE 802.3) and the usual EtherType numbers (IANA). */
#ifndef PYZ3_MACOS_NET_ETHERNET_H
#define PYZ3_MACOS_NET_ETHERNET_H

#include <sys/types.h>

#define ETHER_ADDR_LEN 6
#define ETHER_TYPE_LEN 2
#define ETHER_CRC_LEN 4
#define ETHER_HDR_LEN (ETHER_ADDR_LEN * 2 + ETHER_TYPE_LEN)
#define ETHER_MIN_LEN 64
#define ETHER_MAX_LEN 1518
#define ETHERMTU (ETHER_MAX_LEN - ETHER_HDR_LEN - ETHER_CRC_LEN)
#define ETHERMIN (ETHER_MIN_LEN - ETHER_HDR_LEN - ETHER_CRC_LEN)

#define ETHERTYPE_PUP 0x0200
#define ETHERTYPE_IP 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_REVARP 0x8035
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_LOOPBACK 0x9000

typedef struct ether_addr {
    unsigned char octet[ETHER_ADDR_LEN];
} ether_addr_t;
#define ether_addr_octet octet

typedef struct ether_header {
    unsigned char ether_dhost[ETHER_ADDR_LEN];
    unsigned char ether_shost[ETHER_ADDR_LEN];
    unsigned short ether_type;
} ether_header_t;

__BEGIN_DECLS
int ether_hostton(const char *, struct ether_addr *);
int ether_line(const char *, struct ether_addr *, char *);
char *ether_ntoa(const struct ether_addr *);
struct ether_addr *ether_aton(const char *);
int ether_ntohost(char *, const struct ether_addr *);
__END_DECLS

#endif
