#!/usr/bin/env python3
# dns.py - a DNS server with a few records for tests: dns.py PORT NAME=TYPE=VALUE...
#
# TYPE is A (an address) or MX (PREFERENCE:HOST). Of a name it has, types it does not have are empty answers; all other
# names do not exist. The same name may stand several times.
import socket
import struct
import sys

TYPES = {"A": 1, "MX": 15}

def name_bytes(name):
    out = b""
    for label in name.rstrip(".").split("."):
        if label:
            out += bytes([len(label)]) + label.encode()
    return out + b"\0"

def main():
    records = [word.split("=", 2) for word in sys.argv[2:]]
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", int(sys.argv[1])))
    while True:
        query, peer = sock.recvfrom(2000)
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        name = ".".join(labels)
        mine = [r for r in records if r[0] == name]
        answers = []
        for _, word, value in mine:
            if TYPES[word] != kind:
                continue
            if word == "A":
                data = socket.inet_aton(value)
            else:
                preference, host = value.split(":", 1)
                data = struct.pack(">H", int(preference)) + name_bytes(host)
            answers.append(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(data)) + data)
        flags = 0x8180 if mine else 0x8183
        sock.sendto(query[:2] + struct.pack(">HHHHH", flags, 1, len(answers), 0, 0) + query[12:at + 5] + b"".join(answers), peer)

main()
