#!/usr/bin/env python3
# dns.py - a DNS server with a few records for tests: dns.py [ADDRESS:]PORT NAME=TYPE=VALUE...
#
# TYPE is A (an address), CNAME (a name) or MX (PREFERENCE:HOST). Of a name it has, types it does not have are empty answers; all
# other names do not exist. The same name may stand several times. A word alone is how it answers everything: servfail,
# refused, silent.
import socket
import struct
import sys

TYPES = {"A": 1, "CNAME": 5, "MX": 15}
CODES = {"servfail": 2, "refused": 5}

def name_bytes(name):
    out = b""
    for label in name.rstrip(".").split("."):
        if label:
            out += bytes([len(label)]) + label.encode()
    return out + b"\0"

def record_bytes(word, value):
    if word == "A":
        return socket.inet_aton(value)
    if word == "CNAME":
        return name_bytes(value)
    preference, host = value.split(":", 1)
    return struct.pack(">H", int(preference)) + name_bytes(host)

def main():
    host, _, port = sys.argv[1].rpartition(":")
    manner = sys.argv[2] if len(sys.argv) == 3 and "=" not in sys.argv[2] else None
    records = [word.split("=", 2) for word in sys.argv[2:]] if not manner else []
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((host or "127.0.0.1", int(port)))
    while True:
        query, peer = sock.recvfrom(2000)
        at, labels = 12, []
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
            at += 1 + query[at]
        if manner == "silent":
            continue
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        name = ".".join(labels)
        mine = [r for r in records if r[0] == name]
        answers = []
        for _, word, value in mine:
            if word == "CNAME" or TYPES[word] == kind:
                data = record_bytes(word, value)
                answers.append(b"\xc0\x0c" + struct.pack(">HHIH", TYPES[word], 1, 60, len(data)) + data)
        flags = 0x8180 | CODES.get(manner, 0 if mine else 3)
        sock.sendto(query[:2] + struct.pack(">HHHHH", flags, 1, len(answers), 0, 0) + query[12:at + 5] + b"".join(answers), peer)

main()
