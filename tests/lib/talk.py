#!/usr/bin/env python3
# talk.py - servers that begin in plain text, scripted: what they expect and what they say, well or badly.
#
# Usage: talk.py CERT KEY MODE=PORT...      (loopback; ends with its parent, or when killed)
#
# A row is a list of steps: ("say", TEXT), ("hear", PREFIX), ("bytes", N), ("tls",), ("close",), ("hold",), ("wait", SECONDS),
# ("slow", TEXT): a byte at a time. MODE may be a row's name, or that of several rows joined by "+": one per connection, the
# last one from then on.
import selectors
import socket
import ssl
import struct
import sys
import threading
import time

EHLO = ("say", "250-talk.test greets you\r\n250-SIZE 1000\r\n250-STARTTLS\r\n250 8BITMIME\r\n")
BARE = ("say", "250-talk.test greets you\r\n250-SIZE 1000\r\n250 8BITMIME\r\n")
HI = ("say", "220 talk.test ESMTP\r\n")
QUIT = ("quit",)
MYSQL = b"\x0a5.5.0-talk\0" + struct.pack("<I", 7) + b"saltsalt\0"
RDP = b"\x03\0\0\x13\x0e\xd0\0\0\0\0\0"
XML = ("<?xml version='1.0'?><stream:stream from='good.test' id='1' xmlns='jabber:client' "
       "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>")
FEATURES = "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>"

def mysql(caps, number=0):
    body = MYSQL + struct.pack("<H", caps) + b"\x21\2\0" + bytes(16)
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body

def mysql_error(code, text):
    body = b"\xff" + struct.pack("<H", code) + text
    return struct.pack("<I", len(body))[:3] + b"\0" + body

def ldap(code, text=b""):
    inner = b"\x0a\1" + bytes([code]) + b"\4\0\4" + bytes([len(text)]) + text
    body = b"\2\1\1" + b"\x78" + bytes([len(inner)]) + inner
    return b"\x30" + bytes([len(body)]) + body

def tds(encryption):
    options = b"\0\0\x0b\0\6\1\0\x11\0\1\xff" + b"\x10\0\0\0\0\0" + bytes([encryption])
    return b"\4\1" + struct.pack(">H", 8 + len(options)) + b"\0\0\1\0" + options

