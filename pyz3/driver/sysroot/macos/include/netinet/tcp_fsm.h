/* The states of a TCP connection (RFC 793) by the numbers that macOS's kernel reports. */
#ifndef PYZ3_MACOS_NETINET_TCP_FSM_H
#define PYZ3_MACOS_NETINET_TCP_FSM_H

#define TCP_NSTATES 11

#define TCPS_CLOSED 0
#define TCPS_LISTEN 1
#define TCPS_SYN_SENT 2
#define TCPS_SYN_RECEIVED 3
#define TCPS_ESTABLISHED 4
#define TCPS_CLOSE_WAIT 5
#define TCPS_FIN_WAIT_1 6
#define TCPS_CLOSING 7
#define TCPS_LAST_ACK 8
#define TCPS_FIN_WAIT_2 9
#define TCPS_TIME_WAIT 10

#define TCPS_HAVERCVDSYN(state) ((state) >= TCPS_SYN_RECEIVED)
#define TCPS_HAVEESTABLISHED(state) ((state) >= TCPS_ESTABLISHED)
#define TCPS_HAVERCVDFIN(state) ((state) >= TCPS_TIME_WAIT)

#endif
