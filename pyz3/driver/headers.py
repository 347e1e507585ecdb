"""Headers of ours that stand behind the target's own: what real projects include and zig lacks.

They hold facts and forwarding alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyz3._files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pyz3.driver.target import DriverTarget

# As Microsoft's documentation spells them; zig's files have lower-case names, and Linux tells them apart.
_WINDOWS = """
    AccCtrl.h AclAPI.h Aclapi.h BaseTsd.h Bcrypt.h CommCtrl.h CommDlg.h ConsoleApi.h DbgHelp.h Dbghelp.h Dbt.h
    DispEx.h Dwmapi.h FileAPI.h Guiddef.h Iphlpapi.h IPHlpApi.h IPTypes.h IcmpAPI.h In6addr.h Initguid.h
    Io.h IoAPISet.h KnownFolders.h Lm.h Lmaccess.h Lmcons.h LMShare.h Lmshare.h MMSystem.h Mmsystem.h MSWSock.h
    Mstcpip.h MsTcpIP.h Mswsock.h NTSecAPI.h Ntsecapi.h Ncrypt.h Netioapi.h NtDef.h ObjBase.h Objbase.h Ole2.h
    OleAuto.h Oleauto.h OleCtl.h Pdh.h PdhMsg.h Pdhmsg.h PowrProf.h Powrprof.h ProcessThreadsApi.h Processthreadsapi.h
    Process.h Propvarutil.h Psapi.h PSAPI.h Rpc.h RpcDce.h Sddl.h Security.h SetupAPI.h Setupapi.h ShellAPI.h
    Shellapi.h ShlGuid.h ShlObj.h Shlobj.h Shlwapi.h ShlWapi.h Softpub.h Sspi.h Strsafe.h StrSafe.h SubAuth.h
    SynchAPI.h Synchapi.h SysInfoAPI.h Sysinfoapi.h Tlhelp32.h TlHelp32.h TChar.h Tchar.h TCHAR.h Unknwn.h UserEnv.h
    Userenv.h Usp10.h Uxtheme.h Versionhelpers.h VersionHelpers.h WS2tcpip.h WS2spi.h Ws2tcpip.h Ws2Tcpip.h Ws2ipdef.h
    Wbemidl.h WinBase.h Winbase.h WinBer.h WinCon.h Wincon.h WinCrypt.h Wincrypt.h WinDef.h Windef.h WinDNS.h
    WinError.h Winerror.h WinGDI.h WinInet.h Wininet.h WinIoCtl.h Winioctl.h WinLDAP.h WinNT.h Winnt.h WinNls.h
    WinPerf.h Winperf.h WinReg.h Winreg.h WinSock.h Winsock.h WinSock2.h Winsock2.h WINSOCK2.H WinSpool.h WinSvc.h
    Winsvc.h WinTrust.h Wintrust.h WinUser.h Winuser.h Windows.h WINDOWS.H Windowsx.h WindowsX.h Winternl.h
    Wtsapi32.h WtsApi32.h
""".split()

# The states of RFC 9293 (3.3.2) in the order that BSD has numbered them in since 4.2.
_TCP_STATES = (
    "CLOSED", "LISTEN", "SYN_SENT", "SYN_RECEIVED", "ESTABLISHED", "CLOSE_WAIT", "FIN_WAIT_1", "CLOSING",
    "LAST_ACK", "FIN_WAIT_2", "TIME_WAIT",
)  # fmt: skip


def forwarding_headers(target: DriverTarget) -> Mapping[str, str]:
    """Give each header of ours for ``target``: its path and its text."""
    if target.system == "windows":
        return {name: f"#include <{name.lower()}>\n" for name in _WINDOWS}
    if target.system == "macos":
        states = "".join(f"#define TCPS_{name} {number}\n" for number, name in enumerate(_TCP_STATES))
        guard = "PYZ3_NETINET_TCP_FSM_H"
        count = f"#define TCP_NSTATES {len(_TCP_STATES)}\n"
        return {"netinet/tcp_fsm.h": f"#ifndef {guard}\n#define {guard}\n{count}{states}#endif\n"}
    return {}


def write_headers(folder: Path, target: DriverTarget) -> Path | None:
    """Write them into ``folder/<system>``; give it, or None if the target needs none.

    It is to be searched last of all (``-idirafter``): where a file system does not tell the spellings
    apart, the target's own are found first.

    Raises:
        OSError: The folder cannot be written.
    """
    headers = forwarding_headers(target)
    if not headers:
        return None
    place = folder / target.system
    present = {path.name.lower() for path in place.rglob("*.h")} if place.is_dir() else set()
    for name, text in headers.items():
        if name.rpartition("/")[2].lower() not in present or not _is(place / name, text):
            write_atomically(place / name, text.encode())
    return place


def _is(path: Path, text: str) -> bool:
    try:
        return path.read_text(encoding="utf-8") == text
    except OSError:
        return False
