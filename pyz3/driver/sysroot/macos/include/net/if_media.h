/* The media word of a network interface: its fields and Ethernet's values, as macOS numbers them. */
#ifndef PYZ3_MACOS_NET_IF_MEDIA_H
#define PYZ3_MACOS_NET_IF_MEDIA_H

#define IFM_NMASK 0x000000e0
#define IFM_TMASK 0x0000001f
#define IFM_IMASK 0xf0000000
#define IFM_ISHIFT 28
#define IFM_OMASK 0x0000ff00
#define IFM_GMASK 0x0ff00000

#define IFM_TYPE(word) ((word) & IFM_NMASK)
#define IFM_SUBTYPE(word) ((word) & IFM_TMASK)
#define IFM_TYPE_OPTIONS(word) ((word) & IFM_OMASK)
#define IFM_INST(word) (((word) & IFM_IMASK) >> IFM_ISHIFT)
#define IFM_OPTIONS(word) ((word) & (IFM_OMASK | IFM_GMASK))
#define IFM_INST_MAX IFM_INST(IFM_IMASK)
#define IFM_MAKEWORD(type, subtype, options, instance) \
    ((type) | (subtype) | (options) | ((instance) << IFM_ISHIFT))

#define IFM_AUTO 0
#define IFM_MANUAL 1
#define IFM_NONE 2

#define IFM_ETHER 0x00000020
#define IFM_10_T 3
#define IFM_10_2 4
#define IFM_10_5 5
#define IFM_100_TX 6
#define IFM_100_FX 7
#define IFM_100_T4 8
#define IFM_100_VG 9
#define IFM_100_T2 10
#define IFM_1000_SX 11
#define IFM_10_STP 12
#define IFM_10_FL 13
#define IFM_1000_LX 14
#define IFM_1000_CX 15
#define IFM_1000_T 16
#define IFM_HPNA_1 17
#define IFM_10G_SR 18
#define IFM_10G_LR 19

#define IFM_TOKEN 0x00000040
#define IFM_TOK_STP4 3
#define IFM_TOK_STP16 4
#define IFM_TOK_UTP4 5
#define IFM_TOK_UTP16 6
#define IFM_TOK_STP100 7
#define IFM_TOK_UTP100 8
#define IFM_TOK_ETR 0x00000200
#define IFM_TOK_SRCRT 0x00000400
#define IFM_TOK_ALLR 0x00000800

#define IFM_FDDI 0x00000060
#define IFM_FDDI_SMF 3
#define IFM_FDDI_MMF 4
#define IFM_FDDI_UTP 5
#define IFM_FDDI_DA 0x00000100

#define IFM_IEEE80211 0x00000080
#define IFM_IEEE80211_FH1 3
#define IFM_IEEE80211_FH2 4
#define IFM_IEEE80211_DS2 5
#define IFM_IEEE80211_DS5 6
#define IFM_IEEE80211_DS11 7
#define IFM_IEEE80211_DS1 8
#define IFM_IEEE80211_DS22 9
#define IFM_IEEE80211_ADHOC 0x00000100

#define IFM_FDX 0x00100000
#define IFM_HDX 0x00200000
#define IFM_FLOW 0x00400000
#define IFM_LOOP 0x08000000

#define IFM_AVALID 0x00000001
#define IFM_ACTIVE 0x00000002

#endif
