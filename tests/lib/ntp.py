"""A time server for tests: ntp.py PORT SECONDS [HOW]. Its clock is SECONDS off this machine's.

HOW: silent (never answers), kiss (refuses), unsynced (does not know the time), foreign (answers what was not asked,
then rightly), late (to the second request only). It listens on TCP as well, so that a script sees when it is there."""
import selectors, socket, struct, sys, time

port, off, how = int(sys.argv[1]), float(sys.argv[2]), (sys.argv[3:] or [""])[0]
tcp = socket.socket()
tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
tcp.bind(("127.0.0.1", port))
tcp.listen()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", port))
ready = selectors.DefaultSelector()
ready.register(tcp, selectors.EVENT_READ)
ready.register(udp, selectors.EVENT_READ)
asked = 0


def stamp(t):
    t += 2208988800
    return struct.pack(">II", int(t) & 0xFFFFFFFF, int(t % 1 * 2**32))


def answer(request, first=0x24, stratum=2, name=b"\x7f\0\0\1"):
    now = stamp(time.time() + off)
    return struct.pack(">BBbb", first, stratum, 6, -20) + struct.pack(">II", 0x10, 0x20) + name + now + request[40:48] + now + now


while True:
    for key, _ in ready.select():
        if key.fileobj is tcp:
            tcp.accept()[0].close()
            continue
        request, peer = udp.recvfrom(512)
        asked += 1
        if len(request) != 48 or how == "silent" or (how == "late" and asked == 1):
            continue
        if how == "foreign":
            udp.sendto(answer(b"\1" * 48), peer)
            udp.sendto(answer(request)[:47], peer)
        if how == "kiss":
            udp.sendto(answer(request, 0xE4, 0, b"RATE"), peer)
        elif how == "unsynced":
            udp.sendto(answer(request, 0xE4, 16), peer)
        else:
            udp.sendto(answer(request), peer)
