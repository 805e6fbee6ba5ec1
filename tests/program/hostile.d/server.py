#!/usr/bin/env python3
"""A server that speaks PostgreSQL's protocol and means harm. The database's name says how. Prints its port."""
import os
import socket
import struct
import sys
import threading

EVIL = "\x1b[31m%s%n%x{}{0}\u202egpj\x07 \r\nProfile 1: forged"


def message(kind, body=b""):
    return kind + struct.pack("!I", len(body) + 4) + body


def text(value):
    return value.encode() + b"\0"


def error(severity="ERROR", state="XX000"):
    fields = b"S" + text(severity) + b"V" + text(severity) + b"C" + text(state) + b"M" + text(EVIL) + b"D" + text(EVIL) + b"H" + text(EVIL) + b"W" + text(EVIL) + b"\0"
    return message(b"E", fields)


def columns(names):
    return message(b"T", struct.pack("!H", len(names)) + b"".join(text(n) + struct.pack("!IHIhiH", 0, 0, 25, -1, -1, 0) for n in names))


def row(values):
    body = b"".join(struct.pack("!i", -1) if v is None else struct.pack("!i", len(v)) + v for v in values)
    return message(b"D", struct.pack("!H", len(values)) + body)


READY = message(b"Z", b"I")


class Session:
    def __init__(self, connection):
        self.connection = connection
        self.file = connection.makefile("rb")

    def send(self, data):
        self.connection.sendall(data)

    def startup(self):
        while True:
            size, code = struct.unpack("!II", self.file.read(8))
            rest = self.file.read(size - 8)
            if code in (80877103, 80877104):  # TLS, GSSAPI: no
                self.send(b"N")
                continue
            if code == 80877102:  # a cancel request
                return None
            words = rest.split(b"\0")
            return dict(zip(words[::2], words[1::2])).get(b"database", b"").decode()

    def answer(self, how):
        wide = ["c%d" % i for i in range(40)]
        if how == "errors":
            return error()
        if how == "nothing":
            return message(b"C", text("SELECT 0"))
        if how == "words":
            return columns(wide) + row([b"abc\x1b[31m"] * 40) + message(b"C", text("SELECT 1"))
        if how == "nulls":
            return columns(wide) + row([None] * 40) + message(b"C", text("SELECT 1"))
        if how == "bytes":
            return columns(wide) + row([b"\xff\xfe\x80" * 9] * 40) + message(b"C", text("SELECT 1"))
        if how == "narrow":
            return columns(["c"]) + row([b"1"]) + message(b"C", text("SELECT 1"))
        if how == "numbers":
            return columns(wide) + row([b"99999999999999999999999999999"] * 40) + message(b"C", text("SELECT 1"))
        if how == "long":
            return columns(wide) + b"D" + struct.pack("!I", 0x7FFFFFF0)
        if how == "endless":
            self.send(columns(wide))
            rows = row([b"x" * 1000] * 40) * 25
            while True:
                self.send(rows)
        if how == "noise":
            return b"\x00\xff" * 5000
        raise ConnectionError("cut")

    def serve(self):
        how = self.startup()
        if how is None:
            return
        if how == "loud":
            self.send(error("FATAL", "28000"))
            return
        self.send(message(b"R", struct.pack("!I", 0)))
        for name, value in (("server_version", "15.1"), ("server_encoding", "UTF8"), ("client_encoding", "UTF8"), ("standard_conforming_strings", "on"), ("integer_datetimes", "on")):
            self.send(message(b"S", text(name) + text(value)))
        self.send(message(b"K", struct.pack("!II", 7, 7)) + READY)
        seen = b""
        while True:
            kind = self.file.read(1)
            if not kind or kind == b"X":
                return
            (size,) = struct.unpack("!I", self.file.read(4))
            self.file.read(size - 4)
            seen += kind
            if kind not in b"QS":
                continue
            extended = (b"1" if b"P" in seen else b"") + (b"2" if b"B" in seen else b"")
            self.send(b"".join(message(bytes([c])) for c in extended))
            if kind == b"Q" or b"E" in seen:
                self.send(self.answer(how))
            self.send(READY)
            seen = b""


def handle(connection):
    try:
        Session(connection).serve()
    except (OSError, ConnectionError, struct.error):
        pass
    finally:
        connection.close()


listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(50)
print(listener.getsockname()[1], flush=True)
parent = os.getppid()
listener.settimeout(1)
while os.getppid() == parent:
    try:
        client, _ = listener.accept()
    except socket.timeout:
        continue
    client.settimeout(60)
    threading.Thread(target=handle, args=(client,), daemon=True).start()
sys.exit(0)