ROWS = {
    "smtp": [("say", "220-talk.test ESMTP\r\n220-many lines\r\n220 ready\r\n"), ("hear", "EHLO ["), EHLO, ("hear", "STARTTLS"),
             ("say", "220 2.0.0 go\r\n"), ("tls",)],
    "bytewise": [("slow", "220 talk.test ESMTP\r\n"), ("hear", "EHLO"), ("slow", EHLO[1]), ("hear", "STARTTLS"),
                 ("slow", "220 go\r\n"), ("tls",)],
    "late": [("wait", 1.2), HI, ("hear", "EHLO"), ("wait", 1.2), EHLO, ("hear", "STARTTLS"), ("wait", 1.2),
             ("say", "220 go\r\n"), ("tls",)],
    "toolate": [("bytes", 1), HI, ("hold",)], # greets who has given up waiting, and tries TLS
    "off": [HI, ("hear", "EHLO"), BARE, QUIT],
    "stripped": [HI, ("hear", "EHLO"), ("say", "250-talk.test\r\n250-SIZE 1000\r\n250-XXXXXXXA\r\n250 8BITMIME\r\n"), QUIT],
    "nokey": [HI, ("hear", "EHLO"), EHLO, ("hear", "STARTTLS"), ("say", "454 4.7.0 TLS not available due to local problem\r\n"), QUIT],
    "denied": [("say", "554 5.7.1 you are on a list\r\n"), ("close",)],
    "busy": [("say", "421 4.7.0 talk.test too many connections\r\n"), ("close",)],
    "garbled": [("say", b"\x00\x07\xfe\x01\x1b[31mhello"), ("hold",)],
    "endless": [("flood",)],
    "lines": [("say", "220-x\r\n" * 300), ("hold",)],
    "closing": [("close",)],
    "closing2": [HI, ("hear", "EHLO"), ("close",)],
    "silent": [("hold",)],
    "stuck": [("say", "220-talk"), ("hold",)],
    "injected": [HI, ("hear", "EHLO"), EHLO, ("hear", "STARTTLS"), ("say", "220 go\r\n250 mine\r\n"), ("hold",)],
    "breaks": [HI, ("hear", "EHLO"), EHLO, ("hear", "STARTTLS"), ("say", "220 go\r\n"), ("close",)],
    "tls": [("tls",)],
    "lmtp": [("say", "220 talk.test LMTP\r\n"), ("hear", "LHLO"), EHLO, ("hear", "STARTTLS"), ("say", "220 go\r\n"), ("tls",)],
    "imap": [("say", "* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"), ("hear", "a1 CAPABILITY"),
             ("say", "* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\na1 OK done\r\n"), ("hear", "a2 STARTTLS"),
             ("say", "a2 OK begin\r\n"), ("tls",)],
    "imapoff": [("say", "* OK ready\r\n"), ("hear", "a1 CAPABILITY"), ("say", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na1 OK done\r\n"),
                ("hear", "a3 LOGOUT"), ("close",)],
    "imapbusy": [("say", "* BYE Too many connections from your address\r\n"), ("close",)],
    "pop3": [("say", "+OK ready\r\n"), ("hear", "CAPA"), ("say", "+OK list\r\nTOP\r\nSTLS\r\nUIDL\r\n.\r\n"), ("hear", "STLS"),
             ("say", "+OK begin\r\n"), ("tls",)],
    "pop3old": [("say", "+OK ready\r\n"), ("hear", "CAPA"), ("say", "-ERR what?\r\n"), ("hear", "STLS"), ("say", "+OK begin\r\n"), ("tls",)],
    "ftp": [("say", "220-Welcome\r\n to the talk\r\n220 ftp ready\r\n"), ("hear", "FEAT"),
            ("say", "211-Features:\r\n AUTH TLS\r\n UTF8\r\n211 End\r\n"), ("hear", "AUTH TLS"), ("say", "234 go\r\n"), ("tls",)],
    "ftpoff": [("say", "220 ftp ready\r\n"), ("hear", "FEAT"), ("say", "211-Features:\r\n UTF8\r\n211 End\r\n"), ("hear", "AUTH TLS"),
               ("say", "530 Please login with USER and PASS.\r\n"), QUIT],
    "nntp": [("say", "200 news\r\n"), ("hear", "CAPABILITIES"), ("say", "101 list\r\nVERSION 2\r\nSTARTTLS\r\n.\r\n"), ("hear", "STARTTLS"),
             ("say", "382 go\r\n"), ("tls",)],
    "sieve": [("say", "\"IMPLEMENTATION\" \"talk\"\r\n\"SASL\" \"\"\r\n\"STARTTLS\"\r\nOK \"ready\"\r\n"), ("hear", "STARTTLS"), ("say", "OK \"go\"\r\n"), ("tls",)],
    "xmpp": [("hear", "<?xml"), ("say", XML + FEATURES), ("hear", "<starttls"), ("say", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), ("tls",)],
    "xmppoff": [("hear", "<?xml"), ("say", XML + "<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms></stream:features>"), ("hold",)],
    "ldap": [("bytes", 31), ("say", ldap(0)), ("tls",)],
    "ldapoff": [("bytes", 31), ("say", ldap(2, b"unsupported extended operation")), ("hold",)],
    "ldapno": [("bytes", 31), ("say", ldap(52, b"no key here")), ("hold",)],
    "postgres": [("bytes", 8), ("say", b"S"), ("tls",)],
    "postgresoff": [("bytes", 8), ("say", b"N"), ("hold",)],
    "mysql": [("say", mysql(0xffff)), ("bytes", 36), ("tls",)],
    "mysqloff": [("say", mysql(0xf7ff)), ("hold",)],
    "mysqlbusy": [("say", mysql_error(1040, b"Too many connections")), ("close",)],
    "mssql": [("bytes", 47), ("say", tds(1)), ("tds",)],
    "mssqloff": [("bytes", 47), ("say", tds(2)), ("hold",)],
    "rdp": [("bytes", 19), ("say", RDP + b"\2\0\x08\0\1\0\0\0"), ("tls",)],
    "rdpoff": [("bytes", 19), ("say", RDP + b"\3\0\x08\0\2\0\0\0"), ("hold",)],
    "rdpnokey": [("bytes", 19), ("say", RDP + b"\3\0\x08\0\3\0\0\0"), ("hold",)],
    "redis": [("only", b"PING\r\n"), ("say", "-NOAUTH Authentication required.\r\n"), ("hold",)],
    "pgstrict": [("only", b"\0\0\0\x08\x04\xd2\x16\x2f"), ("say", b"S"), ("tls",)],
    "echo": [("echo",)],
    "pause": [("wait", 1.5), HI, ("hold",)], # what asks for TLS at once is told so late
}

def context(cert, key):
    c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    c.load_cert_chain(cert, key)
    return c

class Peer:
    def __init__(self, sock, tls, log):
        self.sock, self.tls, self.log = sock, tls, log
        self.line = b""

    def say(self, text):
        self.sock.sendall(text.encode() if isinstance(text, str) else text)

    def slow(self, text):
        for c in text:
            self.say(c)
            time.sleep(0.002)

    def wait(self, seconds):
        time.sleep(seconds)

    def hear(self, prefix):
        while b"\n" not in self.line and b">" not in self.line:
            got = self.sock.recv(1)
            if not got:
                raise EOFError
            self.line += got
            if len(self.line) > 5000:
                raise EOFError
        line, self.line = self.line.decode("latin-1"), b""
        if line.startswith("<?xml"): # the stream's own tag follows
            self.hear("<stream:stream")
        if not line.startswith(prefix):
            self.say("500 5.5.2 command not recognized\r\n")
            raise EOFError

    def quit(self):
        self.hear("QUIT")
        self.log("quit")
        self.say("221 bye\r\n")

    def only(self, words):
        """Ends the connection of who says anything else; where it speaks in lines, once there is one."""
        first = self.sock.recv(4096)
        while first and words.endswith(b"\n") and not first.endswith(b"\n"):
            first = self.sock.recv(4096)
        if first != words:
            raise EOFError

    def echo(self):
        got = self.sock.recv(4096)
        while got:
            self.sock.sendall(got)
            got = self.sock.recv(4096)

    def bytes(self, n):
        while n:
            got = self.sock.recv(n)
            if not got:
                raise EOFError
            n -= len(got)

    def hold(self):
        while self.sock.recv(4096):
            pass

    def close(self):
        raise EOFError

    def flood(self):
        while True:
            self.say("220-" + "x" * 60000)

    def tls_(self):
        self.sock = self.tls.wrap_socket(self.sock, server_side=True)
        self.hold()

    def tds_(self):
        """TLS in packets of type 0x12, 8 bytes of header each, until the handshake is done."""
        inside, outside = ssl.MemoryBIO(), ssl.MemoryBIO()
        t = self.tls.wrap_bio(inside, outside, server_side=True)
        while True:
            try:
                t.do_handshake()
                done = True
            except ssl.SSLWantReadError:
                done = False
            out = outside.read()
            while out:
                part, out = out[:4088], out[4088:]
                self.say(struct.pack(">BBHHBB", 0x12, 0 if out else 1, len(part) + 8, 0, 0, 0) + part)
            if done:
                break
            head = b""
            while len(head) < 8:
                got = self.sock.recv(8 - len(head))
                if not got:
                    raise EOFError
                head += got
            if head[0] != 0x12:
                raise EOFError
            left = struct.unpack(">H", head[2:4])[0] - 8
            while left:
                got = self.sock.recv(left)
                if not got:
                    raise EOFError
                inside.write(got)
                left -= len(got)
        self.hold()

    def run(self, row):
        for step in row:
            name = step[0] + "_" if step[0] in ("tls", "tds") else step[0]
            getattr(self, name)(*step[1:])

def serve(sock, row, tls, log):
    sock.settimeout(30)
    try:
        Peer(sock, tls, log).run(row)
    except (OSError, EOFError, ssl.SSLError):
        pass
    try:
        sock.close()
    except OSError:
        pass

def main():
    tls = context(sys.argv[1], sys.argv[2])
    sel = selectors.DefaultSelector()
    for word in sys.argv[3:]:
        mode, port = word.split("=")
        s = socket.create_server(("127.0.0.1", int(port)), backlog=100)
        sel.register(s, selectors.EVENT_READ, [mode, 0])
    lock = threading.Lock()
    while True:
        for key, _ in sel.select():
            mode, n = key.data
            rows = mode.split("+")
            key.data[1] += 1
            sock, _ = key.fileobj.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            def log(what, mode=mode):
                with lock:
                    print(mode, what, file=sys.stderr, flush=True)
            log("connection")
            row = ROWS[rows[min(n, len(rows) - 1)]]
            threading.Thread(target=serve, args=(sock, row, tls, log), daemon=True).start()

main()
